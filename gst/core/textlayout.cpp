// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/textlayout.h"

#include <algorithm>
#include <limits>

namespace dg {
namespace {

constexpr double kImpossible = std::numeric_limits<double>::infinity();

// The columns that stretches of words take as they are written.
class Widths {
 public:
  explicit Widths(std::span<const std::string> words)
      : upto_(words.size() + 1), blank_before_(words.size() + 1) {
    std::string_view before;
    for (std::size_t i = 0; i < words.size(); ++i) {
      blank_before_[i] = blank_between(before, words[i]);
      upto_[i + 1] = upto_[i] + blank_before_[i] + columns(words[i]);
      if (!words[i].empty()) before = words[i];
    }
  }

  // One too many where an empty word comes first, which none of the lines of fill() begins with.
  std::size_t of(std::size_t begin, std::size_t end) const {
    return begin >= end ? 0 : upto_[end] - upto_[begin] - blank_before_[begin];
  }

 private:
  std::vector<std::size_t> upto_;          // of all words before, with blanks
  std::vector<std::size_t> blank_before_;  // 1 if one goes there, unless the line begins there
};

struct Filled {
  std::size_t lines = 0, words = 0;
};

// Puts into each line what goes there, which no other way beats in number of lines.
Filled fill(const Widths& widths, std::size_t count, const TextBox& box) {
  Filled filled;
  while (filled.words < count && filled.lines < box.lines) {
    std::size_t begin = filled.words;
    while (filled.words < count && widths.of(begin, filled.words + 1) <= box.line_length)
      ++filled.words;
    if (filled.words == begin) break;
    ++filled.lines;
  }
  return filled;
}

// What a break within a text costs, beside the lines' squared distance, in line lengths, from their
// mean: a break before a phrase is worth a dozen columns of balance.
double cost_in_text(BreakPlace place) {
  switch (place) {
    case BreakPlace::Bad:
      return 0.6;
    case BreakPlace::Poor:
      return 0.25;
    case BreakPlace::Phrase:
      return 0.08;
    case BreakPlace::Clause:
      return 0.03;
    case BreakPlace::Sentence:
      break;
  }
  return 0;
}

// What it costs to end a text there, beside the square of the part that is left empty: half empty
// behind a sentence is better than full in the middle of a clause.
double cost_at_end(BreakPlace place) {
  switch (place) {
    case BreakPlace::Bad:
      return 1.2;
    case BreakPlace::Poor:
      return 0.6;
    case BreakPlace::Phrase:
      return 0.3;
    case BreakPlace::Clause:
      return 0.12;
    case BreakPlace::Sentence:
      break;
  }
  return 0;
}

// The cheapest way to put the first words into a number of lines.
struct Way {
  double cost = kImpossible;
  std::size_t last_line = 0;  // its first word
};

// Lines of about the same length; of two equal ways the one with the shorter lines on top.
class Balance {
 public:
  Balance(std::span<const std::string> words, const Widths& widths, std::size_t line_length,
          std::size_t lines)
      : widths_(widths),
        length_(line_length),
        mean_(static_cast<double>(widths.of(0, words.size())) / static_cast<double>(lines)),
        breaks_(words.size()),
        ways_(lines + 1, std::vector<Way>(words.size() + 1)) {
    for (std::size_t i = 1; i < words.size(); ++i)
      breaks_[i] = cost_in_text(break_between(words[i - 1], words[i]));
    ways_[0][0].cost = 0;
    for (std::size_t line = 1; line <= lines; ++line)
      for (std::size_t end = line; end <= words.size(); ++end) find_way(line, end);
  }

  std::vector<std::size_t> first_words() const {
    std::vector<std::size_t> first(ways_.size() - 1);
    std::size_t end = breaks_.size();
    for (std::size_t line = first.size(); line > 0; --line)
      end = first[line - 1] = ways_[line][end].last_line;
    return first;
  }

 private:
  void find_way(std::size_t line, std::size_t end) {
    Way& way = ways_[line][end];
    for (std::size_t start = end; start-- >= line;) {
      std::size_t width = widths_.of(start, end);
      if (width > length_) return;
      double off = (static_cast<double>(width) - mean_) / static_cast<double>(length_);
      double cost = ways_[line - 1][start].cost + breaks_[start] + off * off;
      if (cost < kImpossible && cost <= way.cost) way = {cost, start};
    }
  }

  const Widths& widths_;
  std::size_t length_;
  double mean_;
  std::vector<double> breaks_;
  std::vector<std::vector<Way>> ways_;  // by number of lines, then of words
};

TextBox with_room(TextBox box) {
  return {std::max<std::size_t>(box.line_length, 1), std::max<std::size_t>(box.lines, 1)};
}

}  // namespace

std::optional<std::vector<std::size_t>> balanced_lines(std::span<const std::string> words,
                                                       const TextBox& box) {
  TextBox room = with_room(box);
  Widths widths(words);
  Filled filled = fill(widths, words.size(), room);
  if (words.empty() || filled.words < words.size()) return {};
  if (filled.lines == 1) return std::vector<std::size_t>{0};
  return Balance(words, widths, room.line_length, filled.lines).first_words();
}

std::size_t words_that_fit(std::span<const std::string> words, const TextBox& box,
                           std::size_t most) {
  TextBox room = with_room(box);
  Widths widths(words);
  std::size_t fit = fill(widths, std::min(words.size(), most), room).words;
  if (fit == words.size()) return fit;
  auto full = static_cast<double>(std::max<std::size_t>(widths.of(0, fit), 1));
  double least = kImpossible;
  std::size_t best = 1;
  for (std::size_t count = 1; count <= fit; ++count) {
    BreakPlace place = break_between(words[count - 1], words[count]);
    double empty = 1 - static_cast<double>(widths.of(0, count)) / full;
    double cost = cost_at_end(place) + empty * empty;
    // A word or two of a sentence would be a text that flashes by.
    bool scraps = widths.of(count, words.size()) * 3 < room.line_length;
    if (scraps && place != BreakPlace::Sentence) cost += cost_at_end(BreakPlace::Phrase);
    if (cost > least) continue;
    least = cost;
    best = count;
  }
  return best;
}

}  // namespace dg
