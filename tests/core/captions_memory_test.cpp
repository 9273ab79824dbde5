// SPDX-License-Identifier: LGPL-2.1-or-later
// A day of speech: what is kept of it is not more than of its first minutes.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <tuple>

#include <gtest/gtest.h>

#include "support/broadcast.h"
#include "support/captionscript.h"
#include "support/heap.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

// DG_HOURS; two are enough to see what grows with each result, or with each tick.
Nanos whole_stream() {
  const char* hours = std::getenv("DG_HOURS");
  return std::chrono::hours(hours && *hours ? std::atoi(hours) : 2);
}

// Containers that breathe.
constexpr std::int64_t kSlack = 4096;
// What a stream keeps, a few lines of text and words, at any time.
constexpr std::int64_t kMost = 128 * 1024;

std::int64_t held(Broadcast& broadcast, Nanos time) {
  broadcast.run_to(time);
  return live_heap();
}

void expect_not_to_grow(const CaptionStyle& style, bool live, Nanos latency) {
  std::int64_t nothing = live_heap();
  auto broadcast = std::make_unique<Broadcast>(style, live, latency);
  std::int64_t early = held(*broadcast, 15 * Broadcast::kRound) - nothing;
  std::int64_t late = held(*broadcast, whole_stream()) - nothing;
  EXPECT_LE(late, early + kSlack);
  EXPECT_LE(early, kMost);
  EXPECT_GE(broadcast->shown() + 40, broadcast->said());  // it was not for want of captions
  std::printf("%lld bytes after 10 minutes, %lld after %lld hours, %llu words\n",
              static_cast<long long>(early), static_cast<long long>(late),
              static_cast<long long>(whole_stream() / 1h),
              static_cast<unsigned long long>(broadcast->said()));
  broadcast.reset();
  EXPECT_EQ(live_heap(), nothing);
}

using Case = std::tuple<Granularity, Nanos>;

class CaptionsMemory : public ::testing::TestWithParam<Case> {};

TEST_P(CaptionsMemory, DoesNotGrowWithTheStream) {
  auto [granularity, latency] = GetParam();
  expect_not_to_grow(style_of(granularity), latency > 0s, latency);
}

// Two seconds: words fall due before they are final; eight: none does.
INSTANTIATE_TEST_SUITE_P(All, CaptionsMemory,
                         ::testing::Combine(::testing::Values(Granularity::Cue, Granularity::Word,
                                                              Granularity::RollUp,
                                                              Granularity::Utterance),
                                            ::testing::Values(0s, 2s, 8s)));

TEST(CaptionsMemoryOf, DoesNotGrowAtArrival) {
  CaptionStyle style = style_of(Granularity::RollUp);
  style.timing = Timing::Arrival;
  expect_not_to_grow(style, true, 2s);
}

TEST(CaptionsMemoryOf, DoesNotGrowWithStableInterims) {
  CaptionStyle style = style_of(Granularity::Cue);
  style.interims = InterimStrategy::Stable;
  expect_not_to_grow(style, true, 8s);
}

}  // namespace
}  // namespace dg
