// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/captions.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace dg {
namespace {

using namespace std::chrono_literals;

// Of what is shown as it comes, in pipelines that do not wait for it.
constexpr Nanos kSlice = 100ms;
// And how long one waits there for the next word.
constexpr Nanos kWait = 2s;
// How long a word is on at the least when others press, and when many do: one picture.
constexpr Nanos kGlance = 100ms, kPicture = 40ms;

}  // namespace

void Captions::restart(Nanos position) {
  corrected_ = corrected();
  for (auto& [channel, voice] : voices_) {
    voice.composer = make_composer(style_, channel);
    voice.last = position;
  }
  ready_.clear();
  settled_ = floor_ = covered_ = now_ = position;
  slice_to_ = {};
  due_.reset();
  awaited_.reset();
  in_time_at_.reset();
}

void Captions::take(const Revision& revision) {
  Voice& voice = voices_[revision.channel];
  if (!voice.composer) {
    voice.composer = make_composer(style_, revision.channel);
    voice.last = floor_;
  }
  voice.composer->take(revision);
}

void Captions::settled(Nanos time) {
  settled_ = std::max(settled_, time);
}

void Captions::due(Nanos time, Nanos now) {
  due_ = std::max(due_.value_or(time), time);
  now_ = std::max(now_, now);
  if (now_ >= slice_to_) slice_to_ = now_ + kSlice;
}

void Captions::awaited(Nanos time) {
  for (auto& [channel, voice] : voices_) {
    Revision end;
    end.channel = channel;
    end.from = end.to = time;
    end.final = end.ends_utterance = true;
    voice.composer->take(end);
  }
  due(time, time);
  awaited_ = time;
}

// What is shown as it comes has no other time than that.
Progress Captions::progress() const {
  if (style_.timing == Timing::Arrival && due_)
    return {now_ - kWait, now_, *due_, std::max(slice_to_, now_), floor_};
  return {settled_, due_, due_.value_or(0s), due_.value_or(0s), floor_};
}

void Captions::close() {
  for (auto& [channel, voice] : voices_) {
    voice.composer->close(progress());
    for (CaptionItem& item : voice.composer->made()) add(voice, std::move(item));
  }
  for (const Ready& ready : ready_) {
    auto* caption = std::get_if<Caption>(&ready.item);
    settled(caption ? caption->end() : ready.at);
  }
  now_ = std::max(now_, settled_);
}

void Captions::collect(const Progress& progress) {
  for (auto& [channel, voice] : voices_) {
    voice.composer->advance(progress);
    for (CaptionItem& item : voice.composer->made()) add(voice, std::move(item));
  }
}

void Captions::add(Voice& voice, CaptionItem item) {
  if (auto* caption = std::get_if<Caption>(&item)) voice.last = std::max(voice.last, caption->pts);
  insert({voice.last, std::move(item), &voice});
}

void Captions::insert(Ready ready) {
  auto later = [](Nanos at, const Ready& other) { return at < other.at; };
  auto place = std::upper_bound(ready_.begin(), ready_.end(), ready.at, later);
  ready_.insert(place, std::move(ready));
}

// Up to where nothing more can come, or may be waited for.
Nanos Captions::horizon(const Progress& progress) const {
  Nanos until = progress.settled;
  for (const auto& [channel, voice] : voices_)
    until = std::min(until, voice.composer->undecided().value_or(until));
  return progress.limit ? std::max(until, *progress.limit) : until;
}

void Captions::place(Caption& caption, Voice& voice) {
  Nanos passed = std::max(caption.pts, floor_);
  if (style_.timing == Timing::Media)
    caption.late = static_cast<std::size_t>(
        std::count_if(caption.words.end() - static_cast<std::ptrdiff_t>(caption.fresh),
                      caption.words.end(), [&](const Word& word) { return word.start < passed; }));
  if (style_.granularity == Granularity::Word && voices_.size() == 1)
    queue_up(caption);
  else
    caption.pts = passed;
  floor_ = caption.pts;
  caption.speaker_change = caption.speaker && caption.speaker != voice.speaker;
  if (caption.speaker) voice.speaker = caption.speaker;
}

// Consumers show one text at a time, and what is over when its turn comes not at all. So a text
// begins when the one before is over, and who is late catches up.
void Captions::queue_up(Caption& caption) {
  Nanos at = std::max({caption.pts, floor_, covered_});
  if (at <= caption.pts)
    in_time_at_.reset();
  else if (!in_time_at_)
    in_time_at_ = now_;
  auto* next = ready_.empty() ? nullptr : std::get_if<Caption>(&ready_.front().item);
  Nanos hurried = compressed((next ? next->pts : caption.end()) - caption.pts, caption.pts, at);
  Nanos least = std::min({caption.duration, kGlance, std::max(hurried, kPicture)});
  Nanos end =
      std::max(caption.end(), at + std::min(caption.duration / 2, std::max(hurried, least)));
  if (next) end = std::min(end, std::max(next->pts, at + least));
  caption.pts = at;
  caption.duration = end - at;
}

// Of what is late since an outage, or a service that was slow, all is shown before what has been
// said since then is due: how much of the time that is left for that is for `time` of what is left.
Nanos Captions::compressed(Nanos time, Nanos pts, Nanos at) const {
  if (!in_time_at_ || at >= *in_time_at_) return Nanos::max();
  double rate = std::chrono::duration<double>(*in_time_at_ - at) / (*in_time_at_ - pts);
  return Nanos(std::llround(static_cast<double>(time.count()) * rate));
}

void Captions::advance(Nanos to, std::vector<CaptionItem>& out) {
  Nanos from = std::max(floor_, covered_);
  if (to <= from) return;
  out.emplace_back(Gap{from, to});
  floor_ = to;
}

std::vector<CaptionItem> Captions::release() {
  const Progress progress = this->progress();
  collect(progress);
  std::vector<CaptionItem> out;
  Nanos until = horizon(progress);
  Nanos last = std::max(until, progress.slice_to);
  while (!ready_.empty() && ready_.front().at <= last && decide(progress)) {
    Ready next = std::move(ready_.front());
    ready_.pop_front();
    if (auto* caption = std::get_if<Caption>(&next.item)) {
      advance(caption->pts, out);
      place(*caption, *next.voice);
      covered_ = std::max(covered_, caption->end());
    }
    out.push_back(std::move(next.item));
  }
  if (!ready_.empty()) until = std::min(until, ready_.front().at);
  advance(until, out);
  // Of a text that is on until then, who waits knows only where it begins.
  if (awaited_ && *awaited_ > floor_) {
    out.emplace_back(Gap{*awaited_, *awaited_});
    floor_ = *awaited_;
  }
  awaited_.reset();
  return out;
}

// Whether what is next can leave. What is due before its end is decided leaves as far as it is; the
// rest follows.
bool Captions::decide(const Progress& progress) {
  auto* caption = std::get_if<Caption>(&ready_.front().item);
  bool is_a_unit =
      style_.granularity == Granularity::Word || style_.granularity == Granularity::Utterance;
  if (!caption || is_a_unit) return true;
  Nanos until = std::max(progress.decided(), progress.slice_to);
  if (caption->end() <= until) return true;
  if (!progress.limit || caption->pts > *progress.limit || caption->pts >= until) return false;
  Ready rest = ready_.front();
  auto& later = std::get<Caption>(rest.item);
  later.duration = caption->end() - until;
  later.pts = rest.at = until;
  later.continued = true;
  later.words.clear();
  later.fresh = 0;
  caption->duration = until - caption->pts;
  insert(std::move(rest));
  return true;
}

unsigned Captions::corrected() const {
  unsigned all = corrected_;
  for (const auto& [channel, voice] : voices_) all += voice.composer->corrected();
  return all;
}

}  // namespace dg
