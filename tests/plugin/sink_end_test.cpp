// SPDX-License-Identifier: LGPL-2.1-or-later
// The end of a stream comes when the last words were told, and whatever the pipeline does
// meanwhile.
#include <algorithm>
#include <future>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"
#include "support/recording.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

void begin_at(Feed& feed, Nanos start) {
  feed.segment(
      [=](GstSegment& segment) { segment.start = segment.time = segment.base = clock(start); });
}

// --- when nothing comes between

TEST(SinkEnd, ComesBehindAllThatIsTold) {
  Bench bench({.server = {.faults = {"delay-results=300"}}, .sink = true});
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  Record::Entries entries = bench.pipeline().record().copy();
  auto is_end = [](const Entry& entry) {
    auto* message = std::get_if<MessageRef>(&entry);
    return message && GST_MESSAGE_TYPE(message->get()) == GST_MESSAGE_EOS;
  };
  EXPECT_EQ(std::count_if(entries.begin(), entries.end(), is_end), 1);
  Record::Entries before(entries.begin(), std::find_if(entries.begin(), entries.end(), is_end));
  EXPECT_TRUE(same_words(words_told(before), words_between(0s, 10s)));
  EXPECT_EQ(messages_in(before, "deepgram/metadata").size(), 1u);
  EXPECT_EQ(text_field(bench.pipeline().stats().get(), "drain"), "complete");
}

TEST(SinkEnd, ComesWithoutAudio) {
  Bench bench({.sink = true});
  bench.play();
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(bench.server().requests().empty());
}

TEST(SinkEnd, ComesWithoutCaps) {
  Bench bench({.sink = true});
  bench.pipeline().change(GST_STATE_PLAYING);
  EXPECT_TRUE(bench.feed().stream_start());
  ASSERT_TRUE(bench.finish());
}

TEST(SinkEnd, ComesWhenTheServiceDoesNotAnswer) {
  Bench bench({.server = {.faults = {"stall-results-after=1"}},
               .sink = true,
               .properties = {{"drain-timeout", "200"}, {"reconnect", "false"}}});
  bench.play();
  bench.feed().tones(0s, 5s);
  ASSERT_TRUE(bench.finish());
}

TEST(SinkEnd, MayComeAgainBehindAFlush) {
  Bench bench({.sink = true});
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  ASSERT_TRUE(bench.feed().flush());
  bench.pipeline().record().clear();
  begin_at(bench.feed(), 30s);
  EXPECT_EQ(bench.feed().tones(30s, 40s), GST_FLOW_OK);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(30s, 40s)));
  EXPECT_EQ(bench.pipeline().messages(GST_MESSAGE_EOS).size(), 1u);
}

// --- while the service takes its time

class SinkDrain : public testing::Test {
 protected:
  explicit SinkDrain(const char* fault = "delay-results=500")
      : bench_({.server = {.faults = {fault}}, .sink = true}) {
    bench_.play();
    bench_.feed().tones(0s, 10s);
    ended_ = std::async(std::launch::async, [this] { return end(); });
    EXPECT_TRUE(bench_.pipeline().wait_for_state("draining"));
  }
  ~SinkDrain() override { bench_.pipeline().change(GST_STATE_NULL); }

  bool end() { return gst_pad_push_event(bench_.feed().pad(), gst_event_new_eos()); }

  bool waits() { return ended_.wait_for(0s) == std::future_status::timeout; }
  // What became of the end.
  bool came() {
    bool back = ended_.wait_for(patience()) == std::future_status::ready;
    EXPECT_TRUE(back) << "the end still waits";
    return back && ended_.get();
  }
  std::size_t ends() { return bench_.pipeline().messages(GST_MESSAGE_EOS).size(); }

  Bench bench_;
  std::future<bool> ended_;
};

class SinkStalledDrain : public SinkDrain {
 protected:
  SinkStalledDrain() : SinkDrain("stall-results-after=1") {}
};

TEST_F(SinkStalledDrain, IsCutOffByAStop) {
  EXPECT_TRUE(waits());
  EXPECT_EQ(bench_.pipeline().change(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  EXPECT_FALSE(came());
  EXPECT_EQ(ends(), 0u);
}

TEST_F(SinkStalledDrain, IsCutOffByAStopOfWhatIsPaused) {
  EXPECT_EQ(bench_.pipeline().change(GST_STATE_PAUSED), GST_STATE_CHANGE_SUCCESS);
  EXPECT_TRUE(waits());
  EXPECT_EQ(bench_.pipeline().change(GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
  EXPECT_FALSE(came());
  EXPECT_EQ(ends(), 0u);
}

TEST_F(SinkStalledDrain, IsCutOffByAFlush) {
  EXPECT_TRUE(bench_.feed().event(gst_event_new_flush_start()));
  EXPECT_FALSE(came());
  EXPECT_TRUE(bench_.feed().event(gst_event_new_flush_stop(TRUE)));
  EXPECT_EQ(ends(), 0u);
}

TEST_F(SinkStalledDrain, AnswersWhoAsks) {
  gint64 position = 0;
  EXPECT_TRUE(gst_element_query_position(bench_.element(), GST_FORMAT_TIME, &position));
  EXPECT_NEAR(static_cast<double>(position), 10e9, 1e8);
  Ptr<GstQuery> latency(gst_query_new_latency());
  EXPECT_TRUE(gst_element_query(bench_.element(), latency.get()));
  EXPECT_TRUE(waits());
}

TEST_F(SinkDrain, MayBeFollowedByAFlushAndAnotherEnd) {
  ASSERT_TRUE(bench_.feed().flush());
  EXPECT_FALSE(came());
  bench_.pipeline().record().clear();
  begin_at(bench_.feed(), 30s);
  EXPECT_EQ(bench_.feed().tones(30s, 40s), GST_FLOW_OK);
  ASSERT_TRUE(bench_.finish());
  EXPECT_TRUE(same_words(bench_.words(), words_between(30s, 40s)));
  EXPECT_EQ(ends(), 1u);
}

TEST_F(SinkDrain, GoesOnBehindAPause) {
  for (int round = 0; round < 50 && waits(); ++round) {
    EXPECT_NE(bench_.pipeline().change(GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    EXPECT_NE(bench_.pipeline().change(GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  }
  EXPECT_TRUE(came());
  EXPECT_EQ(ends(), 1u);
  EXPECT_TRUE(same_words(bench_.words(), words_between(0s, 10s)));
}

// The words come, and the end when it plays.
TEST_F(SinkDrain, HasItsEndWhenItPlaysAgain) {
  EXPECT_EQ(bench_.pipeline().change(GST_STATE_PAUSED), GST_STATE_CHANGE_SUCCESS);
  ASSERT_TRUE(bench_.pipeline().wait_for("deepgram/metadata"));
  ASSERT_TRUE(bench_.pipeline().wait_for_state("closed"));
  EXPECT_TRUE(waits());
  EXPECT_EQ(ends(), 0u);
  EXPECT_EQ(bench_.pipeline().change(GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
  EXPECT_TRUE(came());
  EXPECT_EQ(ends(), 1u);
  EXPECT_TRUE(same_words(bench_.words(), words_between(0s, 10s)));
}

TEST_F(SinkDrain, IsNotCutOffByAStep) {
  EXPECT_EQ(bench_.pipeline().change(GST_STATE_PAUSED), GST_STATE_CHANGE_SUCCESS);
  EXPECT_TRUE(gst_element_send_event(bench_.element(),
                                     gst_event_new_step(GST_FORMAT_BUFFERS, 1, 1.0, TRUE, FALSE)));
  bench_.pipeline().change(GST_STATE_PLAYING);
  EXPECT_TRUE(came());
  EXPECT_TRUE(bench_.pipeline().wait_for(GST_MESSAGE_EOS));
  EXPECT_TRUE(same_words(bench_.words(), words_between(0s, 10s)));
}

// --- in a pipeline that is paused

TEST(SinkPaused, PrerollsWithTheEnd) {
  Bench bench({.server = {.faults = {"stall-results-after=1"}}, .sink = true});
  bench.play();
  bench.feed().tones(0s, 10s);
  EXPECT_EQ(bench.pipeline().change(GST_STATE_PAUSED), GST_STATE_CHANGE_ASYNC);
  auto ended = std::async(std::launch::async, [&] {
    return gst_pad_push_event(bench.feed().pad(), gst_event_new_eos());
  });
  EXPECT_TRUE(bench.pipeline().reach(GST_STATE_PAUSED));  // and waits for no service
  EXPECT_TRUE(bench.pipeline().messages(GST_MESSAGE_EOS).empty());
  EXPECT_EQ(bench.pipeline().change(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  EXPECT_FALSE(ended.get());
}

// A step lets go on what waits for the pipeline to play. With async=true it is that which plays
// then.
TEST(SinkPaused, PlaysAtOnceBehindAStep) {
  Bench bench({.server = {.faults = {"stall-results-after=1"}},
               .sink = true,
               .properties = {{"drain-timeout", "60000"}, {"async", "false"}}});
  bench.play();
  bench.feed().tones(0s, 10s);
  EXPECT_EQ(bench.pipeline().change(GST_STATE_PAUSED), GST_STATE_CHANGE_SUCCESS);
  auto ended = std::async(std::launch::async, [&] {
    return gst_pad_push_event(bench.feed().pad(), gst_event_new_eos());
  });
  EXPECT_TRUE(bench.pipeline().reach(GST_STATE_PAUSED));
  EXPECT_TRUE(gst_element_send_event(bench.element(),
                                     gst_event_new_step(GST_FORMAT_BUFFERS, 1, 1.0, TRUE, FALSE)));
  EXPECT_TRUE(bench.server().wait([](const std::vector<server::Seen>& seen) {
    return !seen.empty() && !seen[0].commands.empty() &&
           seen[0].commands.back().text.find("CloseStream") != std::string::npos;
  }));
  EXPECT_NE(bench.pipeline().change(GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  EXPECT_EQ(bench.pipeline().change(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  EXPECT_FALSE(ended.get());
}

// As audio does, and is taken when that is.
TEST(SinkPaused, PrerollsWithAHole) {
  Bench bench({.sink = true});
  bench.play();
  bench.feed().tones(0s, 4900ms);
  EXPECT_EQ(bench.pipeline().change(GST_STATE_PAUSED), GST_STATE_CHANGE_ASYNC);
  auto pushed = std::async(std::launch::async, [&] {
    return gst_pad_push_event(bench.feed().pad(),
                              gst_event_new_gap(4900 * GST_MSECOND, 5 * GST_SECOND));
  });
  EXPECT_TRUE(bench.pipeline().reach(GST_STATE_PAUSED));
  EXPECT_TRUE(pushed.wait_for(0s) == std::future_status::timeout);
  bench.pipeline().change(GST_STATE_PLAYING);
  EXPECT_TRUE(pushed.get());
  bench.feed().tones(10s, 15s);
  ASSERT_TRUE(bench.finish());
  std::vector<Heard> expected = words_between(0s, 4900ms), later = words_between(10s, 15s);
  expected.insert(expected.end(), later.begin(), later.end());
  EXPECT_TRUE(same_words(bench.words(), expected));
}

TEST(SinkPaused, EndsWhenItPlays) {
  Bench bench({.sink = true});
  bench.play();
  bench.feed().tones(0s, 10s);
  EXPECT_EQ(bench.pipeline().change(GST_STATE_PAUSED), GST_STATE_CHANGE_ASYNC);
  auto ended = std::async(std::launch::async, [&] {
    return gst_pad_push_event(bench.feed().pad(), gst_event_new_eos());
  });
  EXPECT_TRUE(bench.pipeline().reach(GST_STATE_PAUSED));
  EXPECT_TRUE(bench.pipeline().messages(GST_MESSAGE_EOS).empty());
  bench.pipeline().change(GST_STATE_PLAYING);
  EXPECT_TRUE(ended.get());
  ASSERT_TRUE(bench.pipeline().wait_for(GST_MESSAGE_EOS));
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
}

// --- with a file in front, which seeks

class SinkFile : public testing::Test {
 protected:
  static constexpr Nanos kLength = 10s;

  SinkFile() {
    pipeline_.set("url", server_->url());
    pipeline_.set("max-rate", "0");
  }

  bool seek(Nanos to) {
    auto flags = static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE);
    Watchdog::Guard guard(pipeline_.watchdog());
    return gst_element_seek_simple(pipeline_.bin(), GST_FORMAT_TIME, flags,
                                   static_cast<gint64>(to.count()));
  }

  const Recording file_{kLength};
  std::unique_ptr<server::Server> server_ =
      std::move(*server::Server::start({.faults = {"delay-results=500"}}));
  Pipeline pipeline_{"filesrc location=" + file_.path() +
                     " ! matroskademux ! audio/x-raw ! queue ! deepgramsink name=dg"};
};

TEST_F(SinkFile, IsToldToItsEnd) {
  pipeline_.change(GST_STATE_PLAYING);
  ASSERT_TRUE(pipeline_.wait_for(GST_MESSAGE_EOS));
  EXPECT_TRUE(same_words(words_told(pipeline_.record().copy()), words_between(0s, kLength)));
}

TEST_F(SinkFile, MaySeekInTheDrain) {
  pipeline_.change(GST_STATE_PLAYING);
  ASSERT_TRUE(pipeline_.wait_for_state("draining"));
  EXPECT_TRUE(seek(4900ms));
  EXPECT_TRUE(pipeline_.messages(GST_MESSAGE_EOS).empty());
  pipeline_.record().clear();
  ASSERT_TRUE(pipeline_.wait_for(GST_MESSAGE_EOS));
  // Running time begins anew.
  EXPECT_TRUE(
      same_words(words_told(pipeline_.record().copy()), words_between(4900ms, kLength, -4900ms)));
}

TEST_F(SinkFile, MaySeekBehindTheEndAndWhilePaused) {
  pipeline_.change(GST_STATE_PLAYING);
  ASSERT_TRUE(pipeline_.wait_for(GST_MESSAGE_EOS));
  ASSERT_TRUE(pipeline_.reach(GST_STATE_PAUSED));
  pipeline_.record().clear();
  EXPECT_TRUE(seek(4900ms));
  ASSERT_TRUE(pipeline_.reach(GST_STATE_PAUSED));  // prerolls again
  EXPECT_TRUE(pipeline_.messages("deepgram/results").empty());
  pipeline_.change(GST_STATE_PLAYING);
  ASSERT_TRUE(pipeline_.wait_for(GST_MESSAGE_EOS));
  EXPECT_TRUE(
      same_words(words_told(pipeline_.record().copy()), words_between(4900ms, kLength, -4900ms)));
}

}  // namespace
}  // namespace dg
