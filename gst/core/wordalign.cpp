// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/wordalign.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dg {
namespace {

using namespace std::chrono_literals;

using Words = std::span<const HeardWord>;

// What a recognizer revises of a word's time is less than this.
constexpr Nanos kFarthest = 1s;
// Words that differ in time by no more need no search.
constexpr Nanos kNear = 150ms;
// Where a word's counterparts are looked for: so far from it in time, and in words.
constexpr Nanos kWindow = 1500ms;
constexpr std::ptrdiff_t kWindowWords = 48;
constexpr std::size_t kMostJoined = 4;
// How far the parts of a word may lie outside of it.
constexpr Nanos kAbout = 500ms;
// A word without length is a moment.
constexpr Nanos kMoment = 1ms;

// The costs of an alignment. Two words left over cost more than another word in the same time, and
// that costs more than a word left over, so that equal words find each other.
constexpr float kLeftOver = 1;
constexpr float kLast = 0.8F;     // for one behind all others: the later result has more, or less
constexpr float kLost = 1.2F;     // for one that was given out
constexpr float kLate = 0.15F;    // more in front of others: of equal words the last is the new one
constexpr float kOther = 1.3F;    // another word, and up to kElsewhere more
constexpr float kBegun = 1.1F;    // one begins as the other: "cap", "captions"
constexpr float kBegunBy = 1.0F;  // "tran", "scrip", "transcription"
constexpr float kDivided = 0.2F;  // "may be", "maybe"
constexpr float kDivision = 0.6F;  // more for each further word, or equal words would be divided
constexpr float kElsewhere = 0.3F;
constexpr float kDistance = 0.1F;  // more for words that are kFarthest apart

// By their starts or their ends: the other may reach across a pause.
Nanos apart(const HeardWord& a, const HeardWord& b) {
  return std::min(std::chrono::abs(a.start - b.start), std::chrono::abs(a.end - b.end));
}

float seconds(Nanos time) {
  return std::chrono::duration<float>(time).count();
}

bool is_text_of(const HeardWord& before, const HeardWord& after) {
  return before.letters == after.letters || before.once == after.letters;
}

const std::string& last_text(const HeardWord& word) {
  return word.letters;
}

const std::string& first_text(const HeardWord& word) {
  return word.once.empty() ? word.letters : word.once;
}

// Words that are the same letters, however they are divided; or of which one side begins the other.
struct Common {
  std::size_t before = 0, after = 0;
  bool whole = false;
};

bool is_about(const HeardWord& part, const HeardWord& whole) {
  return part.middle() >= whole.start - kAbout && part.middle() <= whole.end + kAbout;
}

using TextOf = const std::string& (*)(const HeardWord&);

// Takes words from both sides until they end together, or no further.
Common common(Words before, Words after, TextOf text_of) {
  std::string_view left = text_of(before[0]), right = text_of(after[0]);
  Common out{1, 1, false};
  while (left.starts_with(right) || right.starts_with(left)) {
    std::size_t taken = std::min(left.size(), right.size());
    left.remove_prefix(taken);
    right.remove_prefix(taken);
    out.whole = left.empty() && right.empty();
    if (out.whole) break;
    bool is_left = left.empty();
    Words side = is_left ? before : after;
    std::size_t& count = is_left ? out.before : out.after;
    if (count == std::min(kMostJoined, side.size())) break;
    const HeardWord& next = side[count];
    std::string_view& here = is_left ? left : right;
    here = text_of(next);
    bool fits = left.starts_with(right) || right.starts_with(left);
    if (!fits || !is_about(next, is_left ? after[out.after - 1] : before[out.before - 1])) break;
    ++count;
  }
  return out;
}

// Finds the cheapest way from (0, 0) to (all, all): Needleman and Wunsch, in a band of time.
class Alignment {
 public:
  Alignment(Words before, std::size_t given, Words after)
      : before_(before), after_(after), given_(given) {
    lay_band();
    cells_.resize(rows_.back().cells + width(rows_.back()));
    cell(0, 0)->cost = 0;
    for (std::size_t i = 0; i <= before_.size(); ++i)
      for (std::size_t j = rows_[i].first; j <= rows_[i].last; ++j) leave(i, j);
  }

  std::vector<WordMatch> matches() {
    std::vector<WordMatch> out;
    std::size_t i = before_.size(), j = after_.size();
    while (i > 0 || j > 0) {
      const Cell& at = *cell(i, j);
      i -= at.before;
      j -= at.after;
      if (at.before > 0 && at.after > 0) out.push_back({i, j, at.before, at.after, at.same});
    }
    std::reverse(out.begin(), out.end());
    return out;
  }

 private:
  struct Row {
    std::size_t first = 0, last = 0;  // of the words behind, as far as they are in the band
    std::size_t cells = 0;            // where they are kept
  };
  struct Cell {
    float cost = 1e30F;
    std::uint8_t before = 0, after = 0;  // how many words the way here took
    bool same = false;
  };

  static std::size_t width(const Row& row) { return row.last - row.first + 1; }

  // Times need not be in order; the latest so far are.
  static std::vector<Nanos> times_in_order(Words words) {
    std::vector<Nanos> out;
    for (const HeardWord& word : words)
      out.push_back(out.empty() ? word.start : std::max(out.back(), word.start));
    return out;
  }

  void lay_band() {
    std::vector<Nanos> times = times_in_order(before_), others = times_in_order(after_);
    auto place = [&](Nanos time) {
      return std::lower_bound(others.begin(), others.end(), time) - others.begin();
    };
    rows_.resize(before_.size() + 1);
    std::ptrdiff_t from = 0, to = 0, equal = 0;
    for (std::size_t i = 0; i < before_.size(); ++i) {
      equal = i > 0 && times[i] == times[i - 1] ? equal + 1 : 0;
      std::ptrdiff_t earliest = place(times[i] - kWindow), latest = place(times[i] + kWindow);
      std::ptrdiff_t middle = std::clamp(place(times[i]) + equal, earliest, latest);
      from = std::max({from, earliest, middle - kWindowWords});
      to = std::max({to, from, std::min(latest, middle + kWindowWords)});
      rows_[i].last = static_cast<std::size_t>(to);
      rows_[i + 1].first = static_cast<std::size_t>(from);
    }
    rows_.back().last = after_.size();
    for (std::size_t i = 1; i < rows_.size(); ++i)
      rows_[i].cells = rows_[i - 1].cells + width(rows_[i - 1]);
  }

  Cell* cell(std::size_t i, std::size_t j) {
    if (i >= rows_.size() || j < rows_[i].first || j > rows_[i].last) return nullptr;
    return &cells_[rows_[i].cells + j - rows_[i].first];
  }

  void go(std::size_t i, std::size_t j, const Cell& step) {
    Cell* to = cell(i + step.before, j + step.after);
    float cost = cell(i, j)->cost + step.cost;
    if (!to || cost >= to->cost) return;
    *to = step;
    to->cost = cost;
  }

  // Tries all that can come behind the words up to here.
  void leave(std::size_t i, std::size_t j) {
    bool more_before = i < before_.size(), more_after = j < after_.size();
    bool given = i < given_;
    float before = given ? kLost : more_after ? kLeftOver : kLast;
    float after = more_before ? kLeftOver : kLast;
    float late = given && more_before && more_after ? kLate : 0;
    if (more_before) go(i, j, {before + late, 1, 0});
    if (more_after) go(i, j, {after + late, 0, 1});
    if (!more_before || !more_after) return;
    const HeardWord& a = before_[i];
    const HeardWord& b = after_[j];
    float distance = kDistance * seconds(apart(a, b)) / seconds(kFarthest);
    if (distance > kDistance) return;
    if (is_text_of(a, b)) go(i, j, {distance, 1, 1, true});
    divide(i, j, distance);
    if (auto cost = other(a, b)) go(i, j, {*cost, 1, 1});
  }

  // As they were at first, or were heard last.
  void divide(std::size_t i, std::size_t j, float distance) {
    Words before = before_.subspan(i), after = after_.subspan(j);
    Common shared = common(before, after, first_text);
    if (Common last = common(before, after, last_text); last.whole) shared = last;
    std::size_t further = shared.before + shared.after - 2;
    if (further == 0) return;
    float cost = shared.whole ? kDivided + distance : kBegunBy;
    go(i, j,
       {cost + kDivision * static_cast<float>(further), static_cast<std::uint8_t>(shared.before),
        static_cast<std::uint8_t>(shared.after), shared.whole});
  }

  // What it costs that one word became another; nothing if they are not of the same time.
  static std::optional<float> other(const HeardWord& a, const HeardWord& b) {
    const std::string& text = first_text(a);
    bool begun = text.starts_with(b.letters) || b.letters.starts_with(text);
    Nanos common = a.overlap(b);
    bool together = 2 * common >= std::min(a.length(), b.length());
    bool near = begun && std::min(text.size(), b.letters.size()) > 1 && apart(a, b) <= kAbout;
    if (!near && (a.by_text_only || !together)) return std::nullopt;
    float shared = seconds(common) / seconds(std::max(a.length(), b.length()));
    return (begun ? kBegun : kOther) + kElsewhere * (1 - shared);
  }

  Words before_, after_;
  const std::size_t given_;
  std::vector<Row> rows_;
  std::vector<Cell> cells_;
};

}  // namespace

Nanos HeardWord::length() const {
  return std::max(end - start, kMoment);
}

Nanos HeardWord::overlap(const HeardWord& other) const {
  Nanos from = std::max(start, other.start);
  Nanos to = std::min(start + length(), other.start + other.length());
  return std::max(to - from, Nanos(0));
}

std::vector<WordMatch> align(Words before, std::size_t given, Words after) {
  std::vector<WordMatch> out;
  std::size_t same = 0;
  while (same < std::min(before.size(), after.size()) &&
         before[same].letters == after[same].letters && apart(before[same], after[same]) <= kNear) {
    out.push_back({same, same});
    ++same;
  }
  before = before.subspan(same);
  after = after.subspan(same);
  if (before.empty() || after.empty()) return out;
  for (WordMatch match : Alignment(before, given - std::min(same, given), after).matches()) {
    match.before += same;
    match.after += same;
    out.push_back(match);
  }
  return out;
}

}  // namespace dg
