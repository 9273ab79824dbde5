// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace dg {

// What tells one word from another: its letters and digits, in lower case. The text itself where it
// has none of them ("&").
std::string letters(std::string_view text);

// What is left of a text behind its first letters, as many as `begun` has: "tions," of "Captions,"
// behind "cap".
std::string behind_letters(std::string_view text, std::string_view begun);

}  // namespace dg
