// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/endpoint.h"
#include "core/fault.h"
#include "net/limits.h"

namespace dg {

// What became of the bytes that were handed to a socket.
struct Traffic {
  std::uint64_t acknowledged = 0;  // by the peer's system, since the connection was made
  std::int64_t waiting = 0;        // handed over and not yet acknowledged, as far as it is known
};

// One connection, from the dial to the loss. All calls and callbacks are on the network thread.
// Destroying it aborts the connection at once, without a close frame, and nothing is called back.
class WebSocket {
 public:
  class Listener {
   public:
    virtual void on_open(const std::string& request_id) = 0;
    virtual void on_text(std::string_view text) = 0;
    // The peer answered a ping. The socket pings by itself.
    virtual void on_pong() = 0;
    // The socket takes data again after writable() was false.
    virtual void on_writable() = 0;
    // The last call: the dial failed, or the connection ended, for whichever reason. The listener
    // may destroy the socket in it.
    virtual void on_lost(const Loss& why) = 0;

   protected:
    ~Listener() = default;
  };

  virtual ~WebSocket() = default;
  virtual void open(const Request& request, Listener& listener) = 0;
  // Whether the socket takes data now. If not, on_writable() follows.
  virtual bool writable() = 0;
  virtual Traffic traffic() = 0;
  virtual void send(std::span<const std::byte> audio) = 0;
  virtual void send(std::string_view text) = 0;
};

using WebSocketFactory = std::function<std::unique_ptr<WebSocket>(const SocketLimits&)>;

}  // namespace dg
