// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/testproxy.h"

#include <utility>

#include <gtest/gtest.h>

#include "net/loopback.h"

namespace dg {
namespace {

std::string base64(const std::string& text) {
  char* encoded = g_base64_encode(reinterpret_cast<const guchar*>(text.data()), text.size());
  std::string out = encoded;
  g_free(encoded);
  return out;
}

std::string head(const std::string& status, const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers + "\r\n";
}

}  // namespace

// One connection of a client. Asynchronous calls keep it, and end it when they are the last.
struct TestProxy::Visit {
  Visit(TestProxy* to, GSocketConnection* from)
      : proxy(to), client(G_IO_STREAM(g_object_ref(from))) {}
  ~Visit() {
    if (proxy) proxy->visits_.erase(this);
    g_object_unref(cancellable);
    g_object_unref(client);
  }

  void read();
  void answer();
  void lead();

  TestProxy* proxy;  // null when it is gone
  GIOStream* client;
  GCancellable* cancellable = g_cancellable_new();
  std::string request;
  char buffer[4096];
};

void TestProxy::Visit::read() {
  auto on_read = +[](GObject* stream, GAsyncResult* result, gpointer data) {
    auto* self = static_cast<Visit*>(data);
    gssize size = g_input_stream_read_finish(G_INPUT_STREAM(stream), result, nullptr);
    if (size <= 0 || !self->proxy) return delete self;
    self->request.append(self->buffer, static_cast<std::size_t>(size));
    if (self->request.ends_with("\r\n\r\n"))
      self->answer();
    else
      self->read();
  };
  g_input_stream_read_async(g_io_stream_get_input_stream(client), buffer, sizeof buffer,
                            G_PRIORITY_DEFAULT, cancellable, on_read, this);
}

void TestProxy::Visit::answer() {
  std::string reply = proxy->answer(std::exchange(request, ""));
  GOutputStream* output = g_io_stream_get_output_stream(client);
  EXPECT_TRUE(
      g_output_stream_write_all(output, reply.data(), reply.size(), nullptr, nullptr, nullptr));
  if (reply.starts_with("HTTP/1.1 200"))
    lead();
  else
    read();
}

void TestProxy::Visit::lead() {
  GSocketClient* dialer = g_socket_client_new();
  g_socket_client_set_enable_proxy(dialer, FALSE);
  GSocketConnection* server =
      g_socket_client_connect_to_host(dialer, "127.0.0.1", proxy->server_port_, nullptr, nullptr);
  g_object_unref(dialer);
  ASSERT_TRUE(server);
  auto on_over = +[](GObject*, GAsyncResult* result, gpointer self) {
    g_io_stream_splice_finish(result, nullptr);
    delete static_cast<Visit*>(self);
  };
  auto how = G_IO_STREAM_SPLICE_CLOSE_STREAM1 | G_IO_STREAM_SPLICE_CLOSE_STREAM2;
  g_io_stream_splice_async(client, G_IO_STREAM(server), static_cast<GIOStreamSpliceFlags>(how),
                           G_PRIORITY_DEFAULT, cancellable, on_over, this);
  g_object_unref(server);
}

TestProxy::TestProxy(const std::string& server) : service_(g_socket_service_new()) {
  GUri* uri = g_uri_parse(server.c_str(), G_URI_FLAGS_NONE, nullptr);
  server_port_ = static_cast<guint16>(g_uri_get_port(uri));
  g_uri_unref(uri);
  port_ = listen_on_loopback(service_);
  auto on_incoming = +[](GSocketService*, GSocketConnection* connection, GObject*, gpointer self) {
    static_cast<TestProxy*>(self)->visited(connection);
    return TRUE;
  };
  g_signal_connect(service_, "incoming", G_CALLBACK(on_incoming), this);
}

TestProxy::~TestProxy() {
  for (Visit* visit : visits_) {
    visit->proxy = nullptr;
    g_cancellable_cancel(visit->cancellable);
  }
  g_signal_handlers_disconnect_by_data(service_, this);
  g_socket_service_stop(service_);
  g_socket_listener_close(G_SOCKET_LISTENER(service_));
  g_object_unref(service_);
}

std::string TestProxy::url(const std::string& user_info) const {
  return "http://" + user_info + (user_info.empty() ? "" : "@") +
         "127.0.0.1:" + std::to_string(port_);
}

void TestProxy::visited(GSocketConnection* connection) {
  auto* visit = new Visit(this, connection);
  visits_.insert(visit);
  visit->read();
}

std::string TestProxy::answer(const std::string& request) {
  requests_.push_back(request);
  if (!refusal_.empty()) return head(refusal_, "Content-Length: 0\r\n");
  std::string pass = "\r\nProxy-Authorization: Basic " + base64(wanted_) + "\r\n";
  if (!wanted_.empty() && request.find(pass) == request.npos)
    return head("407 Proxy Authentication Required",
                "Proxy-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0\r\n");
  return request.starts_with("CONNECT ") ? head("200 Connection Established")
                                         : head("405 Method Not Allowed", "Content-Length: 0\r\n");
}

}  // namespace dg
