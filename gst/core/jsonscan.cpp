// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/jsonscan.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace dg {
namespace {

constexpr std::size_t kMostDigits = 18;  // of an integer that certainly fits into 64 bits

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::size_t leading_space(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_space) -
                                  text.begin());
}

// Of numbers, of true, false and null, and between values.
bool may_stand_alone(char c) {
  return is_digit(c) || is_space(c) ||
         std::string_view(",:-+.Eabeflnrstu").find(c) != std::string_view::npos;
}

std::optional<std::uint32_t> hex4(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  std::uint32_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + 4, value, 16);
  if (error != std::errc{} || end != text.data() + 4) return std::nullopt;
  return value;
}

// The length of the escape that begins at `text`, 0 if json-glib must not see it. It leaks on a
// broken surrogate pair, and reads \101 as octal.
std::size_t escape_length(std::string_view text) {
  if (text.size() < 2) return 0;
  if (text[1] != 'u') return std::string_view("\"\\/bfnrt").find(text[1]) < 8 ? 2 : 0;
  auto first = hex4(text.substr(2));
  if (!first) return 0;
  if (*first < 0xD800 || *first > 0xDFFF) return 6;
  if (*first >= 0xDC00 || text.substr(6, 2) != "\\u") return 0;
  auto second = hex4(text.substr(8));
  return second && *second >= 0xDC00 && *second <= 0xDFFF ? 12 : 0;
}

// The length of the string that begins at `text`, with its quotes; 0 if it is none.
std::size_t string_length(std::string_view text) {
  std::size_t at = 1;
  while (at < text.size() && text[at] != '"') {
    std::size_t step = 1;
    if (text[at] == '\\')
      step = escape_length(text.substr(at));
    else if (static_cast<unsigned char>(text[at]) < 0x20)
      step = 0;
    if (step == 0) return 0;
    at += step;
  }
  return at < text.size() ? at + 1 : 0;
}

// The length of the number whose digits begin at `text`; 0 if json-glib would read it as octal, or
// turn a huge negative integer into a small positive one.
std::size_t number_length(std::string_view text, bool negative) {
  std::size_t whole = std::min(text.find_first_not_of("0123456789"), text.size());
  if (text[0] == '0' && whole > 1) return 0;
  std::size_t all = std::min(text.find_first_not_of("0123456789.eE+-"), text.size());
  return all == whole && negative && whole > kMostDigits ? 0 : all;
}

// The length of the token that begins at `at`; 0 if it cannot be one.
std::size_t token_length(std::string_view text, std::size_t at) {
  std::string_view rest = text.substr(at);
  if (rest[0] == '"') return string_length(rest);
  if (is_digit(rest[0])) return number_length(rest, at > 0 && text[at - 1] == '-');
  return may_stand_alone(rest[0]) ? 1 : 0;
}

}  // namespace

std::optional<std::size_t> unscannable_at(std::string_view text) {
  std::size_t at = leading_space(text);
  if (at == text.size() || (text[at] != '{' && text[at] != '[')) return at;
  int depth = 0;
  do {
    std::size_t step = 1;
    if (text[at] == '{' || text[at] == '[') {
      if (++depth > kDeepestNesting) return at;
    } else if (text[at] == '}' || text[at] == ']') {
      --depth;
    } else {
      step = token_length(text, at);
    }
    if (step == 0) return at;
    at += step;
  } while (depth > 0 && at < text.size());
  at += leading_space(text.substr(at));
  if (depth == 0 && at == text.size()) return std::nullopt;
  return at;
}

bool is_scannable_json(std::string_view text) {
  return text.substr(leading_space(text)).starts_with('{') && !unscannable_at(text);
}

}  // namespace dg
