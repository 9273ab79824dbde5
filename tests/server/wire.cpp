// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/wire.h"

#include <gtest/gtest.h>

namespace dg::server {
namespace {

constexpr guint kWatchdog = 8;  // s

}  // namespace

Wire::Wire(const std::string& url) {
  Ptr<GSocketClient> client(g_socket_client_new());
  g_socket_client_set_timeout(client.get(), kWatchdog);
  connection_.reset(g_socket_client_connect_to_uri(client.get(), url.c_str(), 0, nullptr, nullptr));
  EXPECT_TRUE(connection_) << url;
}

void Wire::say(std::string_view bytes) {
  GOutputStream* out = g_io_stream_get_output_stream(G_IO_STREAM(connection_.get()));
  EXPECT_TRUE(
      g_output_stream_write_all(out, bytes.data(), bytes.size(), nullptr, nullptr, nullptr));
}

void Wire::fall_silent() {
  g_socket_shutdown(g_socket_connection_get_socket(connection_.get()), FALSE, TRUE, nullptr);
}

std::string Wire::head() {
  std::string text;
  for (char byte = 0; !text.ends_with("\r\n\r\n") && read(byte);) text += byte;
  return text;
}

std::string Wire::rest() {
  std::string text;
  for (char byte = 0; read(byte);) text += byte;
  return text;
}

Ptr<GIOStream> Wire::take_stream() {
  g_socket_set_timeout(g_socket_connection_get_socket(connection_.get()), 0);
  return Ptr<GIOStream>(G_IO_STREAM(connection_.release()));
}

bool Wire::read(char& byte) {
  GInputStream* in = g_io_stream_get_input_stream(G_IO_STREAM(connection_.get()));
  Ptr<GError> error;
  gssize got = g_input_stream_read(in, &byte, 1, nullptr, Out(error));
  EXPECT_FALSE(error) << error->message;
  return got > 0;
}

}  // namespace dg::server
