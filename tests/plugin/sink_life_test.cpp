// SPDX-License-Identifier: LGPL-2.1-or-later
// State changes of a deepgramsink at any moment, from any thread, against any server.
#include <atomic>
#include <functional>
#include <future>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "support/bench.h"
#include "support/chance.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

void expect_quiet(const Pipeline& pipeline) {
  EXPECT_TRUE(pipeline.messages(GST_MESSAGE_ERROR).empty());
  EXPECT_TRUE(pipeline.messages(GST_MESSAGE_EOS).empty());
}

class SinkRounds : public testing::TestWithParam<const char*> {};

// Streams, pauses, plays and stops as it likes, while audio and its end come.
TEST_P(SinkRounds, EndAtAnyMoment) {
  constexpr int kRounds = 60;  // DG_ROUNDS says otherwise
  std::mt19937 random(drawn_seed());
  Bench::Setup setup{.sink = true};
  if (*GetParam()) setup.server.faults = {GetParam()};
  Bench bench(setup);
  for (long round = number_from("DG_ROUNDS", kRounds); round > 0; --round) {
    bench.play();
    Nanos length = 20ms * up_to(random, 200);
    bool ends = up_to(random, 1) == 0;
    auto pushed = std::async(std::launch::async, [&bench, length, ends] {
      bool taken = bench.feed().tones(0s, length) == GST_FLOW_OK;
      if (taken && ends) gst_pad_push_event(bench.feed().pad(), gst_event_new_eos());
    });
    if (up_to(random, 1) == 0) bench.pipeline().wait_for_stats("audio-received", clock(length / 2));
    for (int pauses = up_to(random, 3); pauses > 0; --pauses) {
      bench.pipeline().change(GST_STATE_PAUSED);
      bench.pipeline().change(GST_STATE_PLAYING);
    }
    ASSERT_EQ(bench.pipeline().change(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    ASSERT_EQ(pushed.wait_for(patience()), std::future_status::ready);
    EXPECT_TRUE(bench.pipeline().messages(GST_MESSAGE_ERROR).empty());
    bench.pipeline().record().clear();
  }
}

INSTANTIATE_TEST_SUITE_P(Servers, SinkRounds, testing::Values("", "no-answer", "drop-after=1"),
                         [](const auto& server) {
                           std::string name = server.param;
                           std::erase_if(name, [](char c) { return !std::isalnum(c); });
                           return name.empty() ? "good" : name;
                         });

// As any sink: with the first audio, which waits.
TEST(SinkLife, PausesWithoutNetworkAndKey) {
  Bench bench({.serves = false, .sink = true});
  ASSERT_EQ(bench.pipeline().change(GST_STATE_PAUSED), GST_STATE_CHANGE_ASYNC);
  ASSERT_TRUE(bench.feed().begin());
  auto pushed = std::async(std::launch::async, [&] { return bench.feed().tones(0s, 20ms); });
  EXPECT_TRUE(bench.pipeline().reach(GST_STATE_PAUSED));
  EXPECT_TRUE(bench.pipeline().states().empty());
  expect_quiet(bench.pipeline());
  EXPECT_EQ(bench.pipeline().change(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  EXPECT_EQ(pushed.get(), GST_FLOW_FLUSHING);
}

TEST(SinkLife, MayRestartAloneInARunningPipeline) {
  Bench bench({.sink = true});
  for (int round = 0; round < 5; ++round) {
    bench.play();
    bench.feed().tones(0s, 5s);
    EXPECT_EQ(gst_element_set_state(bench.element(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    EXPECT_EQ(bench.feed().tones(5s, 6s), GST_FLOW_FLUSHING);
    expect_quiet(bench.pipeline());
    EXPECT_EQ(gst_element_set_state(bench.element(), GST_STATE_PLAYING), GST_STATE_CHANGE_ASYNC);
    bench.pipeline().record().clear();
  }
  ASSERT_TRUE(bench.feed().begin());
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
}

TEST(SinkLife, LosesNothingInPauses) {
  Bench bench({.sink = true});
  bench.play();
  auto pushed = std::async(std::launch::async, [&] {
    bench.feed().watch(false);
    GstFlowReturn flow = bench.feed().tones(0s, 60s);
    bench.feed().watch(true);
    return flow;
  });
  while (pushed.wait_for(0s) == std::future_status::timeout) {
    ASSERT_TRUE(bench.pipeline().reach(GST_STATE_PLAYING));
    bench.pipeline().change(GST_STATE_PAUSED);
    bench.pipeline().change(GST_STATE_PLAYING);
  }
  EXPECT_EQ(pushed.get(), GST_FLOW_OK);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 60s)));
}

// A pusher waits for room, since the first connection is never answered.
TEST(SinkLife, LosesNothingWhenItPausesWithoutRoom) {
  constexpr Nanos kLength = 20s;
  Bench bench(
      {.server = {.faults = {"no-answer"}, .faulty_connections = 1},
       .sink = true,
       .properties = {{"overflow", "block"}, {"max-backlog", "500"}, {"connect-timeout", "1500"}}});
  bench.play();
  bench.feed().watch(false);
  auto pushed = std::async(std::launch::async, [&] { return bench.feed().tones(0s, kLength); });
  EXPECT_TRUE(bench.pipeline().wait_for_stats("backlog", 500 * GST_MSECOND));
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(bench.pipeline().reach(GST_STATE_PLAYING));
    EXPECT_NE(bench.pipeline().change(GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    EXPECT_TRUE(bench.pipeline().reach(GST_STATE_PAUSED));
    EXPECT_EQ(pushed.wait_for(0s), std::future_status::timeout);
    bench.pipeline().change(GST_STATE_PLAYING);
  }
  ASSERT_EQ(pushed.wait_for(patience()), std::future_status::ready);
  EXPECT_EQ(pushed.get(), GST_FLOW_OK);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, kLength)));
}

}  // namespace
}  // namespace dg
