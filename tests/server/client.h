// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/json.h"

namespace dg::server {

// A plain client for the tests of the server: libsoup's, with nothing of ours between. Every wait
// fails the test after eight seconds.
class Client {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  explicit Client(const std::string& url, const Headers& headers = {},
                  const std::string& authority = "");
  // On a stream whose handshake was made by hand, and went well.
  Client(const std::string& url, Ptr<GIOStream> stream);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Of the answer to the handshake: 101 when the connection is open; 0: there was none.
  int status() const { return status_; }
  // One of the answer; empty if it is not there.
  std::string header(const char* name) const;

  // Nothing happens once the connection is closed.
  void send(std::string_view text);
  void send(std::span<const std::byte> audio);
  // A frame of no bytes.
  void send_empty();
  // Sends a close frame.
  void close(int code);

  // The next text frame; nothing once the connection is closed.
  std::optional<std::string> next();
  // All that come until the connection is closed.
  std::vector<std::string> rest();
  // After the last frame; 1006 when there was no close frame.
  int close_code() const;
  std::string close_reason() const;

 private:
  void listen();
  bool is_open() const;
  bool wait(const std::function<bool()>& done);

  Ptr<GMainContext> context_;
  Ptr<SoupSession> session_;
  Ptr<SoupMessage> message_;
  Ptr<SoupWebsocketConnection> connection_;
  int status_ = 0;
  bool closed_ = false;
  std::vector<std::string> texts_;
  std::size_t read_ = 0;
};

// A text frame, parsed.
class Frame {
 public:
  explicit Frame(const std::string& text);

  std::string type() const { return string_in(object(), "type").value_or(""); }
  bool flag(const char* key) const { return bool_in(object(), key).value_or(false); }
  double number(const char* key) const { return number_in(object(), key).value_or(-1); }
  std::string text(const char* key) const { return string_in(object(), key).value_or(""); }
  double end() const { return number("start") + number("duration"); }
  std::string transcript() const;
  int channel() const;
  // Words with their starts, in ms: "w1@500 w2@1000".
  std::string words() const;
  JsonObject* object() const { return json_node_get_object(node_.get()); }

 private:
  JsonObject* alternative() const;
  Ptr<JsonNode> node_;
};

std::vector<Frame> parse(const std::vector<std::string>& texts);

}  // namespace dg::server
