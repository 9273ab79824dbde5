// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "core/backlog.h"
#include "core/mark.h"
#include "core/track.h"

namespace dg {

// What is done with time in which there is no audio.
struct HolePolicy {
  Nanos max_fill = std::chrono::milliseconds(500);  // a hole up to it is filled with silence
  bool fill_declared = false;                       // and one that upstream calls silence, always
};

// All that came in and is not done with: audio, holes, marks, in one order. Used on the network
// thread only.
class Intake {
 public:
  explicit Intake(const HolePolicy& policy) : policy_(policy) {}

  // `now` is the session's clock.
  void audio(Backlog::Piece piece, Nanos now);
  // The input has no audio from `from` to `to`; `declared`: upstream says that it is silent.
  void hole(Nanos from, Nanos to, bool declared, Nanos now);
  // Audio that is not to be sent, though it came.
  void withheld(Nanos to, std::int64_t samples, Nanos now);
  void mark(Mark mark, Nanos now);
  // What was said so far is to be made final, since nothing follows for a while.
  void pause(Nanos now);
  // The same, since somebody waits for it: but not for long.
  void stall(Nanos now);
  // Audio after this is another stream's: what is not written goes, and all marks, whose parcels
  // the caller has taken.
  void flush(Nanos now);

  Backlog& backlog() { return backlog_; }
  const Backlog& backlog() const { return backlog_; }
  const Track& track() const { return track_; }
  std::deque<Mark>& marks() { return marks_; }
  const std::deque<Mark>& marks() const { return marks_; }
  // The first mark that something is to be asked for, and was not.
  Mark* next_ask();
  const Mark* next_ask() const { return const_cast<Intake*>(this)->next_ask(); }
  // Everything before `position` is settled.
  void settle(Position position);

 private:
  Mark* question_at_end();
  void reach(Nanos to, bool declared, Nanos now);
  void fill();

  HolePolicy policy_;
  Backlog backlog_;
  Track track_;
  std::deque<Mark> marks_;
  std::optional<AudioFormat> format_;  // of what came last
  std::optional<Nanos> hole_end_;      // of a hole that may still be filled
  bool skipping_ = false;              // the hole that we are in is too long for that
  Position settled_ = 0;
};

}  // namespace dg
