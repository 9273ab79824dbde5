// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include <libsoup/soup.h>

namespace dg {

// A WebSocket server on loopback in the thread's default main context. Every path but /v1/listen
// refuses, as told.
class TestServer {
 public:
  struct Refusal {
    unsigned status;
    std::map<std::string, std::string> headers;
    std::string body;
  };

  explicit TestServer(GTlsCertificate* certificate = nullptr);
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  std::string url(const std::string& path = "/v1/listen") const;
  void refuse(const std::string& path, Refusal refusal) { refusals_[path] = std::move(refusal); }

  // The one that connected last.
  SoupWebsocketConnection* peer() const { return peer_; }
  std::string query() const { return query_; }
  std::string header(const std::string& name) const;
  const std::vector<std::string>& texts() const { return texts_; }
  std::size_t bytes() const { return bytes_; }
  std::size_t frames() const { return frames_; }
  int refused() const { return refused_; }
  bool is_closed() const { return closed_; }
  int close_code() const { return soup_websocket_connection_get_close_code(peer_); }

  void send(const std::string& text);
  void send_binary(const std::string& data);

 private:
  void connected(SoupServerMessage* message, SoupWebsocketConnection* connection);
  void received(int type, GBytes* message);
  void answer(SoupServerMessage* message, const char* path);

  SoupServer* server_;
  std::vector<SoupWebsocketConnection*> peers_;  // all of them
  SoupWebsocketConnection* peer_ = nullptr;
  std::string query_;
  std::map<std::string, std::string> headers_;
  std::map<std::string, Refusal> refusals_;
  std::vector<std::string> texts_;
  std::size_t bytes_ = 0, frames_ = 0;
  int refused_ = 0;
  bool closed_ = false;
};

}  // namespace dg
