// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/slate.h"

#include <algorithm>
#include <utility>

namespace dg {
namespace {

using namespace std::chrono_literals;

}  // namespace

void Slate::show(Nanos at, Text text, Change change) {
  if (given_ && at < position_ + 1ms) at = position_;  // no slice of no length
  bool unseen = text_ && !given_;
  // Texts that come late come all at once; each gets its time.
  if (unseen && change == Change::Replaces && at < position_ + kGlimpse) at = position_ + least_;
  if (text_ && at > position_) {
    give(at);
  } else if (unseen) {
    text.fresh = std::min(text.words.size(), text.fresh + text_->fresh);
  }
  position_ = std::max(position_, at);
  text_ = std::move(text);
  confidence_ = mean_confidence(text_->words);
  given_ = false;
}

void Slate::clear(Nanos at) {
  if (!text_) return;
  if (!given_) at = std::max(at, position_ + 1ms);
  if (at > position_) give(at);
  if (std::exchange(speech_ended_, false)) made_.emplace_back(SpeechEnd{position_});
  text_.reset();
}

void Slate::end_speech() {
  if (text_)
    speech_ended_ = true;
  else
    made_.emplace_back(SpeechEnd{position_});
}

void Slate::advance(Nanos until) {
  if (text_ && until > position_) give(until);
}

void Slate::reach(Nanos position) {
  position_ = std::max(position_, position);
}

void Slate::give(Nanos until) {
  Caption caption;
  caption.pts = position_;
  caption.duration = until - position_;
  caption.lines = text_->lines;
  caption.channel = channel_;
  caption.speaker = text_->speaker;
  caption.confidence = confidence_;
  caption.continued = given_;
  if (!given_) {
    caption.words = std::move(text_->words);
    caption.fresh = text_->fresh;
  }
  made_.emplace_back(std::move(caption));
  given_ = true;
  if (std::exchange(speech_ended_, false)) made_.emplace_back(SpeechEnd{position_});
  position_ = until;
}

std::vector<CaptionItem> Slate::made() {
  return std::exchange(made_, {});
}

}  // namespace dg
