// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/rollupcomposer.h"

#include <algorithm>
#include <utility>

namespace dg {
namespace {

using namespace std::chrono_literals;

// How long the last line stays to be read, at the most.
constexpr Nanos kLongestHold = 3s;

}  // namespace

void RollUpComposer::compose(const Progress& progress) {
  slate_.reach(progress.position);
  for (; !words_.empty(); words_.pop_front()) add(std::move(words_.front()));
  if (!rows_.empty() && progress.quiet_since(hold_end())) clear();
  if (progress.limit && !rows_.empty()) slate_.advance(progress.slice_to);
}

void RollUpComposer::finish(const Progress& progress) {
  compose(progress);
  if (rows_.empty()) return;
  slate_.clear(std::max(until_, std::min(hold_end(), progress.decided())));
  rows_.clear();
}

void RollUpComposer::add(Spoken spoken) {
  if (!rows_.empty() && spoken.at > hold_end()) clear();
  Nanos at = fits(spoken) ? spoken.at : open_row(spoken);
  Row& row = rows_.back();
  row.columns += columns_behind(row.last, spoken);
  row.line.text += between(row.last, spoken) + spoken.text;
  row.last = std::move(spoken.text);
  if (spoken.word.speaker) row.line.speaker = spoken.word.speaker;
  if (spoken.whole) row.words.push_back(std::move(spoken.word));
  Slate::Text text = this->text();
  text.fresh = spoken.whole ? 1 : 0;
  slate_.show(at, std::move(text), Slate::Change::Grows);
  row.complete = slate_.position();
  until_ = std::max({until_, spoken.until, slate_.position()});
  if (spoken.ends_speech) slate_.end_speech();
}

bool RollUpComposer::fits(const Spoken& spoken) const {
  if (rows_.empty()) return false;
  const Row& row = rows_.back();
  return !differ(row.line.speaker, spoken.word.speaker) &&
         row.columns + columns_behind(row.last, spoken) <= style().box.line_length;
}

// Returns when its first word can be shown: of what comes late, all at once, each line is seen.
Nanos RollUpComposer::open_row(const Spoken& spoken) {
  Nanos at = spoken.at;
  if (rows_.size() >= style().box.lines) {
    if (at < slate_.position() + kGlimpse)
      at = std::max(at, rows_.front().complete + style().min_duration);
    rows_.pop_front();
  }
  rows_.push_back({{"", spoken.word.speaker}, 0, "", {}, at});
  return at;
}

// What was said last has been read by then.
Nanos RollUpComposer::hold_end() const {
  Nanos reading = time_to_read(rows_.back().columns);
  return until_ + std::max({style().pause, style().min_duration, std::min(reading, kLongestHold)});
}

void RollUpComposer::clear() {
  slate_.clear(hold_end());
  rows_.clear();
}

Slate::Text RollUpComposer::text() const {
  Slate::Text text;
  for (const Row& row : rows_) {
    text.lines.push_back(row.line);
    text.words.insert(text.words.end(), row.words.begin(), row.words.end());
  }
  text.speaker = rows_.back().line.speaker;
  return text;
}

}  // namespace dg
