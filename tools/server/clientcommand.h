// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace dg::server {

// What a client says in a text frame.
struct KeepAlive {};
struct Finalize {
  std::optional<int> channel;  // nothing: each
};
struct CloseStream {};
struct Configure {
  std::optional<bool> numerals;  // nothing: as it is
};
struct Sync {};
struct NoCommand {
  std::string description;  // why, in the service's words
};
using ClientCommand = std::variant<KeepAlive, Finalize, CloseStream, Configure, Sync, NoCommand>;

ClientCommand parse_command(std::string_view text);

}  // namespace dg::server
