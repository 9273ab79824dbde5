// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dg {

// A word that is wider than a line, in pieces of about the same width that are not. What a reader
// takes for one character stays whole, even if it is wider than the line; Japanese and Chinese
// are not cut where a line must not begin or end. One piece for a word that fits.
std::vector<std::string> pieces(std::string_view word, std::size_t line_length);

}  // namespace dg
