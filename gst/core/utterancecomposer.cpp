// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/utterancecomposer.h"

#include <algorithm>

namespace dg {
namespace {

using namespace std::chrono_literals;

// A speaker who does not stop is cut at the next final: consumers wait for text.
constexpr Nanos kLongest = 10s;

}  // namespace

void UtteranceComposer::take(const Revision& revision) {
  if (!revision.final) return;
  std::string text = clean(revision.transcript);
  bool of_one_before = speaking_ && text.empty() && revision.to < speaking_->pts;
  if (!text.empty()) add(revision, text);
  if (!speaking_ || of_one_before) return;  // its end comes late
  bool past = revision.to <= 0s;            // of a time before this one
  if (past || revision.ends_utterance || revision.to - speaking_->pts >= kLongest)
    give(revision.ends_utterance);
}

void UtteranceComposer::add(const Revision& revision, const std::string& text) {
  bool timed = !revision.words.empty();
  if (!speaking_) {
    speaking_.emplace();
    speaking_->pts = timed ? revision.words.front().start : revision.from;
    speaking_->lines.resize(1);
    speaking_->channel = channel_;
    speaking_->confidence = revision.confidence;
    if (timed) speaking_->speaker = revision.words.front().speaker;
    speaking_->lines.front().speaker = speaking_->speaker;
    speaking_->lines.front().text =
        speaker_label(style_.labels, speaking_->speaker, speaker_) + text;
  } else {
    speaking_->lines.front().text += ' ' + text;
  }
  speaking_->words.insert(speaking_->words.end(), revision.words.begin(), revision.words.end());
  speaking_->confidence = std::min(speaking_->confidence, revision.confidence);
  Nanos end = timed ? revision.words.back().end : revision.to;
  speaking_->duration = std::max(end - speaking_->pts, kShortestText);
}

void UtteranceComposer::give(bool speech_ended) {
  if (!speaking_) return;
  speaking_->fresh = speaking_->words.size();
  if (speaking_->speaker) speaker_ = speaking_->speaker;
  made_.emplace_back(*std::exchange(speaking_, std::nullopt));
  if (speech_ended) made_.emplace_back(SpeechEnd{});
}

std::optional<Nanos> UtteranceComposer::undecided() const {
  if (!speaking_) return std::nullopt;
  return speaking_->pts;
}

}  // namespace dg
