// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <deque>
#include <optional>

#include "base/nanos.h"
#include "core/audioformat.h"
#include "core/position.h"

namespace dg {

// Maps times on one connection, which the service counts from the first sample it got there, to
// what was sent. Holes, drops, gating, filling and replay are new runs, not special cases. Used on
// the network thread only.
//
// The service prints 32-bit floats, so a time that lies within the rounding of a run's edge is
// taken for that edge, and a time behind the last sample for the last sample.
class Timeline {
 public:
  // Where a word is.
  struct Place {
    Position middle;
    Nanos start, end;  // timestamps
  };

  explicit Timeline(const AudioFormat& format) : format_(format) {}

  // Notes that `samples` samples were sent, the first of them at `position` and stamped `pts`.
  void sent(Position position, Nanos pts, std::int64_t samples);
  // Makes an edge here: the service was asked to finalize, or to close.
  void split() { split_ = true; }

  const AudioFormat& format() const { return format_; }
  std::int64_t samples() const { return samples_; }
  // How much was sent, as the service counts.
  Nanos length() const { return format_.duration_of(samples_); }

  // The position behind all that was sent before `time`, or a rounding earlier; nothing if nothing
  // was sent.
  std::optional<Position> position_at(Nanos time) const;
  // A word's place. A word belongs to the run that holds its middle and does not reach out of it:
  // what the recognizer took for the edge of a word may lie just across a hole of minutes.
  std::optional<Place> place(Nanos start, Nanos end) const;
  // How far the service's clock is when it has heard all before `position`.
  Nanos time_of(Position position) const;
  // Forgets the runs that end before `time`.
  void trim(Nanos time);

 private:
  struct Run {           // audio without a jump
    std::int64_t first;  // sample on this connection
    Position position;
    Nanos pts;
  };

  std::size_t run_at(std::int64_t sample) const;
  std::int64_t run_end(std::size_t run) const;
  bool is_over(std::size_t run) const;

  AudioFormat format_;
  std::deque<Run> runs_;
  std::int64_t samples_ = 0;  // counted in samples, so that rounding cannot add up
  bool split_ = false;
};

}  // namespace dg
