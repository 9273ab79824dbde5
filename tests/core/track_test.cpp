// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/track.h"

#include <gtest/gtest.h>

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr AudioFormat kFormat{Encoding::Linear16, 1000, 1};  // a sample a millisecond

TEST(Track, KnowsNoTimeBeforeTheFirstAudio) {
  Track track;
  EXPECT_EQ(track.end(), 0);
  EXPECT_EQ(track.end_pts(), std::nullopt);
  EXPECT_EQ(track.pts_after(0), std::nullopt);
}

TEST(Track, KnowsTheTimeOfEverySample) {
  Track track;
  track.accept(10s, 500, kFormat);
  track.accept(10500ms, 500, kFormat);
  EXPECT_EQ(track.end(), 1000);
  EXPECT_EQ(track.end_pts(), 11s);
  EXPECT_EQ(track.pts_after(0), 10s);
  EXPECT_EQ(track.pts_after(1), 10001ms);
  EXPECT_EQ(track.pts_after(999), 10999ms);
  EXPECT_EQ(track.pts_after(1000), 11s);
}

TEST(Track, TakesAHoleAsTimeWithoutPosition) {
  Track track;
  track.accept(0s, 1000, kFormat);
  track.accept(5s, 1000, kFormat);
  EXPECT_EQ(track.end(), 2000);
  EXPECT_EQ(track.pts_after(999), 999ms);
  EXPECT_EQ(track.pts_after(1000), 5s);  // behind the hole
  EXPECT_EQ(track.end_pts(), 6s);
}

TEST(Track, GoesOnOverAHoleBeforeTheAudioBehindItCame) {
  Track track;
  track.accept(0s, 1000, kFormat);
  track.skip_to(3s);
  EXPECT_EQ(track.end_pts(), 3s);
  EXPECT_EQ(track.pts_after(1000), 3s);
  EXPECT_EQ(track.pts_after(999), 999ms);
  track.skip_to(4s);
  EXPECT_EQ(track.end_pts(), 4s);
  track.accept(4s, 10, kFormat);
  EXPECT_EQ(track.pts_after(1000), 4s);
  EXPECT_EQ(track.pts_after(1001), 4001ms);
}

TEST(Track, NeverGoesBackOverAHole) {
  Track track;
  track.accept(0s, 1000, kFormat);
  track.skip_to(500ms);
  track.skip_to(1s);
  EXPECT_EQ(track.end_pts(), 1s);
}

TEST(Track, KnowsTheTimeBeforeTheFirstAudioIfToldTo) {
  Track track;
  track.skip_to(7s);
  EXPECT_EQ(track.end_pts(), 7s);
  EXPECT_EQ(track.pts_after(0), 7s);
}

TEST(Track, GoesBackWhereTheInputDoes) {
  Track track;
  track.accept(10s, 1000, kFormat);
  track.accept(4s, 1000, kFormat);
  EXPECT_EQ(track.pts_after(999), 10999ms);
  EXPECT_EQ(track.pts_after(1000), 4s);
  EXPECT_EQ(track.end_pts(), 5s);
}

// Roundings of a timestamp are no jumps, and do not add up.
TEST(Track, FollowsTheSamplesWhereTimestampsAreRounded) {
  Track track;
  constexpr AudioFormat format{Encoding::Linear16, 44100, 2};
  for (std::int64_t i = 0; i < 360'000; ++i) {  // an hour of buffers of 10 ms, stamped in ms
    Nanos exact = format.duration_of(i * 441);
    track.accept(std::chrono::floor<std::chrono::milliseconds>(exact), 441, format);
  }
  EXPECT_EQ(track.end_pts(), 1h);
}

TEST(Track, FollowsAClockThatDrifts) {
  Track track;
  for (int i = 0; i < 10'000; ++i) track.accept(i * 10001us, 10, kFormat);
  EXPECT_NEAR(static_cast<double>(track.end_pts()->count()), 10'000 * 10001e3, 1e6);
}

TEST(Track, CountsEachFormatInItsOwnRate) {
  Track track;
  track.accept(0s, 1000, kFormat);
  track.accept(1s, 8000, {Encoding::Mulaw, 8000, 1});
  EXPECT_EQ(track.end(), 9000);
  EXPECT_EQ(track.pts_after(1000), 1s);
  EXPECT_EQ(track.pts_after(5000), 1500ms);
  EXPECT_EQ(track.end_pts(), 2s);
}

TEST(Track, KnowsNoTimeForWhatComesAfterARestart) {
  Track track;
  track.accept(10s, 1000, kFormat);
  track.restart();
  EXPECT_EQ(track.end_pts(), std::nullopt);
  EXPECT_EQ(track.pts_after(1000), std::nullopt);
  EXPECT_EQ(track.pts_after(999), 10999ms);
  track.accept(11s, 1000, kFormat);  // as if it went on
  EXPECT_EQ(track.pts_after(1000), 11s);
  EXPECT_EQ(track.end_pts(), 12s);
}

TEST(Track, StartsAnywhereAfterARestart) {
  Track track;
  track.accept(10s, 1000, kFormat);
  track.restart();
  track.skip_to(2s);  // earlier: it is another time
  EXPECT_EQ(track.end_pts(), 2s);
  EXPECT_EQ(track.pts_after(1000), 2s);
  EXPECT_EQ(track.pts_after(999), 10999ms);
}

TEST(Track, ForgetsWhatLiesBefore) {
  Track track;
  for (int i = 0; i < 100; ++i) track.accept(i * 2s, 1000, kFormat);
  track.trim(50'000);
  EXPECT_EQ(track.pts_after(10), std::nullopt);
  EXPECT_EQ(track.pts_after(49'999), std::nullopt);
  EXPECT_EQ(track.pts_after(50'000), 100s);
  EXPECT_EQ(track.pts_after(50'999), 100999ms);
  EXPECT_EQ(track.end_pts(), 199s);
  track.trim(100'000);
  EXPECT_EQ(track.end_pts(), 199s);
}

}  // namespace
}  // namespace dg
