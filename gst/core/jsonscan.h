// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace dg {

// How deep objects and arrays may lie in one another in a message.
inline constexpr int kDeepestNesting = 64;

// Whether `text` is one JSON object as far as json-glib must be shielded: nesting that overflows
// its stack, a second document, comments, NULs, and the escapes and numbers that it mangles are
// refused here. What is left for json-glib to find is the order of the tokens.
bool is_scannable_json(std::string_view text);
// The same for one object or array: where what json-glib must not see begins; nothing if nothing
// does.
std::optional<std::size_t> unscannable_at(std::string_view text);

}  // namespace dg
