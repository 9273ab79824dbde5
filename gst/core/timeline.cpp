// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/timeline.h"

#include <algorithm>
#include <cstdlib>

namespace dg {
namespace {

// How far a time may be off because it was a 32-bit float.
Nanos float_rounding(Nanos time) {
  return time / (1 << 22);
}

// And because it was printed with three places.
Nanos rounding(Nanos time) {
  return std::max<Nanos>(std::chrono::milliseconds(1), float_rounding(time));
}

}  // namespace

void Timeline::sent(Position position, Nanos pts, std::int64_t samples) {
  bool goes_on = !runs_.empty() && !split_;
  if (goes_on) {
    const Run& run = runs_.back();
    std::int64_t since = samples_ - run.first;
    goes_on = run.position + since == position &&
              abs(run.pts + format_.duration_of(since) - pts) <= kJitter;
  }
  if (!goes_on) runs_.push_back({samples_, position, pts});
  split_ = false;
  samples_ += samples;
}

std::size_t Timeline::run_at(std::int64_t sample) const {
  auto after = std::upper_bound(runs_.begin(), runs_.end(), sample,
                                [](std::int64_t at, const Run& run) { return at < run.first; });
  return after == runs_.begin() ? 0 : static_cast<std::size_t>(after - runs_.begin()) - 1;
}

std::int64_t Timeline::run_end(std::size_t run) const {
  return run + 1 < runs_.size() ? runs_[run + 1].first : samples_;
}

// Whether nothing is sent behind it without an edge. Of what goes on, the last millisecond may be
// the first of a word.
bool Timeline::is_over(std::size_t run) const {
  return split_ || run + 1 < runs_.size();
}

std::optional<Position> Timeline::position_at(Nanos time) const {
  if (runs_.empty()) return std::nullopt;
  std::int64_t slack = format_.samples_in(rounding(time));
  std::int64_t slack_going_on = format_.samples_in(float_rounding(time));
  std::int64_t sample = std::clamp(format_.samples_in(time), runs_.front().first, samples_);
  std::size_t run = run_at(sample);
  // The end of a run, not the start of the next: what lies behind a jump was not heard yet.
  if (run > 0 && sample - runs_[run].first <= slack) {
    sample = runs_[run].first;
    --run;
  } else if (run_end(run) - sample <= (is_over(run) ? slack : slack_going_on)) {
    sample = run_end(run);
  } else {
    // Rather a little of what was heard again than less than all of what was not. A result's end is
    // the sum of two numbers that were rounded.
    std::int64_t earliest = format_.samples_in(time - rounding(time));
    sample = std::clamp(earliest, runs_[run].first, sample);
  }
  return runs_[run].position + (sample - runs_[run].first);
}

std::optional<Timeline::Place> Timeline::place(Nanos start, Nanos end) const {
  if (runs_.empty()) return std::nullopt;
  std::int64_t last = std::max(samples_ - 1, runs_.front().first);
  std::int64_t middle =
      std::clamp(format_.samples_in(start + (end - start) / 2), runs_.front().first, last);
  const std::size_t index = run_at(middle);
  const Run& run = runs_[index];
  Nanos run_start = format_.duration_of(run.first);
  auto pts_at = [&](Nanos time) {
    Nanos inside = std::clamp(time, run_start, format_.duration_of(run_end(index)));
    return run.pts + (inside - run_start);
  };
  return Place{run.position + (middle - run.first), pts_at(start), pts_at(end)};
}

Nanos Timeline::time_of(Position position) const {
  std::int64_t heard = 0;
  for (std::size_t i = 0; i < runs_.size() && runs_[i].position < position; ++i)
    heard = std::min(runs_[i].first + (position - runs_[i].position), run_end(i));
  return format_.duration_of(heard);
}

void Timeline::trim(Nanos time) {
  std::int64_t sample = format_.samples_in(time - rounding(time));
  while (runs_.size() > 1 && runs_[1].first <= sample) runs_.pop_front();
}

}  // namespace dg
