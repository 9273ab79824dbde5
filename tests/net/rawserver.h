// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <gio/gio.h>

namespace dg {

// A TCP server on loopback for one connection at a time, byte by byte: for what a proper WebSocket
// server would never do. Runs in the thread's default main context.
class RawServer {
 public:
  explicit RawServer(GTlsCertificate* certificate = nullptr);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::string url() const;
  bool is_connected() const { return stream_ != nullptr; }
  // The handshake that was answered.
  const std::string& request() const { return request_; }
  // What came since the upgrade, or since the connection was made.
  const std::string& received() const { return received_; }
  // Whether the peer has ended the connection.
  bool at_end() const { return at_end_; }
  // The same, found without reading.
  bool is_hung_up() const;

  // Clients need a certificate that this trusts; it is borrowed.
  void want_certificate(GTlsDatabase* trusted) { trusted_ = trusted; }
  // Answers the next handshake with 101; `headers` are lines with \r\n.
  void upgrade(std::string headers = "");
  // Answers the next handshake with just this.
  void answer(std::string response);
  void read();
  void stop_reading();
  void write(std::string_view bytes);
  void close();
  void end();    // with FIN, and reads on
  void reset();  // with RST

 private:
  void accepted(GSocketConnection* connection);
  void ask_for_certificate();
  void readable();
  void answer_request();

  GSocketService* service_;
  guint16 port_;
  GTlsCertificate* certificate_;
  GTlsDatabase* trusted_ = nullptr;
  GSocketConnection* connection_ = nullptr;
  GIOStream* stream_ = nullptr;  // the connection, or TLS on it
  GSource* input_ = nullptr;
  std::function<std::string(const std::string& request)> answer_;
  std::string request_, received_;
  bool at_end_ = false;
};

// A frame of a server: final, not masked, shorter than 64 KiB.
std::string frame(int opcode, std::string_view payload);
std::string close_frame(int code, std::string_view reason);

}  // namespace dg
