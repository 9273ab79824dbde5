// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/letters.h"

#include <algorithm>

namespace dg {
namespace {

struct Range {
  char32_t first, last;
};

// Marks of the scripts that the service writes. A mark that is missing here counts as a letter,
// and as a change if it comes or goes.
constexpr Range kMarks[] = {
    {0x00, 0x2f},     {0x3a, 0x40},     {0x5b, 0x60},     {0x7b, 0xa9},     {0xab, 0xb4},
    {0xb6, 0xb9},     {0xbb, 0xbf},     {0xd7, 0xd7},     {0xf7, 0xf7},     {0x37e, 0x37e},
    {0x387, 0x387},   {0x589, 0x58a},   {0x5be, 0x5be},   {0x5f3, 0x5f4},   {0x60c, 0x60c},
    {0x61b, 0x61f},   {0x66a, 0x66d},   {0x6d4, 0x6d4},   {0x964, 0x965},   {0xe2f, 0xe2f},
    {0xe5a, 0xe5b},   {0x2000, 0x206f}, {0x3000, 0x3004}, {0x3008, 0x3020}, {0x30fb, 0x30fb},
    {0xff00, 0xff0f}, {0xff1a, 0xff20}, {0xff3b, 0xff40}, {0xff5b, 0xff65},
};

static_assert(std::ranges::is_sorted(kMarks, {}, &Range::first));

// Capitals, and how far behind them the small letter is; 0 where each follows its capital.
struct Capitals {
  char32_t first, last;
  int small;
};

constexpr Capitals kCapitals[] = {
    {'A', 'Z', 32},      {0xc0, 0xde, 32},     {0x100, 0x137, 0},  {0x139, 0x148, 0},
    {0x14a, 0x177, 0},   {0x178, 0x178, -121}, {0x179, 0x17e, 0},  {0x1a0, 0x1a5, 0},
    {0x1af, 0x1b0, 0},   {0x1cd, 0x1dc, 0},    {0x1de, 0x1ef, 0},  {0x1f8, 0x21f, 0},
    {0x386, 0x386, 38},  {0x388, 0x38a, 37},   {0x38c, 0x38c, 64}, {0x38e, 0x38f, 63},
    {0x391, 0x3a9, 32},  {0x400, 0x40f, 80},   {0x410, 0x42f, 32}, {0x460, 0x481, 0},
    {0x48a, 0x4bf, 0},   {0x4d0, 0x52f, 0},    {0x531, 0x556, 48}, {0x1e00, 0x1e95, 0},
    {0x1ea0, 0x1eff, 0},
};

static_assert(std::ranges::is_sorted(kCapitals, {}, &Capitals::first));

// The range that holds the character, of some that are in order; null if none does.
template <class Some, std::size_t kCount>
const Some* range_of(char32_t c, const Some (&ranges)[kCount]) {
  auto* behind =
      std::upper_bound(std::begin(ranges), std::end(ranges), c,
                       [](char32_t code, const Some& range) { return code < range.first; });
  return behind != std::begin(ranges) && c <= behind[-1].last ? behind - 1 : nullptr;
}

bool is_mark(char32_t c) {
  return range_of(c, kMarks) != nullptr;
}

// What most text consists of.
bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

char32_t small(char32_t c) {
  if (c == 0x3c2) return 0x3c3;  // a sigma at the end of a word
  const Capitals* range = range_of(c, kCapitals);
  if (!range) return c;
  if (range->small == 0) return c + ((c - range->first) % 2 == 0 ? 1 : 0);
  return static_cast<char32_t>(static_cast<int>(c) + range->small);
}

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// How many bytes the character at `at` has; bytes that are no UTF-8 count as letters.
std::size_t length_at(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && end - at < 4 && continues(text[end])) ++end;
  return end - at;
}

char32_t decoded(std::string_view character) {
  auto lead = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return lead;
  char32_t c = lead & (0x7f >> character.size());
  for (char next : character.substr(1)) c = c << 6 | (static_cast<unsigned char>(next) & 0x3f);
  return c;
}

void append(std::string& out, char32_t c, std::string_view character) {
  if (c < 0x80 && character.size() == 1) {
    out += static_cast<char>(c);
  } else if (character.size() == 2) {  // all whose small letter is another one have two or three
    out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else if (character.size() == 3) {
    out += static_cast<char>(0xe0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += character;
  }
}

}  // namespace

std::string letters(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (is_plain(text[at])) {
      out += text[at++];
      continue;
    }
    std::string_view character = text.substr(at, length_at(text, at));
    at += character.size();
    char32_t c = decoded(character);
    if (!is_mark(c)) append(out, small(c), character);
  }
  return out.empty() ? std::string(text) : out;
}

std::string behind_letters(std::string_view text, std::string_view begun) {
  auto left = std::count_if(begun.begin(), begun.end(), [](char c) { return !continues(c); });
  std::size_t at = 0;
  while (at < text.size() && left > 0) {
    std::string_view character = text.substr(at, length_at(text, at));
    at += character.size();
    left -= !is_mark(decoded(character));
  }
  return std::string(text.substr(at));
}

}  // namespace dg
