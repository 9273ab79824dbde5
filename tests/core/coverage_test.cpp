// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/coverage.h"

#include <gtest/gtest.h>

namespace dg {
namespace {

using namespace std::chrono_literals;
using Habit = Coverage::Habit;

TEST(Coverage, KnowsNothingAtFirst) {
  Coverage coverage(15s);
  EXPECT_EQ(coverage.habit(), Habit::Unknown);
  EXPECT_EQ(coverage.spoken_to(), 0s);
}

TEST(Coverage, IsProvenByEnoughWithoutAGap) {
  Coverage coverage(15s);
  for (Nanos at{}; at < 15s; at += 5s) {
    EXPECT_EQ(coverage.habit(), Habit::Unknown);
    EXPECT_TRUE(coverage.take(at, at + 5s));
  }
  EXPECT_EQ(coverage.habit(), Habit::SpeaksOfAll);
  EXPECT_EQ(coverage.spoken_to(), 15s);
}

TEST(Coverage, IsProvenByEnoughResults) {
  Coverage coverage(15s);
  for (Nanos to = 1s; to <= 5s; to += 1s) {
    EXPECT_EQ(coverage.habit(), Habit::Unknown);
    EXPECT_TRUE(coverage.take(0s, to));  // interims
  }
  EXPECT_EQ(coverage.habit(), Habit::SpeaksOfAll);
}

TEST(Coverage, IsNoProgressWithoutMore) {
  Coverage coverage(15s);
  EXPECT_TRUE(coverage.take(0s, 3s));
  EXPECT_FALSE(coverage.take(0s, 3s));
  EXPECT_FALSE(coverage.take(0s, 2s));
  EXPECT_FALSE(coverage.take(3s, 3s));
  EXPECT_EQ(coverage.spoken_to(), 3s);
}

TEST(Coverage, SeesGaps) {
  Coverage coverage(15s);
  coverage.take(0s, 14s);
  coverage.take(15s, 16s);  // what is so short is none
  EXPECT_EQ(coverage.habit(), Habit::SpeaksOfAll);
  coverage.take(17s + 1ms, 18s);
  EXPECT_EQ(coverage.habit(), Habit::LeavesGaps);
  coverage.take(18s, 32s);
  EXPECT_EQ(coverage.habit(), Habit::LeavesGaps);
  coverage.take(32s, 33s);
  EXPECT_EQ(coverage.habit(), Habit::SpeaksOfAll);
}

TEST(Coverage, RemembersTheServiceAcrossConnections) {
  Coverage coverage(15s);
  coverage.take(0s, 20s);
  coverage.restart();
  EXPECT_EQ(coverage.spoken_to(), 0s);
  EXPECT_EQ(coverage.habit(), Habit::SpeaksOfAll);
  EXPECT_TRUE(coverage.take(0s, 1s));
  EXPECT_EQ(coverage.habit(), Habit::SpeaksOfAll);
  coverage.restart();
  coverage.take(5s, 6s);
  EXPECT_EQ(coverage.habit(), Habit::LeavesGaps);
}

}  // namespace
}  // namespace dg
