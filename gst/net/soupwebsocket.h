// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <libsoup/soup.h>

#include "net/limits.h"
#include "net/ptr.h"
#include "net/websocket.h"
#include "net/worker.h"

namespace dg {

// clang-format off
template <> struct Unref<SoupMessage>             { void operator()(SoupMessage* p) const { g_object_unref(p); } };
template <> struct Unref<SoupSession>             { void operator()(SoupSession* p) const { g_object_unref(p); } };
template <> struct Unref<SoupWebsocketConnection> { void operator()(SoupWebsocketConnection* p) const { g_object_unref(p); } };
// clang-format on

// A WebSocket on libsoup. It belongs to the thread that makes it and to the main context that is
// this thread's default then.
class SoupWebSocket final : public WebSocket {
 public:
  explicit SoupWebSocket(const SocketLimits& limits);
  ~SoupWebSocket() override;
  SoupWebSocket(const SoupWebSocket&) = delete;
  SoupWebSocket& operator=(const SoupWebSocket&) = delete;

  void open(const Request& request, Listener& listener) override;
  bool writable() override;
  Traffic traffic() override;
  void send(std::span<const std::byte> audio) override;
  void send(std::string_view text) override;

 private:
  struct Dial;

  static void finish_dial(GObject* session, GAsyncResult* result, gpointer dial) noexcept;
  void answered();
  void connected(Ptr<SoupWebsocketConnection> connection, const std::string& request_id);
  void listen();
  void received(int type, GBytes* message);
  void ponged();
  void failed(const GError* error);
  void ended();
  bool is_open() const;
  void watch(GPollableOutputStream* output);
  void send(SoupWebsocketDataType type, const void* data, std::size_t size);
  void lose(Loss loss);
  void report();
  void let_go();

  const SocketLimits limits_;
  Ptr<SoupSession> session_;          // while the dial lasts
  Dial* dial_ = nullptr;              // the one under way; its callback owns it
  std::vector<std::string> secrets_;  // what no loss may tell
  Ptr<SoupWebsocketConnection> connection_;
  Ptr<GSource> output_watch_;
  Listener* listener_ = nullptr;
  std::optional<Loss> loss_;  // once there is one, nothing but its report follows
  Alarm report_;
};

}  // namespace dg
