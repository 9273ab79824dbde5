// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace dg {

struct Character {
  char32_t code;
  std::size_t size;  // in bytes
};

// The first character of a text that is not empty. What is no UTF-8 counts byte by byte.
Character first_character(std::string_view text);

// Columns that a text takes: two for a wide character of East Asia, one for any other. Also for a
// combining mark, so that no way to count finds a line too long.
std::size_t columns(std::string_view text);

// Whether a blank goes between two neighbouring words: not where both edges are of scripts that are
// written without (Chinese, Japanese, Thai, Lao, Khmer, Burmese), nor beside an empty one.
bool blank_between(std::string_view before, std::string_view after);

// The words as they are written: joined by blanks, or not.
std::string written(std::span<const std::string> words);

// Whether a line may begin with this: not with closing punctuation, small kana or what prolongs a
// sound.
bool may_begin_line(char32_t code);
bool may_begin_line(std::string_view word);

// Whether a line may end with this: not with opening punctuation.
bool may_end_line(char32_t code);
bool may_end_line(std::string_view word);

// Whether a character is from `first` to `last`.
inline bool between(char32_t code, char32_t first, char32_t last) {
  return code >= first && code <= last;
}

}  // namespace dg
