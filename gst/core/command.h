// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>

namespace dg {

// The control messages of a client, each a text frame.
// https://developers.deepgram.com/docs/lower-level-websockets

std::string keep_alive_command();
// For one channel, or for all.
std::string finalize_command(std::optional<int> channel = std::nullopt);
std::string close_stream_command();
std::string configure_command(bool numerals);

}  // namespace dg
