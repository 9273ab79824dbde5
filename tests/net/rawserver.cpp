// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/rawserver.h"

#include <sys/socket.h>
#include <utility>

#include <gtest/gtest.h>

#include "net/loopback.h"

namespace dg {
namespace {

// RFC 6455, section 4.2.2.
std::string accept_value(const std::string& request) {
  std::string_view name = "Sec-WebSocket-Key: ";
  auto begin = request.find(name) + name.size();
  std::string text = request.substr(begin, request.find('\r', begin) - begin) +
                     "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  GChecksum* sum = g_checksum_new(G_CHECKSUM_SHA1);
  g_checksum_update(sum, reinterpret_cast<const guchar*>(text.data()),
                    static_cast<gssize>(text.size()));
  guint8 digest[20];
  gsize size = sizeof digest;
  g_checksum_get_digest(sum, digest, &size);
  g_checksum_free(sum);
  char* base64 = g_base64_encode(digest, size);
  std::string value = base64;
  g_free(base64);
  return value;
}

}  // namespace

RawServer::RawServer(GTlsCertificate* certificate)
    : service_(g_socket_service_new()), certificate_(certificate) {
  port_ = listen_on_loopback(service_);
  auto on_incoming = +[](GSocketService*, GSocketConnection* connection, GObject*, gpointer self) {
    static_cast<RawServer*>(self)->accepted(connection);
    return TRUE;
  };
  g_signal_connect(service_, "incoming", G_CALLBACK(on_incoming), this);
}

RawServer::~RawServer() {
  close();
  g_signal_handlers_disconnect_by_data(service_, this);
  g_socket_service_stop(service_);
  g_socket_listener_close(G_SOCKET_LISTENER(service_));
  g_object_unref(service_);
}

std::string RawServer::url() const {
  return std::string(certificate_ ? "wss" : "ws") + "://127.0.0.1:" + std::to_string(port_) +
         "/v1/listen";
}

void RawServer::upgrade(std::string headers) {
  answer_ = [headers = std::move(headers)](const std::string& request) {
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: " +
           accept_value(request) + "\r\n" + headers + "\r\n";
  };
}

void RawServer::answer(std::string response) {
  answer_ = [response = std::move(response)](const std::string&) { return response; };
}

void RawServer::accepted(GSocketConnection* connection) {
  close();
  received_.clear();
  at_end_ = false;
  connection_ = G_SOCKET_CONNECTION(g_object_ref(connection));
  stream_ = certificate_
                ? g_tls_server_connection_new(G_IO_STREAM(connection), certificate_, nullptr)
                : G_IO_STREAM(g_object_ref(connection));
  if (trusted_) ask_for_certificate();
  read();
}

void RawServer::ask_for_certificate() {
  auto on_certificate = +[](GTlsConnection*, GTlsCertificate*, GTlsCertificateFlags found,
                            gpointer) -> gboolean { return found == G_TLS_CERTIFICATE_NO_FLAGS; };
  g_object_set(stream_, "authentication-mode", G_TLS_AUTHENTICATION_REQUIRED, "database", trusted_,
               nullptr);
  g_signal_connect(stream_, "accept-certificate", G_CALLBACK(on_certificate), nullptr);
}

void RawServer::read() {
  if (!stream_ || input_) return;
  auto on_readable = +[](GObject*, gpointer self) -> gboolean {
    static_cast<RawServer*>(self)->readable();
    return G_SOURCE_CONTINUE;
  };
  GInputStream* input = g_io_stream_get_input_stream(stream_);
  input_ = g_pollable_input_stream_create_source(G_POLLABLE_INPUT_STREAM(input), nullptr);
  g_source_set_callback(input_, G_SOURCE_FUNC(on_readable), this, nullptr);
  g_source_attach(input_, g_main_context_get_thread_default());
}

void RawServer::stop_reading() {
  if (GSource* input = std::exchange(input_, nullptr)) {
    g_source_destroy(input);
    g_source_unref(input);
  }
}

void RawServer::readable() {
  char buffer[65536];
  GInputStream* input = g_io_stream_get_input_stream(stream_);
  GError* error = nullptr;
  gssize size = g_pollable_input_stream_read_nonblocking(G_POLLABLE_INPUT_STREAM(input), buffer,
                                                         sizeof buffer, nullptr, &error);
  bool blocked = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_clear_error(&error);
  if (blocked) return;  // TLS has read its own
  if (size <= 0) {
    at_end_ = true;
    stop_reading();
    if (trusted_) close();  // it may wait for an answer
    return;
  }
  received_.append(buffer, static_cast<std::size_t>(size));
  answer_request();
}

void RawServer::answer_request() {
  auto end = received_.find("\r\n\r\n");
  if (!answer_ || end == received_.npos) return;
  request_ = received_.substr(0, end + 4);
  received_.erase(0, end + 4);
  std::string response = std::exchange(answer_, nullptr)(request_);
  write(response);
}

bool RawServer::is_hung_up() const {
  GSocket* socket = g_socket_connection_get_socket(connection_);
  return g_socket_condition_check(socket, static_cast<GIOCondition>(G_IO_HUP | G_IO_ERR)) != 0;
}

void RawServer::write(std::string_view bytes) {
  GOutputStream* output = g_io_stream_get_output_stream(stream_);
  EXPECT_TRUE(
      g_output_stream_write_all(output, bytes.data(), bytes.size(), nullptr, nullptr, nullptr));
}

void RawServer::close() {
  stop_reading();
  if (!connection_) return;
  g_io_stream_close(G_IO_STREAM(connection_), nullptr, nullptr);
  g_clear_object(&stream_);
  g_clear_object(&connection_);
}

void RawServer::end() {
  g_socket_shutdown(g_socket_connection_get_socket(connection_), FALSE, TRUE, nullptr);
}

void RawServer::reset() {
  linger none{1, 0};
  setsockopt(g_socket_get_fd(g_socket_connection_get_socket(connection_)), SOL_SOCKET, SO_LINGER,
             &none, sizeof none);
  close();
}

std::string frame(int opcode, std::string_view payload) {
  std::string bytes{static_cast<char>(0x80 | opcode)};
  if (payload.size() < 126) {
    bytes += static_cast<char>(payload.size());
  } else {
    bytes += static_cast<char>(126);
    bytes += static_cast<char>(payload.size() >> 8);
    bytes += static_cast<char>(payload.size() & 0xFF);
  }
  return bytes.append(payload);
}

std::string close_frame(int code, std::string_view reason) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return frame(8, payload.append(reason));
}

}  // namespace dg
