// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

#include "core/captions.h"

namespace dg {

// Somebody who speaks for as long as a program may run, in virtual time: three words a second, an
// interim with each of them, a final behind nine, an end of speech and a breath behind 27. The last
// word of an interim may be heard in part only. All repeats itself every 40 s, but for the times.
class Broadcast {
 public:
  static constexpr Nanos kRound = std::chrono::seconds(40);

  // Not live: no interims and no ticks, else a tick every 50 ms.
  Broadcast(CaptionStyle style, bool live, Nanos latency);

  // Goes on until `time`; what leaves meanwhile is counted and let go of.
  void run_to(Nanos time);
  std::uint64_t said() const { return said_; }
  std::uint64_t shown() const { return shown_; }

  // The word of this number, counted from 0, and the result that is told behind it.
  static Word word_at(std::uint64_t number);
  static Revision result_behind(std::uint64_t number);

 private:
  void speak();
  void tick(Nanos now);
  void release();

  const bool live_;
  const Nanos latency_;
  Captions captions_;
  Nanos ticked_{};
  std::uint64_t said_ = 0, shown_ = 0;
};

}  // namespace dg
