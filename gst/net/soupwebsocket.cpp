// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/soupwebsocket.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <linux/tcp.h>  // the C library's tcp_info stops before what is acknowledged
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <utility>

#include "net/distrust.h"
#include "net/tls.h"
#include "net/truststore.h"

namespace dg {
namespace {

constexpr std::chrono::hours kLongestWait{24};  // that a server may ask for

// --- what the other side says

std::string valid_text(const char* text) {
  Ptr<char> valid(text ? g_utf8_make_valid(text, -1) : nullptr);
  return valid ? valid.get() : "";
}

std::string header(SoupMessage* message, const char* name) {
  SoupMessageHeaders* headers = soup_message_get_response_headers(message);
  return valid_text(soup_message_headers_get_one(headers, name));
}

// The key or token that the message goes out with.
std::string secret_of(SoupMessage* message) {
  const char* sent =
      soup_message_headers_get_one(soup_message_get_request_headers(message), "Authorization");
  std::string secret = sent ? sent : "";
  return secret.erase(0, secret.rfind(' ') + 1);
}

void remove_secret(const std::string& secret, std::string& from) {
  constexpr std::string_view kInstead = "(key)";  // of which the secret may be a part
  if (secret.empty()) return;
  for (auto at = from.find(secret); at != from.npos; at = from.find(secret, at + kInstead.size()))
    from.replace(at, secret.size(), kInstead);
}

// Seconds, or a date: RFC 9110, section 10.2.3.
std::optional<Nanos> wait_asked_for(const std::string& retry_after) {
  std::int64_t seconds = 0;
  const char* end = retry_after.data() + retry_after.size();
  auto [rest, error] = std::from_chars(retry_after.data(), end, seconds);
  if (error != std::errc{} || rest != end) {
    Ptr<GDateTime> date(soup_date_time_new_from_http_string(retry_after.c_str()));
    if (!date) return std::nullopt;
    Ptr<GDateTime> now(g_date_time_new_now_utc());
    seconds = g_date_time_difference(date.get(), now.get()) / G_TIME_SPAN_SECOND;
  }
  auto most = std::chrono::seconds(kLongestWait).count();
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, most));
}

// The body would hold the same words as dg-error; libsoup before 3.4 throws it away.
Loss refusal(SoupMessage* message, Cause by) {
  const char* phrase = soup_message_get_reason_phrase(message);
  Loss loss{by, valid_text(phrase)};
  loss.http_status = static_cast<int>(soup_message_get_status(message));
  loss.dg_error = header(message, "dg-error");
  loss.request_id = header(message, "dg-request-id");
  loss.retry_after = wait_asked_for(header(message, "Retry-After"));
  return loss;
}

// That there is no such name is one thing, that nobody can be asked another.
Cause cause_of(const GError* error) {
  if (error->domain == G_RESOLVER_ERROR)
    return error->code == G_RESOLVER_ERROR_NOT_FOUND ? Cause::Resolve : Cause::Connect;
  if (error->domain == G_TLS_ERROR)
    return error->code == G_TLS_ERROR_BAD_CERTIFICATE ? Cause::Certificate : Cause::Connect;
  if (error->domain != G_IO_ERROR) return Cause::Lost;
  switch (error->code) {
    case G_IO_ERROR_HOST_NOT_FOUND:
      return Cause::Resolve;
    case G_IO_ERROR_CONNECTION_REFUSED:
    case G_IO_ERROR_HOST_UNREACHABLE:
    case G_IO_ERROR_NETWORK_UNREACHABLE:
    case G_IO_ERROR_TIMED_OUT:
    case G_IO_ERROR_PROXY_FAILED:
    case G_IO_ERROR_PROXY_NOT_ALLOWED:
      return Cause::Connect;
    case G_IO_ERROR_PROXY_AUTH_FAILED:
    case G_IO_ERROR_PROXY_NEED_AUTH:
      return Cause::Proxy;
    default:
      return Cause::Lost;
  }
}

Loss loss_of(const GError* error) {
  Loss loss{cause_of(error), valid_text(error->message)};
  if (loss.cause == Cause::Proxy) loss.http_status = SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED;
  return loss;
}

// A server that wanted a certificate and got none says so, or just hangs up.
bool misses_ours(const GError* error) {
  return error->domain == G_TLS_ERROR ||
         g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
}

// --- the socket underneath

// libsoup's stream has TLS in it, which has the socket in it, or the socket itself.
GSocket* socket_of(GIOStream* stream) {
  if (G_IS_SOCKET_CONNECTION(stream))
    return g_socket_connection_get_socket(G_SOCKET_CONNECTION(stream));
  const char* inside = G_IS_TLS_CONNECTION(stream) ? "base-io-stream" : "base-iostream";
  if (!g_object_class_find_property(G_OBJECT_GET_CLASS(stream), inside)) return nullptr;
  GIOStream* inner = nullptr;
  g_object_get(stream, inside, &inner, nullptr);
  if (!inner) return nullptr;
  GSocket* socket = socket_of(inner);
  g_object_unref(inner);  // `stream` keeps it
  return socket;
}

GSocket* socket_of(SoupWebsocketConnection* connection) {
  return socket_of(soup_websocket_connection_get_io_stream(connection));
}

void tune(GSocket* socket, const SocketLimits& limits) {
  auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(limits.user_timeout);
  g_socket_set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1, nullptr);
  g_socket_set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(timeout.count()),
                      nullptr);
  g_socket_set_option(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, limits.unsent_bytes, nullptr);
}

// Nothing is known of a socket that is gone.
Traffic traffic_of(GSocket* socket) {
  int fd = g_socket_get_fd(socket);
  tcp_info info{};
  socklen_t size = sizeof info;
  int waiting = 0;
  if (fd < 0 || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
      ioctl(fd, TIOCOUTQ, &waiting) != 0)
    return {};
  return {info.tcpi_bytes_acked, waiting};
}

enum class Ending { Quiet, Abrupt };

// Nothing can be written from here on, so that closing waits for nobody: libsoup's close frame and
// TLS's farewell would wait as long as the peer does not read. What a quiet ending has written
// already still arrives; an abrupt one has the kernel forget it.
void hang_up(GSocket* socket, Ending ending) {
  int fd = g_socket_get_fd(socket);
  if (fd < 0) return;
  if (ending == Ending::Abrupt) {
    linger none{1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  }
  shutdown(fd, ending == Ending::Abrupt ? SHUT_RDWR : SHUT_WR);
}

void set_route(SoupSession* session, const Route& route) {
  switch (route.via) {
    case Route::Via::System:
      return;
    case Route::Via::Direct:
      return soup_session_set_proxy_resolver(session, nullptr);
    case Route::Via::Proxy:
      break;
  }
  std::vector<char*> exceptions;  // GIO copies them
  for (const std::string& host : route.exceptions)
    exceptions.push_back(const_cast<char*>(host.c_str()));
  exceptions.push_back(nullptr);
  Ptr<GProxyResolver> resolver(g_simple_proxy_resolver_new(route.proxy.c_str(), exceptions.data()));
  soup_session_set_proxy_resolver(session, resolver.get());
}

// Whom the handshake may trust; null: whom GIO does. The system's authorities are read once, when
// TLS is first spoken: that takes a while.
GTlsDatabase* trusted_by(const Request& request) {
  if (request.tls && request.tls->database) return request.tls->database.get();
  bool secure = request.url.starts_with("wss:") || request.route.proxy.starts_with("https:");
  return secure ? system_trust_store() : nullptr;
}

Ptr<SoupSession> make_session(const Request& request) {
  Ptr<SoupSession> session(soup_session_new());
  soup_session_remove_feature_by_type(session.get(), SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  soup_session_remove_feature_by_type(session.get(), SOUP_TYPE_CONTENT_DECODER);
  soup_session_set_timeout(session.get(), 0);
  soup_session_set_idle_timeout(session.get(), 0);
  if (GTlsDatabase* trusted = trusted_by(request))
    soup_session_set_tls_database(session.get(), trusted);
  if (request.tls && request.tls->interaction)
    soup_session_set_tls_interaction(session.get(), request.tls->interaction.get());
  set_route(session.get(), request.route);
  return session;
}

Ptr<SoupMessage> make_message(const Request& request) {
  Ptr<SoupMessage> message(soup_message_new("GET", request.url.c_str()));
  if (!message) return nullptr;
  soup_message_add_flags(message.get(), SOUP_MESSAGE_NO_REDIRECT);
  SoupMessageHeaders* headers = soup_message_get_request_headers(message.get());
  for (auto& [name, value] : request.headers)
    soup_message_headers_append(headers, name.c_str(), value.c_str());
  return message;
}

}  // namespace

// One attempt to connect. It outlives a socket that gives it up, until libsoup has called back.
struct SoupWebSocket::Dial {
  ~Dial() { g_signal_handlers_disconnect_by_data(message.get(), this); }

  void watch();

  SoupWebSocket* socket;  // null once given up
  Ptr<SoupMessage> message;
  std::string user, password;  // for the proxy
  Ptr<GCancellable> cancellable{g_cancellable_new()};
  GTlsCertificateFlags distrust = G_TLS_CERTIFICATE_NO_FLAGS;
  bool asks_proxy = false;  // to lead to the host
  bool lacks_ours = false;  // a certificate, that the server asked for
};

void SoupWebSocket::Dial::watch() {
  auto on_headers = +[](SoupMessage*, gpointer self) noexcept {
    if (auto* to = static_cast<Dial*>(self)->socket) to->answered();
  };
  auto on_distrust = +[](SoupMessage*, GTlsCertificate*, GTlsCertificateFlags found,
                         gpointer self) noexcept -> gboolean {
    static_cast<Dial*>(self)->distrust = found;
    return FALSE;
  };
  auto on_request = +[](SoupMessage*, GTlsClientConnection*, gpointer self) noexcept -> gboolean {
    static_cast<Dial*>(self)->lacks_ours = true;
    return FALSE;
  };
  auto on_event = +[](SoupMessage*, GSocketClientEvent event, GIOStream*, gpointer self) noexcept {
    static_cast<Dial*>(self)->asks_proxy = event == G_SOCKET_CLIENT_PROXY_NEGOTIATING;
  };
  auto on_question =
      +[](SoupMessage*, SoupAuth* question, gboolean again, gpointer data) noexcept -> gboolean {
    auto* self = static_cast<Dial*>(data);
    if (!soup_auth_is_for_proxy(question) || again || self->user.empty()) return FALSE;
    soup_auth_authenticate(question, self->user.c_str(), self->password.c_str());
    return TRUE;
  };
  // libsoup says the proxy's password to the server as well, behind the tunnel.
  auto on_start = +[](SoupMessage* starting, gpointer) noexcept {
    if (g_str_equal(g_uri_get_scheme(soup_message_get_uri(starting)), "wss"))
      soup_message_headers_remove(soup_message_get_request_headers(starting),
                                  "Proxy-Authorization");
  };
  g_signal_connect_after(message.get(), "starting", G_CALLBACK(on_start), this);
  g_signal_connect(message.get(), "got-headers", G_CALLBACK(on_headers), this);
  g_signal_connect(message.get(), "accept-certificate", G_CALLBACK(on_distrust), this);
  g_signal_connect(message.get(), "request-certificate", G_CALLBACK(on_request), this);
  g_signal_connect(message.get(), "network-event", G_CALLBACK(on_event), this);
  g_signal_connect(message.get(), "authenticate", G_CALLBACK(on_question), this);
}

SoupWebSocket::SoupWebSocket(const SocketLimits& limits)
    : limits_(limits), report_(g_main_context_get_thread_default(), [this] { report(); }) {}

SoupWebSocket::~SoupWebSocket() {
  let_go();
}

void SoupWebSocket::open(const Request& request, Listener& listener) {
  listener_ = &listener;
  Ptr<SoupMessage> message = make_message(request);
  if (!message) return lose({Cause::Settings, "url cannot be dialed"});
  secrets_ = {secret_of(message.get()), request.route.password};
  dial_ = new Dial{this, std::move(message), request.route.user, request.route.password};
  dial_->watch();
  session_ = make_session(request);
  soup_session_websocket_connect_async(session_.get(), dial_->message.get(), nullptr, nullptr,
                                       G_PRIORITY_DEFAULT, dial_->cancellable.get(), finish_dial,
                                       dial_);
}

// An answer with a body is a refusal; its headers say all. Waiting for the body would be at the
// server's mercy. Only a proxy's question for a password may still be answered by libsoup.
void SoupWebSocket::answered() {
  if (soup_message_get_status(dial_->message.get()) != SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED)
    lose(refusal(dial_->message.get(), Cause::Http));
}

void SoupWebSocket::finish_dial(GObject* session, GAsyncResult* result, gpointer data) noexcept {
  std::unique_ptr<Dial> dial(static_cast<Dial*>(data));
  Ptr<GError> error;
  Ptr<SoupWebsocketConnection> connection(
      soup_session_websocket_connect_finish(SOUP_SESSION(session), result, Out(error)));
  SoupWebSocket* socket = dial->socket;
  if (!socket) return;
  socket->dial_ = nullptr;
  socket->session_.reset();
  if (connection)
    socket->connected(std::move(connection), header(dial->message.get(), "dg-request-id"));
  else if (error->domain == SOUP_WEBSOCKET_ERROR)
    socket->lose(refusal(dial->message.get(), dial->asks_proxy ? Cause::Proxy : Cause::Http));
  else if (dial->distrust != G_TLS_CERTIFICATE_NO_FLAGS)
    socket->lose(distrusted(dial->distrust));
  else if (dial->lacks_ours && misses_ours(error.get()))
    socket->lose({.cause = Cause::Certificate,
                  .text = valid_text(error->message),
                  .distrust = Distrust::OursWanted});
  else
    socket->lose(loss_of(error.get()));
  // The socket may be gone.
}

void SoupWebSocket::connected(Ptr<SoupWebsocketConnection> connection,
                              const std::string& request_id) {
  connection_ = std::move(connection);
  if (GSocket* socket = socket_of(connection_.get())) tune(socket, limits_);
  soup_websocket_connection_set_max_incoming_payload_size(connection_.get(),
                                                          limits_.longest_message);
  auto ping = std::chrono::ceil<std::chrono::seconds>(limits_.ping_interval);
  soup_websocket_connection_set_keepalive_interval(connection_.get(),
                                                   static_cast<guint>(ping.count()));
  listen();
  listener_->on_open(request_id);
}

void SoupWebSocket::listen() {
  using Self = SoupWebSocket;
  auto on_message =
      +[](SoupWebsocketConnection*, int type, GBytes* message, gpointer self) noexcept {
        static_cast<Self*>(self)->received(type, message);
      };
  auto on_pong = +[](SoupWebsocketConnection*, GBytes*, gpointer self) noexcept {
    static_cast<Self*>(self)->ponged();
  };
  auto on_error = +[](SoupWebsocketConnection*, GError* error, gpointer self) noexcept {
    static_cast<Self*>(self)->failed(error);
  };
  auto on_end =
      +[](SoupWebsocketConnection*, gpointer self) noexcept { static_cast<Self*>(self)->ended(); };
  g_signal_connect(connection_.get(), "message", G_CALLBACK(on_message), this);
  g_signal_connect(connection_.get(), "pong", G_CALLBACK(on_pong), this);
  g_signal_connect(connection_.get(), "error", G_CALLBACK(on_error), this);
  // "closing" comes with the peer's close frame, "closed" up to 5 s later, or without one.
  g_signal_connect(connection_.get(), "closing", G_CALLBACK(on_end), this);
  g_signal_connect(connection_.get(), "closed", G_CALLBACK(on_end), this);
}

void SoupWebSocket::received(int type, GBytes* message) {
  if (loss_ || type != SOUP_WEBSOCKET_DATA_TEXT) return;
  gsize size = 0;
  auto* text = static_cast<const char*>(g_bytes_get_data(message, &size));
  listener_->on_text({text, size});
}

void SoupWebSocket::ponged() {
  if (!loss_) listener_->on_pong();
}

// libsoup calls some close codes of the peer an error, 1012 and 1013 among them.
void SoupWebSocket::failed(const GError* error) {
  if (soup_websocket_connection_get_close_code(connection_.get()))
    ended();
  else
    lose({Cause::Lost, valid_text(error->message)});
}

void SoupWebSocket::ended() {
  int code = soup_websocket_connection_get_close_code(connection_.get());
  if (code == 0)
    return lose({Cause::Lost, "the server ended the connection without a close frame"});
  Loss loss{Cause::Closed};
  loss.close_code = code;
  loss.close_reason = valid_text(soup_websocket_connection_get_close_data(connection_.get()));
  lose(std::move(loss));
}

// Between the end of the stream and its report libsoup has closed the socket, and takes nothing.
bool SoupWebSocket::is_open() const {
  return !loss_ && connection_ &&
         soup_websocket_connection_get_state(connection_.get()) == SOUP_WEBSOCKET_STATE_OPEN;
}

bool SoupWebSocket::writable() {
  if (!is_open()) return false;
  GIOStream* stream = soup_websocket_connection_get_io_stream(connection_.get());
  auto* output = G_POLLABLE_OUTPUT_STREAM(g_io_stream_get_output_stream(stream));
  if (g_pollable_output_stream_is_writable(output)) return true;
  if (!output_watch_) watch(output);
  return false;
}

Traffic SoupWebSocket::traffic() {
  GSocket* socket = connection_ ? socket_of(connection_.get()) : nullptr;
  return socket ? traffic_of(socket) : Traffic{};
}

void SoupWebSocket::watch(GPollableOutputStream* output) {
  auto on_writable = +[](GObject*, gpointer self) noexcept -> gboolean {
    auto* socket = static_cast<SoupWebSocket*>(self);
    socket->output_watch_.reset();
    if (!socket->loss_) socket->listener_->on_writable();
    return G_SOURCE_REMOVE;
  };
  output_watch_.reset(g_pollable_output_stream_create_source(output, nullptr));
  g_source_set_callback(output_watch_.get(), G_SOURCE_FUNC(on_writable), this, nullptr);
  g_source_attach(output_watch_.get(), g_main_context_get_thread_default());
}

void SoupWebSocket::send(std::span<const std::byte> audio) {
  send(SOUP_WEBSOCKET_DATA_BINARY, audio.data(), audio.size());
}

void SoupWebSocket::send(std::string_view text) {
  send(SOUP_WEBSOCKET_DATA_TEXT, text.data(), text.size());
}

void SoupWebSocket::send(SoupWebsocketDataType type, const void* data, std::size_t size) {
  if (!is_open()) return;
  Ptr<GBytes> message(g_bytes_new_static(data, size));  // libsoup copies while it masks
  soup_websocket_connection_send_message(connection_.get(), type, message.get());
}

// What libsoup reports from within a call of ours is passed on from the loop. A server may repeat
// the key: when it refuses it, and when it closes.
void SoupWebSocket::lose(Loss loss) {
  if (loss_) return;
  for (std::string* words : {&loss.text, &loss.close_reason, &loss.dg_error})
    for (const std::string& secret : secrets_) remove_secret(secret, *words);
  loss_ = std::move(loss);
  report_.set(monotonic_now());
}

void SoupWebSocket::report() {
  let_go();
  listener_->on_lost(Loss(*loss_));  // a copy: the listener may destroy this
}

void SoupWebSocket::let_go() {
  output_watch_.reset();
  if (Dial* dial = std::exchange(dial_, nullptr)) {
    dial->socket = nullptr;
    Ptr<GCancellable> cancellable(dial->cancellable.release());  // `dial` may end in the call
    g_cancellable_cancel(cancellable.get());
  }
  session_.reset();
  if (!connection_) return;
  g_signal_handlers_disconnect_by_data(connection_.get(), this);
  bool quiet = loss_ && loss_->cause == Cause::Closed;
  if (GSocket* socket = socket_of(connection_.get()))
    hang_up(socket, quiet ? Ending::Quiet : Ending::Abrupt);
  connection_.reset();
}

}  // namespace dg
