// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/script.h"

#include <algorithm>

#include <glib.h>

namespace dg {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// Punctuation of East Asia, and Latin letters and digits as wide as its characters.
bool is_east_asian_form(char32_t code) {
  return between(code, 0x3000, 0x303F) || between(code, 0x30FB, 0x30FC) ||
         between(code, 0xFE10, 0xFE1F) || between(code, 0xFE30, 0xFE4F) ||
         between(code, 0xFF01, 0xFF9F) || between(code, 0xFFE0, 0xFFE6);
}

// Most text lies before all that is asked for below.
bool is_wide(char32_t code) {
  return code >= 0x1100 && g_unichar_iswide(code);
}

bool goes_without_blanks(char32_t code) {
  if (code < 0x0E00) return false;
  switch (g_unichar_get_script(code)) {
    case G_UNICODE_SCRIPT_HAN:
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA:
    case G_UNICODE_SCRIPT_BOPOMOFO:
    case G_UNICODE_SCRIPT_THAI:
    case G_UNICODE_SCRIPT_LAO:
    case G_UNICODE_SCRIPT_KHMER:
    case G_UNICODE_SCRIPT_MYANMAR:
      return true;
    default:
      return is_east_asian_form(code);
  }
}

// Marks, and punctuation that Chinese shares with Latin: what stands beside it decides.
bool takes_script_of_neighbour(char32_t code) {
  if (code < 0x00B7) return false;
  return g_unichar_get_script(code) == G_UNICODE_SCRIPT_INHERITED ||
         between(code, 0x2014, 0x2015) || between(code, 0x2018, 0x201D) || code == 0x2026 ||
         code == 0x00B7;
}

char32_t first_with_script(std::string_view text) {
  while (!text.empty()) {
    Character character = first_character(text);
    if (!takes_script_of_neighbour(character.code)) return character.code;
    text.remove_prefix(character.size);
  }
  return 0;
}

Character last_character(std::string_view text) {
  constexpr std::size_t kLongest = 4;
  std::size_t size = 1;
  while (size < std::min(kLongest, text.size()) && (text[text.size() - size] & 0xC0) == 0x80)
    ++size;
  Character character = first_character(text.substr(text.size() - size));
  return character.size == size ? character : Character{kReplacement, 1};
}

char32_t last_with_script(std::string_view text) {
  while (!text.empty()) {
    Character character = last_character(text);
    if (!takes_script_of_neighbour(character.code)) return character.code;
    text.remove_suffix(character.size);
  }
  return 0;
}

}  // namespace

Character first_character(std::string_view text) {
  auto lead = static_cast<unsigned char>(text.front());
  if (lead > 0 && lead < 0x80) return {lead, 1};
  gunichar code = g_utf8_get_char_validated(text.data(), static_cast<gssize>(text.size()));
  if (code == 0 || code > 0x10FFFF) return {kReplacement, 1};
  return {code, static_cast<std::size_t>(g_unichar_to_utf8(code, nullptr))};
}

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    Character character = first_character(text);
    count += is_wide(character.code) ? 2 : 1;
    text.remove_prefix(character.size);
  }
  return count;
}

bool blank_between(std::string_view before, std::string_view after) {
  if (before.empty() || after.empty()) return false;
  return !goes_without_blanks(last_with_script(before)) ||
         !goes_without_blanks(first_with_script(after));
}

std::string written(std::span<const std::string> words) {
  std::string text;
  std::string_view before;
  for (const std::string& word : words) {
    if (word.empty()) continue;
    if (blank_between(before, word)) text += ' ';
    text += word;
    before = word;
  }
  return text;
}

bool may_begin_line(char32_t code) {
  if (g_unichar_type(code) == G_UNICODE_FINAL_PUNCTUATION) return false;
  switch (g_unichar_break_type(code)) {
    case G_UNICODE_BREAK_CLOSE_PUNCTUATION:
    case G_UNICODE_BREAK_CLOSE_PARANTHESIS:
    case G_UNICODE_BREAK_EXCLAMATION:
    case G_UNICODE_BREAK_NON_STARTER:
    case G_UNICODE_BREAK_CONDITIONAL_JAPANESE_STARTER:
      return false;
    default:
      return true;
  }
}

bool may_begin_line(std::string_view word) {
  return word.empty() || may_begin_line(first_character(word).code);
}

bool may_end_line(std::string_view word) {
  return word.empty() || may_end_line(last_character(word).code);
}

bool may_end_line(char32_t code) {
  return g_unichar_break_type(code) != G_UNICODE_BREAK_OPEN_PUNCTUATION &&
         g_unichar_type(code) != G_UNICODE_INITIAL_PUNCTUATION;
}

}  // namespace dg
