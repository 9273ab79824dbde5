// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <deque>
#include <optional>

#include "base/nanos.h"
#include "core/audioformat.h"
#include "core/position.h"

namespace dg {

// Knows the timestamp of every accepted sample, and of the holes between them. A hole takes time
// but no position. Used on the network thread only.
class Track {
 public:
  // Notes that `samples` samples came, the first stamped `pts`.
  void accept(Nanos pts, std::int64_t samples, const AudioFormat& format);
  // The input's time went on to `pts` without audio.
  void skip_to(Nanos pts);
  // What comes next has a time of its own: a new segment, or audio after a flush.
  void restart();

  Position end() const { return end_; }
  // The time right behind what came last; nothing after restart().
  std::optional<Nanos> end_pts() const;
  // The latest time that `position` stands for: behind the hole, if one is there.
  std::optional<Nanos> pts_after(Position position) const;
  // Forgets what lies before `position`.
  void trim(Position position);

 private:
  struct Anchor {
    Position position;
    Nanos pts;
    AudioFormat format;
  };

  std::deque<Anchor> anchors_;
  Position end_ = 0;
  bool restarted_ = true;  // no anchor since restart()
};

}  // namespace dg
