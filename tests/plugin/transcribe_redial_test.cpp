// SPDX-License-Identifier: LGPL-2.1-or-later
// A connection that is lost costs no word, and none is said twice.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

struct Loss {
  const char* name;
  const char* fault;
  int connections;  // how many have it
};
void PrintTo(const Loss& loss, std::ostream* out) {
  *out << loss.name;
}

constexpr Loss kLosses[] = {
    {"BeforeAnyAudio", "close-at-open=1011", 1},
    {"WithoutAnAnswer", "refuse=503", 2},
    {"AtTheFirstAudio", "drop-after=0.05", 2},
    {"InAWord", "drop-after=6.65", 1},
    {"BetweenWords", "drop-after=6.9", 1},
    {"BehindAFinal", "drop-after=4.85", 3},
    {"AgainAndAgain", "drop-after=9", 3},
    {"WithTheCodeOfLeaving", "close-after=7:1001", 2},
    {"WithTheCodeOfATimeout", "close-after=13:1011:@NET-0000", 1},
    {"WithAGoodbyeNobodyAskedFor", "close-after=13:1000", 1},
    {"WithGarbage", "garbage-after=8", 1},
    {"WithBadAudioThatWasGood", "close-after=8:1008:@DATA-0000", 1},
};

class TranscribeLosses : public testing::TestWithParam<Loss> {
 protected:
  static Bench::Setup setup() {
    Bench::Setup setup;
    setup.server.faults = {GetParam().fault};
    setup.server.faulty_connections = GetParam().connections;
    return setup;
  }
};

TEST_P(TranscribeLosses, CostNoWord) {
  Bench bench(setup());
  bench.play();
  EXPECT_EQ(bench.feed().tones(0s, 30s), GST_FLOW_OK);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 30s)));
  EXPECT_EQ(bench.server().requests().size(), GetParam().connections + 1u);
  EXPECT_TRUE(bench.pipeline().messages(GST_MESSAGE_ERROR).empty());
}

// The same with a hole, which a replay must not close.
TEST_P(TranscribeLosses, KeepTheTimesBehindAHole) {
  constexpr Nanos kCut = 5900ms, kHole = 20s;
  Bench bench(setup());
  bench.play();
  bench.feed().tones(0s, kCut);
  bench.feed().offset(kHole);
  bench.feed().tones(kCut, 30s);
  ASSERT_TRUE(bench.finish());
  std::vector<Heard> expected = words_between(0s, kCut);
  for (const Heard& word : words_between(kCut, 30s, kHole)) expected.push_back(word);
  EXPECT_TRUE(same_words(bench.words(), expected));
}

INSTANTIATE_TEST_SUITE_P(Kinds, TranscribeLosses, testing::ValuesIn(kLosses),
                         [](const auto& loss) { return loss.param.name; });

TEST(TranscribeLoss, IsSeenInTheStates) {
  Bench bench({.server = {.faults = {"drop-after=10"}, .faulty_connections = 1}});
  bench.play();
  bench.feed().tones(0s, 30s);
  ASSERT_TRUE(bench.finish());
  EXPECT_EQ(bench.pipeline().states(),
            (std::vector<std::string>{"connecting", "connected", "backing-off", "reconnecting",
                                      "connected", "draining", "closed"}));
}

// Once, however often it fails in an episode.
TEST(TranscribeLoss, IsOneWarningAnEpisode) {
  Bench bench({.server = {.faults = {"refuse=503"}, .faulty_connections = 3}});
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  EXPECT_EQ(bench.pipeline().messages(GST_MESSAGE_WARNING).size(), 1u);
  EXPECT_TRUE(bench.pipeline().messages(GST_MESSAGE_ERROR).empty());
}

// After CloseStream, with the end of the audio still to be understood.
TEST(TranscribeLoss, AtTheVeryEndIsMadeGood) {
  Bench bench({.server = {.scenario = R"([{"on":"close","drop":true,"connection":1}])"}});
  bench.play();
  bench.feed().tones(0s, 11s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 11s)));
  EXPECT_EQ(bench.server().requests().size(), 2u);
}

TEST(TranscribeLoss, MayComeWhileTheInputIsSilent) {
  Bench bench;
  bench.play();
  bench.feed().tones(0s, 5s);
  bench.feed().gap(5s, 1s);
  ASSERT_TRUE(bench.wait_for_words(10));
  bench.server().act(server::Drop{});
  ASSERT_TRUE(bench.pipeline().wait_for_state("backing-off"));
  bench.feed().tones(6s, 20s);
  ASSERT_TRUE(bench.finish());
  std::vector<Heard> expected = words_between(0s, 5s);
  for (const Heard& word : words_between(6s, 20s)) expected.push_back(word);
  EXPECT_TRUE(same_words(bench.words(), expected));
}

// Received is sent, dropped or pending; what was replayed stands beside it.
TEST(TranscribeLoss, KeepsTheLedgerBalanced) {
  Bench bench({.server = {.faults = {"drop-after=10"}, .faulty_connections = 1}});
  bench.play();
  bench.feed().tones(0s, 30s);
  ASSERT_TRUE(bench.finish());
  auto stats = bench.pipeline().stats();
  auto time = [&](const char* field) { return time_field(stats.get(), field); };
  EXPECT_EQ(time("audio-received"), 30 * GST_SECOND);
  EXPECT_EQ(time("audio-received"),
            time("audio-sent") + time("audio-dropped") + time("audio-pending"));
  EXPECT_GT(time("audio-replayed"), 0u);
  EXPECT_EQ(uint_field(stats.get(), "connections"), 2u);
  EXPECT_EQ(uint_field(stats.get(), "reconnects"), 1u);
}

}  // namespace
}  // namespace dg
