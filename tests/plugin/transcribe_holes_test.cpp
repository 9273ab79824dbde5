// SPDX-License-Identifier: LGPL-2.1-or-later
// Time without audio: what is said behind it keeps its time, and nothing else is lost.
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "support/bench.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using server::Seen;

// Between word 9 and word 10 of the oracle.
constexpr Nanos kCut = 4900ms;
constexpr Nanos kEnd = 10s;

enum class Hole { Jump, FlaggedJump, GapEvent, ShortGapEvents, GapBuffers };

void push_gap_buffer(Feed& feed, Nanos from, Nanos duration) {
  std::size_t size = feed.bytes_in(duration);
  Ptr<GstBuffer> buffer(gst_buffer_new_allocate(nullptr, size, nullptr));
  gst_buffer_memset(buffer.get(), 0, 0, size);
  GST_BUFFER_PTS(buffer.get()) = clock(from);
  GST_BUFFER_DURATION(buffer.get()) = clock(duration);
  GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_GAP);
  EXPECT_EQ(feed.push(std::move(buffer)), GST_FLOW_OK);
}

// The time from kCut on passes without audio.
void push_hole(Feed& feed, Hole kind, Nanos length) {
  constexpr Nanos kStep = 50ms;
  switch (kind) {
    case Hole::Jump:
      break;
    case Hole::FlaggedJump:
      feed.discont();
      break;
    case Hole::GapEvent:
      EXPECT_TRUE(feed.gap(kCut, length));
      break;
    case Hole::ShortGapEvents:
      for (Nanos at{}; at < length; at += kStep) EXPECT_TRUE(feed.gap(kCut + at, kStep));
      break;
    case Hole::GapBuffers:
      for (Nanos at{}; at < length; at += kStep) push_gap_buffer(feed, kCut + at, kStep);
      break;
  }
}

std::vector<Heard> joined(std::vector<Heard> first, const std::vector<Heard>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

// How often the service was told so.
std::size_t told(const Seen& request, const char* type) {
  std::size_t count = 0;
  for (const Seen::Command& command : request.commands)
    count += command.text.find(type) != std::string::npos;
  return count;
}

class TranscribeHoles : public testing::TestWithParam<std::tuple<Hole, int>> {};

TEST_P(TranscribeHoles, WordsBehindHaveTheirTime) {
  auto [kind, milliseconds] = GetParam();
  Nanos length = std::chrono::milliseconds(milliseconds);
  Bench bench;
  bench.play();
  bench.feed().tones(0s, kCut);
  push_hole(bench.feed(), kind, length);
  bench.feed().offset(length);
  bench.feed().tones(kCut, kEnd);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(),
                         joined(words_between(0s, kCut), words_between(kCut, kEnd, length))));
}

// What falls into the hole is missing, and nothing else.
TEST_P(TranscribeHoles, OnlyWordsInsideAreMissing) {
  auto [kind, milliseconds] = GetParam();
  constexpr Nanos kInsideWord = 4600ms;
  Nanos resumed = kCut + std::chrono::milliseconds(milliseconds) + 200ms;
  Bench bench;
  bench.play();
  bench.feed().tones(0s, kInsideWord);
  bench.feed().gap(kInsideWord, kCut - kInsideWord);
  push_hole(bench.feed(), kind, resumed - kCut);
  bench.feed().tones(resumed, resumed + 5s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(
      bench.words(), joined(words_between(0s, kInsideWord), words_between(resumed, resumed + 5s))));
}

std::string name_of(const testing::TestParamInfo<std::tuple<Hole, int>>& info) {
  static constexpr const char* names[] = {"Jump", "FlaggedJump", "GapEvent", "ShortGapEvents",
                                          "GapBuffers"};
  auto [kind, milliseconds] = info.param;
  return names[static_cast<int>(kind)] + std::to_string(milliseconds) + "ms";
}

INSTANTIATE_TEST_SUITE_P(Kinds, TranscribeHoles,
                         testing::Combine(testing::Values(Hole::Jump, Hole::FlaggedJump,
                                                          Hole::GapEvent, Hole::ShortGapEvents,
                                                          Hole::GapBuffers),
                                          testing::Values(100, 500, 700, 3000, 30000)),
                         name_of);

TEST(TranscribeHole, LongOneAsksForWhatWasSaid) {
  Bench bench;
  bench.play();
  bench.feed().tones(0s, kCut);
  bench.feed().gap(kCut, 3s);
  // Long before the window of the service ends, and without any more audio.
  ASSERT_TRUE(bench.wait_for_words(10));
  Seen request = bench.server().requests().at(0);
  ASSERT_EQ(told(request, "Finalize"), 1u);
  EXPECT_EQ(request.commands.front().position, bench.feed().samples_in(kCut));
  EXPECT_EQ(request.bytes, bench.feed().bytes_in(kCut));
}

TEST(TranscribeHole, ShortOneIsFilledWithSilence) {
  Bench bench;
  bench.play();
  bench.feed().tones(0s, kCut);
  bench.feed().offset(300ms);
  bench.feed().tones(kCut, kEnd);
  ASSERT_TRUE(bench.finish());
  Seen request = bench.server().requests().at(0);
  EXPECT_EQ(request.bytes, bench.feed().bytes_in(kEnd + 300ms));
  EXPECT_EQ(told(request, "Finalize"), 0u);
}

TEST(TranscribeHole, MaxFillBoundsTheSilence) {
  Bench bench({.properties = {{"max-fill", "0"}}});
  bench.play();
  bench.feed().tones(0s, kCut);
  bench.feed().offset(300ms);
  bench.feed().tones(kCut, kEnd);
  ASSERT_TRUE(bench.finish());
  Seen request = bench.server().requests().at(0);
  EXPECT_EQ(request.bytes, bench.feed().bytes_in(kEnd));
  EXPECT_EQ(told(request, "Finalize"), 1u);
}

TEST(TranscribeHole, DeclaredSilenceIsSentWhenAskedFor) {
  Bench bench({.properties = {{"gap", "fill"}}});
  bench.play();
  bench.feed().tones(0s, kCut);
  bench.feed().gap(kCut, 3s);
  bench.feed().offset(3s);
  bench.feed().tones(kCut, kEnd);
  ASSERT_TRUE(bench.finish());
  Seen request = bench.server().requests().at(0);
  EXPECT_EQ(request.bytes, bench.feed().bytes_in(kEnd + 3s));
  EXPECT_EQ(told(request, "Finalize"), 0u);
  EXPECT_TRUE(
      same_words(bench.words(), joined(words_between(0s, kCut), words_between(kCut, kEnd, 3s))));
}

TEST(TranscribeHole, FirstAudioMayComeLate) {
  Bench bench;
  bench.play();
  bench.feed().gap(0s, 4s);
  bench.feed().offset(10s);
  bench.feed().tones(0s, kEnd);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, kEnd, 10s)));
  EXPECT_EQ(bench.server().requests().at(0).bytes, bench.feed().bytes_in(kEnd));
}

TEST(TranscribeHole, DiscontWithoutOneChangesNothing) {
  Bench bench;
  bench.play();
  for (Nanos at{}; at < kEnd; at += 1s) {
    bench.feed().discont();
    bench.feed().tones(at, at + 1s);
  }
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, kEnd)));
  EXPECT_EQ(told(bench.server().requests().at(0), "Finalize"), 0u);
}

// Nothing is said for ever: the service would close after twelve seconds.
TEST(TranscribePause, KeepAliveHoldsTheConnection) {
  Bench bench({.properties = {{"keepalive-interval", "100"}}});
  bench.play();
  bench.feed().tones(0s, kCut);
  auto kept = [](const std::vector<Seen>& requests) {
    return !requests.empty() && told(requests[0], "KeepAlive") >= 3;
  };
  ASSERT_TRUE(bench.server().wait(kept));
  EXPECT_EQ(bench.server().requests().at(0).empty_frames, 0u);
  bench.feed().offset(30s);
  bench.feed().tones(kCut, kEnd);
  ASSERT_TRUE(bench.finish());
  EXPECT_EQ(bench.server().requests().size(), 1u);
  EXPECT_TRUE(
      same_words(bench.words(), joined(words_between(0s, kCut), words_between(kCut, kEnd, 30s))));
}

TEST(TranscribePause, KeepAliveGoesOnInADeclaredHole) {
  Bench bench({.properties = {{"keepalive-interval", "100"}}});
  bench.play();
  bench.feed().tones(0s, kCut);
  bench.feed().gap(kCut, 30s);
  auto kept = [](const std::vector<Seen>& requests) {
    return !requests.empty() && told(requests[0], "KeepAlive") >= 2;
  };
  ASSERT_TRUE(bench.server().wait(kept));
}

TEST(TranscribePause, LiveInputThatStopsIsMadeFinal) {
  Bench bench;
  bench.feed().live(true);
  bench.play();
  bench.feed().tones(0s, kCut);
  EXPECT_TRUE(bench.wait_for_words(10));
  EXPECT_EQ(told(bench.server().requests().at(0), "Finalize"), 1u);
}

TEST(TranscribeSilence, IsNotSentWhenItIsNotWanted) {
  Bench bench({.properties = {{"silence-threshold", "-60"}, {"silence-hold", "1000"}}});
  bench.play();
  bench.feed().tones(0s, 10s);
  for (Nanos at = 10s; at < 40s; at += 1s) bench.feed().silence(at, at + 1s);
  bench.feed().tones(40s, 50s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), joined(words_between(0s, 10s), words_between(40s, 50s))));
  auto stats = bench.pipeline().stats();
  GstClockTime gated = time_field(stats.get(), "audio-gated");
  EXPECT_GE(gated, 28 * GST_SECOND);
  EXPECT_EQ(time_field(stats.get(), "audio-sent") + gated, 50 * GST_SECOND);
  EXPECT_EQ(bench.server().requests().at(0).bytes, time_field(stats.get(), "bytes-out"));
}

}  // namespace
}  // namespace dg
