// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "net/websocket.h"

namespace dg {

// Sockets of the network, as opposed to those of a test.
WebSocketFactory network_sockets();

}  // namespace dg
