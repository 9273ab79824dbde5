// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/client.h"

#include <cmath>

#include <gtest/gtest.h>

#include "server/timer.h"

namespace dg::server {
namespace {

constexpr Nanos kWatchdog = std::chrono::seconds(8);

// What libsoup does inside of it happens on this loop: a test has several clients.
class On {
 public:
  explicit On(GMainContext* loop) : loop_(loop) { g_main_context_push_thread_default(loop_); }
  ~On() { g_main_context_pop_thread_default(loop_); }
  On(const On&) = delete;
  On& operator=(const On&) = delete;

 private:
  GMainContext* const loop_;
};

}  // namespace

Client::Client(const std::string& url, const Headers& headers, const std::string& authority)
    : context_(g_main_context_new()) {
  g_log_set_always_fatal(GLogLevelFlags(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL));
  On loop(context_.get());
  session_.reset(soup_session_new());
  if (!authority.empty()) {
    Ptr<GTlsCertificate> certificate(
        g_tls_certificate_new_from_pem(authority.c_str(), -1, nullptr));
    auto accept = +[](SoupMessage*, GTlsCertificate* peer, GTlsCertificateFlags, gpointer trusted) {
      return gboolean(
          g_tls_certificate_verify(peer, nullptr, static_cast<GTlsCertificate*>(trusted)) == 0);
    };
    message_.reset(soup_message_new("GET", url.c_str()));
    g_signal_connect_data(
        message_.get(), "accept-certificate", G_CALLBACK(accept), certificate.release(),
        [](gpointer data, GClosure*) { g_object_unref(data); }, GConnectFlags(0));
  } else {
    message_.reset(soup_message_new("GET", url.c_str()));
  }
  for (const auto& [name, value] : headers)
    soup_message_headers_append(soup_message_get_request_headers(message_.get()), name.c_str(),
                                value.c_str());
  bool answered = false;
  auto data = std::make_pair(this, &answered);
  soup_session_websocket_connect_async(
      session_.get(), message_.get(), nullptr, nullptr, G_PRIORITY_DEFAULT, nullptr,
      [](GObject* session, GAsyncResult* result, gpointer user) {
        auto [self, done] = *static_cast<std::pair<Client*, bool*>*>(user);
        self->connection_.reset(
            soup_session_websocket_connect_finish(SOUP_SESSION(session), result, nullptr));
        *done = true;
      },
      &data);
  wait([&] { return answered; });
  status_ = static_cast<int>(soup_message_get_status(message_.get()));
  if (connection_) listen();
}

Client::Client(const std::string& url, Ptr<GIOStream> stream)
    : context_(g_main_context_new()), status_(SOUP_STATUS_SWITCHING_PROTOCOLS) {
  On loop(context_.get());
  Ptr<GUri> uri(g_uri_parse(url.c_str(), GUriFlags(SOUP_HTTP_URI_FLAGS), nullptr));
  connection_.reset(soup_websocket_connection_new(
      stream.get(), uri.get(), SOUP_WEBSOCKET_CONNECTION_CLIENT, nullptr, nullptr, nullptr));
  listen();
}

void Client::listen() {
  soup_websocket_connection_set_max_incoming_payload_size(connection_.get(), 0);
  auto on_message = +[](SoupWebsocketConnection*, int, GBytes* bytes, Client* self) {
    gsize size = 0;
    auto* text = static_cast<const char*>(g_bytes_get_data(bytes, &size));
    self->texts_.emplace_back(text, size);
  };
  auto on_closed = +[](SoupWebsocketConnection*, Client* self) { self->closed_ = true; };
  g_signal_connect(connection_.get(), "message", G_CALLBACK(on_message), this);
  g_signal_connect(connection_.get(), "closed", G_CALLBACK(on_closed), this);
}

Client::~Client() {
  On loop(context_.get());
  if (connection_) {
    g_signal_handlers_disconnect_by_data(connection_.get(), this);
    g_io_stream_close(soup_websocket_connection_get_io_stream(connection_.get()), nullptr, nullptr);
  }
  connection_.reset();
  message_.reset();
  if (session_) soup_session_abort(session_.get());
  while (g_main_context_iteration(context_.get(), FALSE)) continue;
  session_.reset();
}

std::string Client::header(const char* name) const {
  const char* value =
      soup_message_headers_get_list(soup_message_get_response_headers(message_.get()), name);
  return value ? value : "";
}

void Client::send(std::string_view text) {
  On loop(context_.get());
  if (is_open()) soup_websocket_connection_send_text(connection_.get(), std::string(text).c_str());
}

void Client::send(std::span<const std::byte> audio) {
  On loop(context_.get());
  if (is_open())
    soup_websocket_connection_send_binary(connection_.get(), audio.data(), audio.size());
}

void Client::send_empty() {
  On loop(context_.get());
  soup_websocket_connection_send_binary(connection_.get(), nullptr, 0);
}

void Client::close(int code) {
  On loop(context_.get());
  soup_websocket_connection_close(connection_.get(), static_cast<gushort>(code), nullptr);
}

std::optional<std::string> Client::next() {
  wait([&] { return read_ < texts_.size() || closed_; });
  if (read_ == texts_.size()) return std::nullopt;
  return texts_[read_++];
}

std::vector<std::string> Client::rest() {
  wait([&] { return closed_; });
  std::vector<std::string> out(texts_.begin() + static_cast<std::ptrdiff_t>(read_), texts_.end());
  read_ = texts_.size();
  return out;
}

int Client::close_code() const {
  int code = soup_websocket_connection_get_close_code(connection_.get());
  return code == 0 ? SOUP_WEBSOCKET_CLOSE_ABNORMAL : code;
}

std::string Client::close_reason() const {
  const char* text = soup_websocket_connection_get_close_data(connection_.get());
  return text ? text : "";
}

bool Client::is_open() const {
  return soup_websocket_connection_get_state(connection_.get()) == SOUP_WEBSOCKET_STATE_OPEN;
}

bool Client::wait(const std::function<bool()>& done) {
  On loop(context_.get());
  bool barked = false;
  Timer watchdog(context_.get(), [&] { barked = true; });
  watchdog.set(kWatchdog);
  while (!done() && !barked) g_main_context_iteration(context_.get(), TRUE);
  EXPECT_FALSE(barked) << "nothing came for eight seconds";
  return !barked;
}

Frame::Frame(const std::string& text) {
  auto parsed = parse_json(text);
  EXPECT_TRUE(parsed) << text;
  node_ = parsed ? std::move(*parsed) : Ptr<JsonNode>(json_from_string("{}", nullptr));
}

JsonObject* Frame::alternative() const {
  JsonObject* channel = object_in(object(), "channel");
  return json_array_get_object_element(array_in(channel, "alternatives"), 0);
}

std::string Frame::transcript() const {
  return string_in(alternative(), "transcript").value_or("");
}

int Frame::channel() const {
  return static_cast<int>(json_array_get_int_element(array_in(object(), "channel_index"), 0));
}

std::string Frame::words() const {
  std::string text;
  JsonArray* words = array_in(alternative(), "words");
  for (guint i = 0; i < json_array_get_length(words); ++i) {
    JsonObject* word = json_array_get_object_element(words, i);
    auto start = std::lround(number_in(word, "start").value_or(-1) * 1000);
    text += (i ? " " : "") + string_in(word, "word").value_or("?") + "@" + std::to_string(start);
  }
  return text;
}

std::vector<Frame> parse(const std::vector<std::string>& texts) {
  std::vector<Frame> frames;
  for (const std::string& text : texts) frames.emplace_back(text);
  return frames;
}

}  // namespace dg::server
