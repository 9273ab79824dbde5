// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dg::server {

// A key or a token, in whichever of the four forms a client gave it.
struct Credentials {
  std::string secret;
  bool bearer = false;  // as a token is shown; a key may be as well
  // What the answer's Sec-WebSocket-Protocol says, where the client's had the secret: never the
  // secret itself.
  std::string protocol;
};

// From the headers Authorization and Sec-WebSocket-Protocol, either of which may be null.
std::optional<Credentials> read_credentials(const char* authorization, const char* protocols);

}  // namespace dg::server
