// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "server/action.h"

namespace dg::server {

// Reads a scenario: a JSON array of steps, or lines of a step or a message of the service each
// (messages are sent when as much audio has come as they cover). docs/server.md describes the
// steps. An error names the line.
Result<Steps> parse_scenario(std::string_view text);

}  // namespace dg::server
