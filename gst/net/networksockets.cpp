// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/networksockets.h"

#include "net/soupwebsocket.h"

namespace dg {

WebSocketFactory network_sockets() {
  return [](const SocketLimits& limits) { return std::make_unique<SoupWebSocket>(limits); };
}

}  // namespace dg
