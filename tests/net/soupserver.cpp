// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/soupserver.h"

#include <gtest/gtest.h>

namespace dg {

TestServer::TestServer(GTlsCertificate* certificate) : server_(soup_server_new(nullptr, nullptr)) {
  if (certificate) soup_server_set_tls_certificate(server_, certificate);
  auto on_request = +[](SoupServer*, SoupServerMessage* message, const char* path, GHashTable*,
                        gpointer self) { static_cast<TestServer*>(self)->answer(message, path); };
  auto on_socket =
      +[](SoupServer*, SoupServerMessage* message, const char*, SoupWebsocketConnection* connection,
          gpointer self) { static_cast<TestServer*>(self)->connected(message, connection); };
  soup_server_add_handler(server_, nullptr, on_request, this, nullptr);
  soup_server_add_websocket_handler(server_, "/v1/listen", nullptr, nullptr, on_socket, this,
                                    nullptr);
  auto options = SOUP_SERVER_LISTEN_IPV4_ONLY | (certificate ? SOUP_SERVER_LISTEN_HTTPS : 0);
  EXPECT_TRUE(
      soup_server_listen_local(server_, 0, static_cast<SoupServerListenOptions>(options), nullptr));
}

TestServer::~TestServer() {
  if (peer_) g_signal_handlers_disconnect_by_data(peer_, this);
  for (SoupWebsocketConnection* peer : peers_) g_object_unref(peer);
  soup_server_disconnect(server_);
  g_object_unref(server_);
}

std::string TestServer::url(const std::string& path) const {
  GSList* uris = soup_server_get_uris(server_);
  auto* uri = static_cast<GUri*>(uris->data);
  std::string scheme = soup_server_is_https(server_) ? "wss" : "ws";
  std::string out = scheme + "://127.0.0.1:" + std::to_string(g_uri_get_port(uri)) + path;
  g_slist_free_full(uris, reinterpret_cast<GDestroyNotify>(g_uri_unref));
  return out;
}

std::string TestServer::header(const std::string& name) const {
  auto found = headers_.find(name);
  return found == headers_.end() ? "(none)" : found->second;
}

void TestServer::connected(SoupServerMessage* message, SoupWebsocketConnection* connection) {
  const char* query = g_uri_get_query(soup_server_message_get_uri(message));
  query_ = query ? query : "";
  auto keep = +[](const char* name, const char* value, gpointer headers) {
    (*static_cast<std::map<std::string, std::string>*>(headers))[name] = value;
  };
  headers_.clear();
  soup_message_headers_foreach(soup_server_message_get_request_headers(message), keep, &headers_);
  if (peer_) g_signal_handlers_disconnect_by_data(peer_, this);
  peer_ = SOUP_WEBSOCKET_CONNECTION(g_object_ref(connection));
  peers_.push_back(peer_);
  soup_websocket_connection_set_max_incoming_payload_size(peer_, 0);
  auto on_message = +[](SoupWebsocketConnection*, int type, GBytes* data, gpointer self) {
    static_cast<TestServer*>(self)->received(type, data);
  };
  auto on_closed = +[](SoupWebsocketConnection*, gpointer self) {
    static_cast<TestServer*>(self)->closed_ = true;
  };
  g_signal_connect(peer_, "message", G_CALLBACK(on_message), this);
  g_signal_connect(peer_, "closed", G_CALLBACK(on_closed), this);
}

void TestServer::received(int type, GBytes* message) {
  gsize size;
  auto* data = static_cast<const char*>(g_bytes_get_data(message, &size));
  if (type == SOUP_WEBSOCKET_DATA_TEXT) {
    texts_.emplace_back(data, size);
  } else {
    ++frames_;
    bytes_ += size;
  }
}

void TestServer::answer(SoupServerMessage* message, const char* path) {
  ++refused_;
  const Refusal& refusal = refusals_[path];
  soup_server_message_set_status(message, refusal.status, nullptr);
  for (auto& [name, value] : refusal.headers)
    soup_message_headers_append(soup_server_message_get_response_headers(message), name.c_str(),
                                value.c_str());
  soup_server_message_set_response(message, "application/json", SOUP_MEMORY_COPY,
                                   refusal.body.data(), refusal.body.size());
}

void TestServer::send(const std::string& text) {
  GBytes* bytes = g_bytes_new(text.data(), text.size());
  soup_websocket_connection_send_message(peer_, SOUP_WEBSOCKET_DATA_TEXT, bytes);
  g_bytes_unref(bytes);
}

void TestServer::send_binary(const std::string& data) {
  soup_websocket_connection_send_binary(peer_, data.data(), data.size());
}

}  // namespace dg
