// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/track.h"

namespace dg {

void Track::accept(Nanos pts, std::int64_t samples, const AudioFormat& format) {
  std::optional<Nanos> expected = end_pts();
  bool goes_on = expected && abs(*expected - pts) <= kJitter && anchors_.back().format == format;
  if (!goes_on) anchors_.push_back({end_, pts, format});
  restarted_ = false;
  end_ += samples;
}

void Track::skip_to(Nanos pts) {
  std::optional<Nanos> expected = end_pts();
  if (expected && pts <= *expected) return;
  anchors_.push_back({end_, pts, anchors_.empty() ? AudioFormat{} : anchors_.back().format});
  restarted_ = false;
}

void Track::restart() {
  restarted_ = true;
}

std::optional<Nanos> Track::end_pts() const {
  return pts_after(end_);
}

std::optional<Nanos> Track::pts_after(Position position) const {
  if (restarted_ && position >= end_) return std::nullopt;
  for (auto anchor = anchors_.rbegin(); anchor != anchors_.rend(); ++anchor)
    if (anchor->position <= position)
      return anchor->pts + anchor->format.duration_of(position - anchor->position);
  return std::nullopt;
}

void Track::trim(Position position) {
  while (anchors_.size() > 1 && anchors_[1].position <= position) anchors_.pop_front();
}

}  // namespace dg
