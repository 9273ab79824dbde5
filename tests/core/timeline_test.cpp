// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/timeline.h"

#include <cmath>

#include <gtest/gtest.h>

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr AudioFormat kFormat{Encoding::Linear16, 1000, 1};  // a sample a millisecond

// A time as the service prints it.
Nanos printed(Nanos time) {
  auto seconds = static_cast<float>(static_cast<double>(time.count()) / 1e9);
  return Nanos(std::llround(static_cast<double>(seconds) * 1e9));
}

TEST(Timeline, KnowsNothingBeforeTheFirstAudio) {
  Timeline timeline(kFormat);
  EXPECT_EQ(timeline.samples(), 0);
  EXPECT_EQ(timeline.length(), 0s);
  EXPECT_EQ(timeline.position_at(1s), std::nullopt);
  EXPECT_FALSE(timeline.place(1s, 2s));
  EXPECT_EQ(timeline.time_of(100), 0s);
  timeline.trim(10s);
}

TEST(Timeline, MapsTheTimesOfOneRun) {
  Timeline timeline(kFormat);
  timeline.sent(5000, 20s, 400);
  timeline.sent(5400, 20400ms, 600);
  EXPECT_EQ(timeline.samples(), 1000);
  EXPECT_EQ(timeline.length(), 1s);
  EXPECT_EQ(timeline.position_at(0s), 5000);
  EXPECT_EQ(timeline.position_at(300ms), 5299);
  auto place = timeline.place(200ms, 300ms);
  ASSERT_TRUE(place);
  EXPECT_EQ(place->middle, 5250);
  EXPECT_EQ(place->start, 20200ms);
  EXPECT_EQ(place->end, 20300ms);
}

TEST(Timeline, TakesWhatLiesBeyondForTheEdges) {
  Timeline timeline(kFormat);
  timeline.sent(5000, 20s, 1000);
  EXPECT_EQ(timeline.position_at(-5s), 5000);
  EXPECT_EQ(timeline.position_at(1h), 6000);
  auto before = timeline.place(-5s, -4s);
  EXPECT_EQ(before->middle, 5000);
  EXPECT_EQ(before->start, 20s);
  EXPECT_EQ(before->end, 20s);
  auto behind = timeline.place(1h, 2h);
  EXPECT_EQ(behind->middle, 5999);
  EXPECT_EQ(behind->start, 21s);
  EXPECT_EQ(behind->end, 21s);
}

TEST(Timeline, PutsAWordOnTheSideOfAHoleWhereItsMiddleIs) {
  Timeline timeline(kFormat);
  timeline.sent(0, 0s, 1000);
  timeline.sent(1000, 60s, 1000);
  const struct {
    Nanos start, end;          // as the service counts
    Nanos placed, placed_end;  // and where it is
    Position middle;
  } rows[] = {
      {800ms, 1000ms, 800ms, 1000ms, 900},
      {900ms, 1080ms, 900ms, 1000ms, 990},  // reaches out: cut at the hole
      {900ms, 1100ms, 60s, 60100ms, 1000},  // its middle is the first sample behind it
      {920ms, 1100ms, 60s, 60100ms, 1010},
      {1000ms, 1200ms, 60s, 60200ms, 1100},
      {1900ms, 2500ms, 60900ms, 61s, 1999},  // reaches out of all that was sent
  };
  for (const auto& row : rows) {
    auto place = timeline.place(row.start, row.end);
    ASSERT_TRUE(place);
    EXPECT_EQ(place->start, row.placed) << row.start.count();
    EXPECT_EQ(place->end, row.placed_end) << row.start.count();
    EXPECT_EQ(place->middle, row.middle) << row.start.count();
  }
}

TEST(Timeline, TakesTheEndOfARunAndNotTheStartOfTheNext) {
  Timeline timeline(kFormat);
  timeline.sent(0, 0s, 1000);
  timeline.sent(4000, 60s, 1000);  // 3 s were dropped between
  EXPECT_EQ(timeline.position_at(998ms), 997);
  EXPECT_EQ(timeline.position_at(999ms), 1000);  // as near as rounding may be
  EXPECT_EQ(timeline.position_at(1000ms), 1000);
  EXPECT_EQ(timeline.position_at(1001ms), 1000);
  EXPECT_EQ(timeline.position_at(1002ms), 4001);
  EXPECT_EQ(timeline.position_at(1999ms), 4998);  // what follows may begin with a word
  EXPECT_EQ(timeline.position_at(2000ms), 5000);
  timeline.split();
  EXPECT_EQ(timeline.position_at(1999ms), 5000);
}

TEST(Timeline, KnowsEdgesInFloatsAfterAnHour) {
  for (Nanos before : {Nanos(1min), Nanos(10min), Nanos(1h), Nanos(10h)}) {
    SCOPED_TRACE(before.count());
    constexpr AudioFormat format{Encoding::Linear16, 48000, 1};
    Timeline timeline(format);
    // An edge that no float can stand for.
    std::int64_t first = format.samples_in(before) + 1234;
    timeline.sent(0, 0s, first);
    timeline.sent(first + 99'999, 20h, 48000);
    EXPECT_EQ(timeline.position_at(printed(format.duration_of(first))), first);
    EXPECT_EQ(timeline.position_at(printed(timeline.length())), first + 99'999 + 48000);
  }
}

TEST(Timeline, CountsSamplesSoThatNothingAddsUp) {
  constexpr AudioFormat format{Encoding::Linear16, 44100, 1};
  Timeline timeline(format);
  for (std::int64_t i = 0; i < 360'000; ++i)  // an hour of buffers of 10 ms, stamped in ms
    timeline.sent(i * 441,
                  std::chrono::floor<std::chrono::milliseconds>(format.duration_of(i * 441)), 441);
  EXPECT_EQ(timeline.length(), 1h);
  EXPECT_EQ(timeline.place(1h - 1s, 1h - 500ms)->start, 1h - 1s);
}

// 2.2075 s and 0.3425 s, printed with three places and added, are a whole millisecond late: there
// the next word may have begun.
TEST(Timeline, CutsBeforeAWordWhereverTheServiceRounds) {
  Timeline timeline(AudioFormat{Encoding::Linear16, 2000, 1});
  timeline.sent(0, 0s, 10'000);
  EXPECT_LE(timeline.position_at(2208ms + 343ms), 5100);
  EXPECT_GE(timeline.position_at(2208ms + 343ms), 5096);
}

TEST(Timeline, FollowsManyShortHoles) {
  Timeline timeline(kFormat);
  for (Position i = 0; i < 1000; ++i) timeline.sent(i * 20, i * 50ms, 20);
  for (Position i = 0; i < 1000; ++i) {
    Nanos start = i * 20ms + 5ms;
    auto place = timeline.place(start, start + 10ms);
    EXPECT_EQ(place->start, i * 50ms + 5ms);
    EXPECT_EQ(place->middle, i * 20 + 10);
    EXPECT_EQ(timeline.position_at(start), i * 20 + 4);
  }
}

// A word is nowhere later than it was: a run may be shorter than the rounding.
TEST(Timeline, StaysBeforeTheNextRunAmongRunsOfASample) {
  Timeline timeline(kFormat);
  for (Position i = 0; i < 100; ++i) timeline.sent(i * 10, i * 10ms, 1);
  for (Position i = 0; i <= 100; ++i) {
    auto position = timeline.position_at(i * 1ms);
    ASSERT_TRUE(position);
    EXPECT_LE(*position, std::max<Position>(1, (i - 1) * 10 + 1));
    EXPECT_GE(*position, std::max<Position>(0, (i - 3) * 10));
  }
}

TEST(Timeline, HasAnEdgeWhereTheServiceWasAskedToFinalize) {
  Timeline whole(kFormat), split(kFormat);
  for (Timeline* timeline : {&whole, &split}) {
    timeline->sent(0, 0s, 1000);
    if (timeline == &split) timeline->split();
    timeline->sent(1000, 1s, 1000);
  }
  EXPECT_EQ(whole.place(950ms, 1030ms)->end, 1030ms);
  EXPECT_EQ(split.place(950ms, 1030ms)->end, 1s);  // it was over when it was asked
  EXPECT_EQ(split.place(1000ms, 1030ms)->start, 1s);
  EXPECT_EQ(whole.position_at(999ms), 998);
  EXPECT_EQ(split.position_at(999ms), 1000);
  EXPECT_EQ(split.position_at(1001ms), 1000);
}

TEST(Timeline, KnowsHowFarTheServiceIsAtAPosition) {
  Timeline timeline(kFormat);
  timeline.sent(5000, 0s, 1000);   // of a replay from 5000
  timeline.sent(8000, 60s, 1000);  // behind what was dropped
  const struct {
    Position position;
    Nanos time;
  } rows[] = {{0, 0s},        {5000, 0s},     {5001, 1ms}, {6000, 1s}, {7000, 1s},
              {8000, 1000ms}, {8500, 1500ms}, {9000, 2s},  {20000, 2s}};
  for (const auto& row : rows) EXPECT_EQ(timeline.time_of(row.position), row.time) << row.position;
}

TEST(Timeline, GoesThereAndBack) {
  Timeline timeline(kFormat);
  for (Position i = 0; i < 50; ++i) timeline.sent(i * 300, i * 10s, 200);
  for (Position i = 0; i < 50; ++i)
    for (Position inside : {2, 100, 198, 200}) {
      Position position = i * 300 + inside;
      Position rounded = inside == 200 ? position : position - 1;  // an edge is known as one
      EXPECT_EQ(timeline.position_at(timeline.time_of(position)), rounded);
    }
}

TEST(Timeline, ForgetsRunsButNotTheirTime) {
  Timeline timeline(kFormat);
  for (Position i = 0; i < 100; ++i) timeline.sent(i * 2000, i * 60s, 1000);
  timeline.trim(50s);
  EXPECT_EQ(timeline.length(), 100s);
  EXPECT_EQ(timeline.place(60100ms, 60200ms)->start, 60 * 60s + 100ms);
  EXPECT_EQ(timeline.position_at(60500ms), 60 * 2000 + 499);
  EXPECT_EQ(timeline.time_of(60 * 2000 + 500), 60500ms);
  // What comes for the forgotten is put where the rest begins.
  EXPECT_EQ(timeline.position_at(10s), 49 * 2000);
  EXPECT_EQ(timeline.place(10s, 11s)->start, 49 * 60s);
}

TEST(Timeline, KeepsTheRunThatAnEdgeMayBelongTo) {
  Timeline timeline(kFormat);
  timeline.sent(0, 0s, 1000);
  timeline.sent(5000, 60s, 1000);
  timeline.trim(1s);  // as rounded: it may have been a little less
  EXPECT_EQ(timeline.position_at(1s), 1000);
  timeline.trim(1500ms);
  EXPECT_EQ(timeline.position_at(1s), 5000);
  timeline.trim(1h);
  EXPECT_EQ(timeline.place(1900ms, 2s)->end, 61s);
}

// A replay that begins a sample after the cut would lose the beginning of a word.
TEST(Timeline, NeverRoundsAPositionUp) {
  AudioFormat format{Encoding::Linear16, 44100, 1};
  Timeline timeline(format);
  timeline.sent(0, 0s, 100 * 44100);
  for (std::int64_t end = 1000; end < 44100; ++end) {
    Nanos printed = std::chrono::round<std::chrono::milliseconds>(format.duration_of(end));
    auto position = timeline.position_at(printed);
    ASSERT_TRUE(position);
    EXPECT_LE(*position, end);
    EXPECT_GE(*position, end - 90);  // two milliseconds
  }
}

}  // namespace
}  // namespace dg
