// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/cuecomposer.h"

#include <algorithm>
#include <utility>

namespace dg {
namespace {

using namespace std::chrono_literals;

// Two frames in which nothing is on, so that one sees that the text is another.
constexpr Nanos kBetween = 80ms;
// More words than are looked at for a cue.
constexpr std::size_t kEnough = 150;

Nanos reading_time(const std::vector<Line>& lines) {
  Nanos time{};
  for (const Line& line : lines) time += time_to_read(columns(line.text));
  return time;
}

}  // namespace

void CueComposer::hear_end() {
  if (words_.empty() && cue_) cue_->speech_ended = true;
  SlateComposer::hear_end();
}

void CueComposer::compose(const Progress& progress) {
  slate_.reach(progress.position);
  while (step(progress)) {
  }
  if (!progress.limit || !cue_) return;
  slate_.advance(cue_->grows ? progress.slice_to : std::min(progress.slice_to, end_of(*cue_)));
}

void CueComposer::finish(const Progress& progress) {
  closing_ = true;
  compose(progress);
  closing_ = false;
  if (!cue_) return;
  // No longer than the stream, if that leaves time to see it.
  Nanos longest = std::max({cue_->until, progress.decided(), cue_->start + style().min_duration});
  slate_.clear(std::min(end_of(*cue_), longest));
  cue_.reset();
}

// Whether there may be more to do.
bool CueComposer::step(const Progress& progress) {
  if (cue_ && cue_->grows) return grow(progress);
  if (words_.empty()) {
    if (!cue_ || progress.decided() < end_of(*cue_) + kBetween) return false;
    slate_.clear(end_of(*cue_));
    cue_.reset();
    return false;
  }
  std::size_t count = complete(progress);
  bool due = progress.limit && words_.front().at <= *progress.limit;
  if (cue_) end_before(words_.front().at);
  if (count == 0 && !due) return false;
  begin(count);
  return true;
}

bool CueComposer::grow(const Progress& progress) {
  if (!words_.empty() && joins(words_.front())) {
    Spoken spoken = std::move(words_.front());
    words_.pop_front();
    open_ = 0;
    add(std::move(spoken));
    return true;
  }
  bool pause = progress.quiet_since(cue_->until + style().pause);
  cue_->grows = words_.empty() && !cue_->speech_ended && !pause && !closing_;
  return !cue_->grows;
}

// Adds to the cue that is on; what is on is never put into other lines.
void CueComposer::add(Spoken spoken) {
  Slate::Text& text = cue_->text;
  std::string& line = text.lines.back().text;
  if (overflows(spoken))
    text.lines.push_back({spoken.text, spoken.word.speaker});
  else
    line += between(cue_->last, spoken) + spoken.text;
  cue_->reading = reading_time(text.lines);
  text.fresh = spoken.whole ? 1 : 0;
  if (spoken.word.speaker) text.speaker = spoken.word.speaker;
  if (spoken.whole) text.words.push_back(std::move(spoken.word));
  cue_->last = std::move(spoken.text);
  slate_.show(spoken.at, text, Slate::Change::Grows);
  cue_->until = std::max(cue_->until, std::max(spoken.until, slate_.position()));
  if (!spoken.ends_speech) return;
  cue_->speech_ended = true;
  slate_.end_speech();
}

bool CueComposer::overflows(const Spoken& spoken) const {
  std::size_t width = columns(cue_->text.lines.back().text) + columns_behind(cue_->last, spoken);
  return width > style().box.line_length;
}

bool CueComposer::joins(const Spoken& spoken) const {
  const Cue& cue = *cue_;
  if (cue.speech_ended || differ(spoken.word.speaker, cue.text.speaker)) return false;
  if (spoken.at > cue.until + style().pause) return false;
  if (spoken.until > cue.start + style().max_duration) return false;
  bool sentence = break_between(cue.last, spoken.text) == BreakPlace::Sentence;
  if (sentence && spoken.at >= cue.start + style().min_duration) return false;
  return cue.text.lines.size() < style().box.lines || !overflows(spoken);
}

bool CueComposer::breaks(const Spoken& before, const Spoken& after) const {
  return before.ends_speech || differ(before.word.speaker, after.word.speaker) ||
         after.at > before.until + style().pause;
}

// How many words from the front are a cue, whatever comes; none: that is open.
std::size_t CueComposer::complete(const Progress& progress) {
  std::size_t group = 1, most = 1;
  while (group < std::min(words_.size(), kEnough) && !breaks(words_[group - 1], words_[group]))
    ++group;
  while (most < group && words_[most].until <= words_.front().at + style().max_duration) ++most;
  const Spoken& last = words_[group - 1];
  bool closed = closing_ || group < words_.size() || last.ends_speech ||
                progress.quiet_since(last.until + style().pause);
  if (!closed && group == open_) return 0;
  std::vector<std::string> texts;
  texts.reserve(group);
  for (std::size_t i = 0; i < group; ++i) texts.push_back(words_[i].text);
  if (group == most && balanced_lines(texts, style().box)) {
    open_ = group;
    return closed ? group : 0;
  }
  return words_that_fit(texts, style().box, most);
}

// Shows a cue of `count` words, or of the first, to which others are added.
void CueComposer::begin(std::size_t count) {
  cue_ = Cue();
  cue_->grows = count == 0;
  open_ = 0;
  count = std::max<std::size_t>(count, 1);
  std::vector<std::string> texts;
  texts.reserve(count);
  cue_->text.words.reserve(count);
  Nanos at = words_.front().at;
  cue_->text.speaker = words_.front().word.speaker;
  for (std::size_t i = 0; i < count; ++i) {
    Spoken& spoken = words_.front();
    cue_->until = std::max(cue_->until, spoken.until);
    cue_->speech_ended = spoken.ends_speech;
    if (spoken.word.speaker) cue_->text.speaker = spoken.word.speaker;
    if (spoken.whole) cue_->text.words.push_back(std::move(spoken.word));
    texts.push_back(std::move(spoken.text));
    words_.pop_front();
  }
  std::vector<std::size_t> firsts =
      balanced_lines(texts, style().box).value_or(std::vector<std::size_t>{0});
  for (std::size_t i = 0; i < firsts.size(); ++i) {
    std::size_t next = i + 1 < firsts.size() ? firsts[i + 1] : texts.size();
    cue_->text.lines.push_back(
        {written(std::span(texts).subspan(firsts[i], next - firsts[i])), cue_->text.speaker});
  }
  cue_->reading = reading_time(cue_->text.lines);
  cue_->text.fresh = cue_->text.words.size();
  cue_->last = texts.back();
  slate_.show(at, cue_->text, Slate::Change::Replaces);
  cue_->start = slate_.position();
  cue_->until = std::max(cue_->until, cue_->start);
  if (cue_->speech_ended) slate_.end_speech();
}

// The cue that is on ends, since another begins.
void CueComposer::end_before(Nanos next) {
  Nanos room = next - cue_->start;
  if (room >= kGlimpse) slate_.clear(std::min(end_of(*cue_), next - std::min(kBetween, room / 4)));
  cue_.reset();
}

// When it has been read.
Nanos CueComposer::end_of(const Cue& cue) const {
  Nanos wanted = std::max(cue.until, cue.start + std::max(style().min_duration, cue.reading));
  return std::min(wanted, std::max(cue.until, cue.start + style().max_duration));
}

}  // namespace dg
