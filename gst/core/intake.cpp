// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/intake.h"

#include <algorithm>

namespace dg {
namespace {

// Timestamps are input: none may cost all memory.
constexpr Nanos kLongestFill = std::chrono::minutes(1);

}  // namespace

void Intake::audio(Backlog::Piece piece, Nanos now) {
  if (format_ != piece.format) {
    Mark change;
    change.ask = Mark::Ask::Close;
    if (format_) mark(std::move(change), now);
    format_ = piece.format;
  }
  std::optional<Nanos> expected = track_.end_pts();
  if (hole_end_ && expected && piece.pts <= *expected + kJitter) hole_end_.reset();
  reach(piece.pts, false, now);
  if (hole_end_) fill();
  skipping_ = false;
  expected = track_.end_pts();
  if (expected && piece.pts < *expected - kJitter) pause(now);
  track_.accept(piece.pts, piece.format.samples_in(piece.bytes), piece.format);
  backlog_.append(std::move(piece));
}

void Intake::hole(Nanos from, Nanos to, bool declared, Nanos now) {
  if (!track_.end_pts()) track_.skip_to(from);
  reach(to, declared, now);
}

void Intake::withheld(Nanos to, std::int64_t samples, Nanos now) {
  backlog_.count_gated(samples);
  pause(now);
  track_.skip_to(to);
  hole_end_.reset();
  skipping_ = true;
}

// The input's time goes on to `to`. Whether the hole is filled or skipped may only be known when it
// ends, since many short ones make a long one.
void Intake::reach(Nanos to, bool declared, Nanos now) {
  std::optional<Nanos> end = track_.end_pts();
  if (!end || to <= *end + kJitter) return;
  hole_end_ = to;
  bool fills = declared && policy_.fill_declared && to - *end <= kLongestFill;
  if (fills && format_ && !format_->is_packets()) return fill();
  bool nothing_before = !format_ || backlog_.end() == 0;
  bool is_short = to - *end <= std::min(policy_.max_fill, kLongestFill);
  if (is_short && !nothing_before && !skipping_) return;
  pause(now);
  track_.skip_to(to);
  hole_end_.reset();
  skipping_ = true;
}

// There is no packet of silence that a decoder would take for what follows: time goes on without.
void Intake::fill() {
  if (format_->is_packets()) {
    track_.skip_to(*hole_end_);
    hole_end_.reset();
    return;
  }
  Nanos from = *track_.end_pts();
  std::int64_t samples = format_->samples_in(*hole_end_ - from);
  hole_end_.reset();
  if (samples <= 0) return;
  std::vector<std::byte> silence(static_cast<std::size_t>(samples) * format_->bytes_per_sample(),
                                 format_->silence());
  track_.accept(from, samples, *format_);
  backlog_.append({from, *format_, std::move(silence), true});
}

void Intake::mark(Mark mark, Nanos now) {
  if (hole_end_) {
    track_.skip_to(*hole_end_);
    hole_end_.reset();
  }
  mark.at = backlog_.end();
  mark.end_pts = track_.end_pts();
  mark.accepted = now;
  if (mark.new_time) track_.restart();
  marks_.push_back(std::move(mark));
}

// The last mark that asks for something behind all audio.
Mark* Intake::question_at_end() {
  auto found = std::find_if(marks_.rbegin(), marks_.rend(),
                            [](const Mark& mark) { return mark.ask != Mark::Ask::Nothing; });
  return found == marks_.rend() || found->at < backlog_.end() ? nullptr : &*found;
}

void Intake::pause(Nanos now) {
  bool nothing = backlog_.after_dropped(settled_) >= backlog_.end();
  if (nothing || question_at_end()) return;
  Mark pause;
  pause.ask = Mark::Ask::Finalize;
  pause.at = backlog_.end();
  pause.end_pts = track_.end_pts();
  pause.accepted = now;
  marks_.push_back(std::move(pause));
}

void Intake::stall(Nanos now) {
  pause(now);
  if (Mark* question = question_at_end()) question->awaited = true;
}

void Intake::flush(Nanos now) {
  backlog_.drop_unwritten();
  hole_end_.reset();
  bool format_changes = std::any_of(marks_.begin(), marks_.end(),
                                    [](const Mark& mark) { return mark.ask == Mark::Ask::Close; });
  marks_.clear();
  if (format_changes) {
    Mark change;
    change.ask = Mark::Ask::Close;
    mark(std::move(change), now);
  }
  track_.restart();
}

Mark* Intake::next_ask() {
  auto found = std::find_if(marks_.begin(), marks_.end(), [](const Mark& mark) {
    return mark.ask != Mark::Ask::Nothing && !mark.asked;
  });
  return found == marks_.end() ? nullptr : &*found;
}

void Intake::settle(Position position) {
  settled_ = std::max(settled_, position);
  backlog_.settle(position);
  track_.trim(backlog_.after_dropped(settled_));
}

}  // namespace dg
