// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <vector>

#include "core/message.h"

namespace dg {

// The results among messages; what is no message is left out, since pages show some in part.
std::vector<Results> results_in(const std::vector<std::string>& messages);
// Those of a file in tests/fixtures, a message a line.
std::vector<Results> recorded(const std::string& name);

}  // namespace dg
