// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/wordpieces.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <glib.h>

#include "core/script.h"

namespace dg {
namespace {

// No writing has more in one place (Unicode's stream-safe format allows 30 marks); without an end a
// text of marks alone would be one piece.
constexpr std::size_t kMostInOne = 32;
// What a cut costs beside pieces of unequal width, of which 1 is a piece twice as wide as wished.
constexpr double kInsideOfLetters = 0.6, kBehindPunctuation = -0.25;
constexpr double kForbidden = 100;

// What a reader takes for one character (a grapheme).
struct Unit {
  std::size_t begin, size;  // in bytes
  std::size_t columns;
  char32_t first, last;
};

bool is_regional(char32_t code) {
  return between(code, 0x1F1E6, 0x1F1FF);
}

// Vowels and finals of Korean in parts, the tone of an emoji's skin, and Thai and Lao vowels that
// are letters by name only.
bool is_second_part(char32_t code) {
  return between(code, 0x1160, 0x11FF) || between(code, 0xD7B0, 0xD7FB) ||
         between(code, 0x1F3FB, 0x1F3FF) || code == 0x0E33 || code == 0x0EB3;
}

bool extends(const Unit& unit, char32_t next) {
  constexpr char32_t kJoiner = 0x200D;
  constexpr int kVirama = 9;
  if (g_unichar_ismark(next) || is_second_part(next)) return true;
  if (g_unichar_type(next) == G_UNICODE_FORMAT || unit.last == kJoiner) return true;
  if (g_unichar_combining_class(unit.last) == kVirama && g_unichar_isalpha(next)) return true;
  bool vowel_in_front = between(unit.last, 0x0E40, 0x0E44) || between(unit.last, 0x0EC0, 0x0EC4);
  bool half_a_flag = is_regional(unit.first) && unit.size == 4 && is_regional(next);
  return vowel_in_front || half_a_flag;
}

std::vector<Unit> units_of(std::string_view word) {
  std::vector<Unit> units;
  std::size_t in_one = 0;
  for (std::size_t at = 0; at < word.size();) {
    auto [code, size] = first_character(word.substr(at));
    std::size_t width = columns(word.substr(at, size));
    if (!units.empty() && in_one < kMostInOne && extends(units.back(), code)) {
      units.back().size += size;
      units.back().columns += width;
      units.back().last = code;
      ++in_one;
    } else {
      units.push_back({at, size, width, code, code});
      in_one = 1;
    }
    at += size;
  }
  return units;
}

// A line that goes on with a word begins with less than one that begins a word.
bool may_begin(char32_t code) {
  if (!may_begin_line(code)) return false;
  switch (g_unichar_break_type(code)) {
    case G_UNICODE_BREAK_INFIX_SEPARATOR:
    case G_UNICODE_BREAK_INSEPARABLE:
    case G_UNICODE_BREAK_SYMBOL:
    case G_UNICODE_BREAK_HYPHEN:
    case G_UNICODE_BREAK_AFTER:
    case G_UNICODE_BREAK_POSTFIX:
    case G_UNICODE_BREAK_NON_BREAKING_GLUE:
    case G_UNICODE_BREAK_SPACE:
      return false;
    case G_UNICODE_BREAK_QUOTATION:
      return g_unichar_type(code) == G_UNICODE_INITIAL_PUNCTUATION;
    default:
      return true;
  }
}

bool may_end(char32_t code) {
  GUnicodeBreakType type = g_unichar_break_type(code);
  return may_end_line(code) && type != G_UNICODE_BREAK_NON_BREAKING_GLUE &&
         type != G_UNICODE_BREAK_PREFIX;
}

bool is_of_word(char32_t code) {
  return g_unichar_isalnum(code) && !g_unichar_iswide(code);
}

double cost_of_cut(const Unit& before, const Unit& after) {
  if (!may_end(before.last) || !may_begin(after.first)) return kForbidden;
  if (is_of_word(before.first) && is_of_word(after.first)) return kInsideOfLetters;
  bool punctuation = g_unichar_ispunct(before.last) || g_unichar_isspace(before.last);
  return punctuation ? kBehindPunctuation : 0;
}

// How many of the units from `first` on make the next piece.
std::size_t next_piece(const std::vector<Unit>& units, std::size_t first, std::size_t width,
                       std::size_t line_length) {
  auto left = static_cast<double>(width);
  double wished = left / std::ceil(left / static_cast<double>(line_length));
  double least = std::numeric_limits<double>::infinity();
  std::size_t best = 1, piece = 0;
  for (std::size_t end = first + 1; end < units.size(); ++end) {
    piece += units[end - 1].columns;
    if (piece > line_length) break;
    double off = std::abs(static_cast<double>(piece) - wished) / wished;
    double cost = off + cost_of_cut(units[end - 1], units[end]);
    if (cost > least) continue;
    least = cost;
    best = end - first;
  }
  return best;
}

}  // namespace

std::vector<std::string> pieces(std::string_view word, std::size_t line_length) {
  line_length = std::max<std::size_t>(line_length, 1);
  std::vector<std::string> out;
  std::size_t left = columns(word);
  if (left <= line_length) return {std::string(word)};
  std::vector<Unit> units = units_of(word);
  std::size_t first = 0;
  while (first < units.size() && left > line_length) {
    std::size_t end = first + next_piece(units, first, left, line_length);
    std::size_t begin = units[first].begin;
    out.emplace_back(word.substr(begin, units[end - 1].begin + units[end - 1].size - begin));
    for (; first < end; ++first) left -= units[first].columns;
  }
  if (first < units.size()) out.emplace_back(word.substr(units[first].begin));
  return out;
}

}  // namespace dg
