// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/coverage.h"

namespace dg {
namespace {

constexpr Nanos kLongestGap = std::chrono::seconds(1);  // that is none
constexpr int kEnoughSteps = 5;

}  // namespace

bool Coverage::take(Nanos from, Nanos to) {
  if (to <= to_) return false;
  if (from > to_ + kLongestGap) {
    from_ = from;
    steps_ = 0;
    habit_ = Habit::LeavesGaps;
  }
  to_ = to;
  if (++steps_ >= kEnoughSteps || to_ - from_ >= proof_) habit_ = Habit::SpeaksOfAll;
  return true;
}

}  // namespace dg
