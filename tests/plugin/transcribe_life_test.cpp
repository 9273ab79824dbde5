// SPDX-License-Identifier: LGPL-2.1-or-later
// State changes at any moment, from any thread, against any server. What holds for a deepgramsink
// just as well is asked of both.
#include <atomic>
#include <future>
#include <random>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"
#include "support/chance.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr int kRounds = 100;  // DG_ROUNDS says otherwise

// Nothing of a run that was cut off is told as if it had ended.
void expect_quiet(const Pipeline& pipeline) {
  EXPECT_TRUE(pipeline.messages(GST_MESSAGE_ERROR).empty());
  EXPECT_TRUE(pipeline.messages(GST_MESSAGE_EOS).empty());
  EXPECT_TRUE(pipeline.events(GST_EVENT_EOS).empty());
}

class TranscribeRounds : public testing::TestWithParam<const char*> {};

TEST_P(TranscribeRounds, EndAtAnyMoment) {
  std::mt19937 random(drawn_seed());
  Bench::Setup setup;
  if (*GetParam()) setup.server.faults = {GetParam()};
  Bench bench(setup);
  for (long round = number_from("DG_ROUNDS", kRounds); round > 0; --round) {
    bench.play();
    for (int step = up_to(random, 3); step > 0; --step)
      bench.feed().tones(0s, std::chrono::milliseconds(up_to(random, 2000)));
    if (up_to(random, 4) == 0) {
      bench.feed().tones(2s, 3s);
      ASSERT_TRUE(bench.pipeline().wait_for("deepgram/connection"));  // it may have to wait
    }
    ASSERT_EQ(bench.pipeline().change(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    expect_quiet(bench.pipeline());
    bench.pipeline().record().clear();
    bench.feed().tones(0s, 40ms);  // refused, and no matter
  }
}

INSTANTIATE_TEST_SUITE_P(Servers, TranscribeRounds,
                         testing::Values("", "no-answer", "delay-handshake=5", "drop-after=1"),
                         [](const auto& server) {
                           std::string name = server.param;
                           std::erase_if(name, [](char c) { return !std::isalnum(c); });
                           return name.empty() ? "good" : name;
                         });

class TranscribeRestarts : public testing::TestWithParam<bool> {};

TEST_P(TranscribeRestarts, FindNothingOfTheRunBefore) {
  Bench bench({.sink = GetParam()});
  for (int round = 0; round < 10; ++round) {
    bench.play();
    bench.feed().tones(0s, 10s);
    ASSERT_TRUE(bench.finish());
    EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
    bench.pipeline().change(GST_STATE_NULL);
    bench.pipeline().record().clear();
  }
}

INSTANTIATE_TEST_SUITE_P(Elements, TranscribeRestarts, testing::Bool(),
                         [](const auto& test) { return Bench::name_of("Element", test.param); });

TEST(TranscribeLife, PausesWithoutNetworkAndKey) {
  Bench bench({.serves = false, .after = "fakesink"});
  ASSERT_EQ(bench.pipeline().change(GST_STATE_PAUSED), GST_STATE_CHANGE_ASYNC);
  ASSERT_TRUE(bench.feed().begin());
  EXPECT_TRUE(bench.pipeline().reach(GST_STATE_PAUSED));
  EXPECT_TRUE(bench.pipeline().states().empty());
  expect_quiet(bench.pipeline());
}

TEST(TranscribeLife, MayRestartAloneInARunningPipeline) {
  Bench bench;
  for (int round = 0; round < 5; ++round) {
    bench.play();
    bench.feed().tones(0s, 5s);
    EXPECT_EQ(gst_element_set_state(bench.element(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    EXPECT_EQ(bench.feed().tones(5s, 6s), GST_FLOW_FLUSHING);
    expect_quiet(bench.pipeline());
    EXPECT_EQ(gst_element_set_state(bench.element(), GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
    bench.pipeline().record().clear();
  }
  ASSERT_TRUE(bench.feed().begin());
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
}

// The properties of a run are those that it starts with.
TEST(TranscribeLife, TakesPropertiesAtAnyTime) {
  Bench bench;
  bench.play();
  std::atomic<bool> over = false;
  std::thread setter([&] {
    for (guint i = 0; !over; ++i) {
      bench.pipeline().set("latency", std::to_string(i % 3000));
      bench.pipeline().set("keyterm", "<one,two>");
      bench.pipeline().stats();
    }
  });
  bench.feed().tones(0s, 30s);
  bool ended = bench.finish();
  over = true;
  setter.join();
  ASSERT_TRUE(ended);
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 30s)));
}

// A pusher that waits for room. The server takes nothing.
class TranscribeBlocked : public testing::TestWithParam<std::tuple<const char*, bool>> {
 protected:
  TranscribeBlocked()
      : bench_({.server = {.faults = {std::get<0>(GetParam())}},
                .sink = std::get<1>(GetParam()),
                .properties = {{"overflow", "block"}, {"max-backlog", "500"}}}) {
    bench_.play();
    pusher_ = std::async(std::launch::async, [this] { return push(); });
    EXPECT_TRUE(bench_.pipeline().wait_for_stats("backlog", 500 * GST_MSECOND));
  }

  GstFlowReturn push() {
    bench_.feed().watch(false);
    GstFlowReturn flow = bench_.feed().tones(0s, 3600s);
    bench_.feed().watch(true);
    return flow;
  }

  bool pushes() { return pusher_.wait_for(0s) == std::future_status::timeout; }
  // What the push that waited came back with.
  GstFlowReturn woken() {
    bool back = pusher_.wait_for(patience()) == std::future_status::ready;
    EXPECT_TRUE(back);
    return back ? pusher_.get() : GST_FLOW_CUSTOM_ERROR;
  }

  Bench bench_;
  std::future<GstFlowReturn> pusher_;
};

TEST_P(TranscribeBlocked, IsWokenByAStateChange) {
  EXPECT_TRUE(pushes());
  EXPECT_EQ(bench_.pipeline().change(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  EXPECT_EQ(woken(), GST_FLOW_FLUSHING);
  expect_quiet(bench_.pipeline());
}

TEST_P(TranscribeBlocked, IsWokenByAFlush) {
  EXPECT_TRUE(pushes());
  EXPECT_TRUE(bench_.feed().event(gst_event_new_flush_start()));
  EXPECT_EQ(woken(), GST_FLOW_FLUSHING);
  EXPECT_TRUE(bench_.feed().event(gst_event_new_flush_stop(TRUE)));
  expect_quiet(bench_.pipeline());
}

INSTANTIATE_TEST_SUITE_P(Servers, TranscribeBlocked,
                         testing::Combine(testing::Values("no-answer", "stall-reading-after=1"),
                                          testing::Bool()),
                         [](const auto& test) {
                           bool never = *std::get<0>(test.param) == 'n';
                           return Bench::name_of(never ? "NeverAnswers" : "StopsReading",
                                                 std::get<1>(test.param));
                         });

// The network thread may have other things to do when a run ends.
TEST(TranscribeLife, LetsGoOfEventsWhenItEnds) {
  Bench bench({.server = {.faults = {"no-answer"}}});
  bench.play();
  GstEvent* event = gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty("x"));
  EventRef kept(gst_event_ref(event), gst_event_unref);
  bench.feed().tones(0s, 1s);
  ASSERT_TRUE(bench.feed().event(event));

  Bench other;
  std::promise<void> busy, go_on;
  std::atomic<bool> first = true;
  other.pipeline().on_message = [&](GstMessage* message) {
    bool ours = GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT;
    if (!ours || !first.exchange(false)) return;
    busy.set_value();
    go_on.get_future().wait_for(patience());
  };
  other.play();
  other.feed().tones(0s, 1s);
  ASSERT_EQ(busy.get_future().wait_for(patience()), std::future_status::ready);
  bench.pipeline().change(GST_STATE_NULL);
  EXPECT_EQ(GST_MINI_OBJECT_REFCOUNT_VALUE(event), 1);
  go_on.set_value();
}

// An application that acts in the handler of a message, on the thread that posts it.
class TranscribeHandler : public testing::TestWithParam<std::tuple<const char*, bool>> {
 protected:
  // Calls it for the first message of this name, once.
  void on_first(const std::function<void()>& act) {
    bench_.pipeline().on_message = [this, act](GstMessage* message) {
      const GstStructure* said = gst_message_get_structure(message);
      bool ours = GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT &&
                  gst_structure_has_name(said, std::get<0>(GetParam()));
      if (!ours || acted_.exchange(true)) return;
      act();
      done_.set_value();
    };
  }

  bool push_until_done() {
    bench_.play();
    GstFlowReturn flow = bench_.feed().tones(0s, 20s);
    if (flow == GST_FLOW_OK) bench_.feed().end();
    return done_.get_future().wait_for(patience()) == std::future_status::ready;
  }

  std::promise<void> done_;
  std::atomic<bool> acted_ = false;
  Bench bench_{{.server = {.faults = {"drop-after=10"}, .faulty_connections = 1},
                .sink = std::get<1>(GetParam())}};
};

TEST_P(TranscribeHandler, MayStopThePipeline) {
  on_first([this] { bench_.pipeline().change(GST_STATE_NULL); });
  EXPECT_TRUE(push_until_done());
}

TEST_P(TranscribeHandler, MayPauseAndGoOn) {
  on_first([this] {
    bench_.pipeline().change(GST_STATE_PAUSED);
    bench_.pipeline().change(GST_STATE_PLAYING);
  });
  EXPECT_TRUE(push_until_done());
  ASSERT_TRUE(bench_.wait_for_end());
  EXPECT_TRUE(same_words(bench_.words(), words_between(0s, 20s)));
}

TEST_P(TranscribeHandler, MayDropThePipeline) {
  std::promise<void> gone;
  g_object_weak_ref(
      G_OBJECT(bench_.element()),
      [](gpointer promise, GObject*) { static_cast<std::promise<void>*>(promise)->set_value(); },
      &gone);
  on_first([this] { bench_.pipeline().drop(); });
  EXPECT_TRUE(push_until_done());
  EXPECT_EQ(gone.get_future().wait_for(patience()), std::future_status::ready);
}

INSTANTIATE_TEST_SUITE_P(Messages, TranscribeHandler,
                         testing::Combine(testing::Values("deepgram/connection", "deepgram/results",
                                                          "deepgram/metadata"),
                                          testing::Bool()),
                         [](const auto& test) {
                           return Bench::name_of(std::get<0>(test.param) + sizeof "deepgram",
                                                 std::get<1>(test.param));
                         });

}  // namespace
}  // namespace dg
