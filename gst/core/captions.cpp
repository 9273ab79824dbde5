// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/captions.h"

#include <algorithm>

namespace dg {
namespace {

using namespace std::chrono_literals;

// A speaker who does not stop is cut at the next final: consumers wait for text.
constexpr Nanos kLongestUtterance = 10s;
// Text without duration is never shown.
constexpr Nanos kShortest = 1ms;

}  // namespace

std::string clean(std::string_view text) {
  std::string out;
  for (char c : text) {
    bool line = c == '\n';
    bool blank = line || static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
    if (!blank) {
      out += c;
      while (out.ends_with("-->")) out.erase(out.size() - 2, 1);
    } else if (!out.empty() && out.back() != '\n') {
      if (out.back() == ' ') out.pop_back();
      out += line ? '\n' : ' ';
    }
  }
  while (!out.empty() && (out.back() == ' ' || out.back() == '\n')) out.pop_back();
  return out;
}

void Captions::restart(Nanos position) {
  speaking_.clear();
  ready_.clear();
  settled_ = due_ = floor_ = covered_ = position;
}

void Captions::take(const Revision& revision) {
  if (!revision.final) return;
  if (revision.to <= Nanos(0))
    take_whole(revision);  // of a time before this one
  else if (granularity_ == Granularity::Word)
    take_words(revision);
  else
    take_utterance(revision);
}

void Captions::take_words(const Revision& revision) {
  for (const Word& word : revision.words) {
    Caption caption{word.start,       {},           word.punctuated_word, {word},
                    revision.channel, word.speaker, word.confidence};
    caption.ends_utterance = revision.ends_utterance && &word == &revision.words.back();
    add(std::move(caption), word.end);
  }
  if (revision.words.empty()) take_whole(revision);
}

void Captions::take_whole(const Revision& revision) {
  Caption whole;
  whole.pts = revision.from;
  whole.text = revision.transcript;
  whole.words = revision.words;
  if (!revision.words.empty()) whole.speaker = revision.words.front().speaker;
  whole.channel = revision.channel;
  whole.confidence = revision.confidence;
  whole.ends_utterance = revision.ends_utterance;
  add(std::move(whole), revision.to);
}

void Captions::take_utterance(const Revision& revision) {
  auto known = speaking_.find(revision.channel);
  std::string text = clean(revision.transcript);
  if (!text.empty()) {
    bool timed = !revision.words.empty();
    Nanos start = timed ? revision.words.front().start : revision.from;
    if (known == speaking_.end()) {
      Speaking speaking;
      speaking.caption.pts = start;
      speaking.caption.channel = revision.channel;
      speaking.caption.confidence = revision.confidence;
      if (timed) speaking.caption.speaker = revision.words.front().speaker;
      known = speaking_.emplace(revision.channel, std::move(speaking)).first;
    } else {
      known->second.caption.text += ' ';
    }
    Caption& caption = known->second.caption;
    caption.text += text;
    caption.words.insert(caption.words.end(), revision.words.begin(), revision.words.end());
    caption.confidence = std::min(caption.confidence, revision.confidence);
    known->second.end = timed ? revision.words.back().end : revision.to;
  }
  if (known == speaking_.end()) return;
  bool of_one_before = text.empty() && revision.to < known->second.caption.pts;
  if (of_one_before) return;  // its end comes late
  if (!revision.ends_utterance && revision.to - known->second.caption.pts < kLongestUtterance)
    return;
  known->second.caption.ends_utterance = revision.ends_utterance;
  close(known->second);
  speaking_.erase(known);
}

void Captions::close(Speaking& speaking) {
  add(std::move(speaking.caption), speaking.end);
}

void Captions::close() {
  for (auto& [channel, speaking] : speaking_) close(speaking);
  speaking_.clear();
  if (!ready_.empty()) settled(ready_.back().pts);
}

void Captions::add(Caption caption, Nanos end) {
  caption.text = clean(caption.text);
  if (caption.text.empty()) return;
  caption.duration = std::max(end - caption.pts, kShortest);
  auto later = [](const Caption& a, const Caption& b) { return a.pts < b.pts; };
  ready_.insert(std::upper_bound(ready_.begin(), ready_.end(), caption, later), std::move(caption));
}

void Captions::settled(Nanos time) {
  settled_ = std::max(settled_, time);
}

void Captions::due(Nanos time) {
  due_ = std::max(due_, time);
}

// Up to where nothing more can come, or may be waited for.
Nanos Captions::horizon() const {
  Nanos until = settled_;
  for (const auto& [channel, speaking] : speaking_) until = std::min(until, speaking.caption.pts);
  return std::max(until, due_);
}

void Captions::place(Caption& caption) {
  caption.late = caption.pts < floor_;
  caption.pts = std::max(caption.pts, floor_);
  floor_ = caption.pts;
  std::optional<int>& speaker = speakers_[caption.channel];
  caption.speaker_change = caption.speaker && caption.speaker != speaker;
  if (caption.speaker) speaker = caption.speaker;
}

std::vector<CaptionItem> Captions::release() {
  std::vector<CaptionItem> out;
  Nanos until = horizon();
  auto advance = [&](Nanos to) {
    Nanos from = std::max(floor_, covered_);
    if (to <= from) return;
    out.push_back(Gap{from, to});
    floor_ = to;
  };
  auto next = ready_.begin();
  for (; next != ready_.end() && next->pts <= until; ++next) {
    advance(next->pts);
    place(*next);
    covered_ = std::max(covered_, next->pts + next->duration);
    out.push_back(std::move(*next));
  }
  ready_.erase(ready_.begin(), next);
  advance(until);
  return out;
}

}  // namespace dg
