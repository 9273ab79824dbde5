// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "server/action.h"

namespace dg::server {

// Faults by name, as options and queries give them: "drop-after" and "3" are one step that drops
// the connection after three seconds of audio.
Result<Step> parse_fault(std::string_view name, std::string_view value);
// "drop-after=3".
Result<Step> parse_fault(std::string_view text);
// Names, values and meanings, a line each.
std::string describe_faults();

// The sentence that the service closes with for "@NET-0000", "@NET-0001" or "@DATA-0000"; anything
// else is itself.
std::string close_reason(std::string_view name);
// Whether a close frame may carry it, by RFC 6455, section 7.4; 1005 makes a frame without a code.
bool is_close_code(double code);

}  // namespace dg::server
