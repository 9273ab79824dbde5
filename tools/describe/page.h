// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace dg {

// Puts the elements in place of the line "<!-- elements -->".
Result<std::string> fill_in(std::string page, const std::string& elements);

// The number of the first line, from 1, in which two texts differ; nothing if they are the same.
std::optional<int> first_difference(std::string_view one, std::string_view other);

}  // namespace dg
