// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/nanos.h"

namespace dg {

// How much a service speaks of what it hears, by which its silence is judged. The results of one
// that speaks of all follow each other. One that says nothing while nobody speaks, or that plays
// what it once recorded, leaves gaps.
class Coverage {
 public:
  enum class Habit { Unknown, SpeaksOfAll, LeavesGaps };

  // So much without a gap proves that it speaks of all, and so do five results that go on.
  explicit Coverage(Nanos proof) : proof_(proof) {}

  // Another connection, whose audio begins at zero. What is known of the service stays.
  void restart() {
    from_ = to_ = Nanos(0);
    steps_ = 0;
  }
  // A result, from and to there in the audio; whether it speaks of more than those before.
  bool take(Nanos from, Nanos to);

  Nanos spoken_to() const { return to_; }
  Habit habit() const { return habit_; }

 private:
  Nanos proof_;
  Nanos from_{}, to_{};  // spoken of without a gap
  int steps_ = 0;        // in so many results
  Habit habit_ = Habit::Unknown;
};

}  // namespace dg
