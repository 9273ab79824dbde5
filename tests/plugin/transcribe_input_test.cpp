// SPDX-License-Identifier: LGPL-2.1-or-later
// Input that is not as it should be, and what is asked of the element.
#include <string>
#include <vector>

#include <gst/check/gsttestclock.h>
#include <gtest/gtest.h>

#include "support/bench.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

// Pushes the oracle's audio in buffers of 20 ms, each changed a little.
void push_changed(Feed& feed, Nanos to,
                  const std::function<Ptr<GstBuffer>(Ptr<GstBuffer>)>& change) {
  constexpr Nanos kStep = 20ms;
  for (Nanos at{}; at < to; at += kStep)
    EXPECT_EQ(feed.push(change(feed.buffer(at, at + kStep))), GST_FLOW_OK);
}

Ptr<GstBuffer> without_time(Ptr<GstBuffer> buffer) {
  GST_BUFFER_PTS(buffer.get()) = GST_BUFFER_DURATION(buffer.get()) = GST_CLOCK_TIME_NONE;
  return buffer;
}

TEST(TranscribeInput, MayHaveNoTimes) {
  Bench bench;
  bench.play();
  push_changed(bench.feed(), 10s, without_time);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
}

TEST(TranscribeInput, WithoutTimesBeginsWithTheSegment) {
  Bench bench;
  bench.play();
  bench.feed().segment([](GstSegment& segment) { segment.start = 50 * GST_SECOND; });
  push_changed(bench.feed(), 10s, without_time);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s, 50s)));
}

TEST(TranscribeInput, WithoutTimesGoesOnBehindAGap) {
  Bench bench;
  bench.play();
  bench.feed().tones(0s, 4s);
  ASSERT_TRUE(bench.feed().gap(4s, 1s));
  for (Nanos at = 4s; at < 8s; at += 20ms)
    EXPECT_EQ(bench.feed().push(without_time(bench.feed().buffer(at, at + 20ms))), GST_FLOW_OK);
  ASSERT_TRUE(bench.finish());
  std::vector<Heard> expected = words_between(0s, 4s), behind = words_between(4s, 8s, 1s);
  expected.insert(expected.end(), behind.begin(), behind.end());
  EXPECT_TRUE(same_words(bench.words(), expected));
}

TEST(TranscribeInput, MayHaveASegmentOfBytes) {
  Bench bench;
  bench.pipeline().change(GST_STATE_PLAYING);
  bench.feed().stream_start();
  bench.feed().caps();
  EXPECT_TRUE(bench.feed().segment(GST_FORMAT_BYTES));
  push_changed(bench.feed(), 10s, without_time);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
}

TEST(TranscribeInput, MayEndInsideOfASample) {
  Bench bench;
  bench.play();
  push_changed(bench.feed(), 10s, [](Ptr<GstBuffer> buffer) {
    gst_buffer_append_memory(buffer.get(), gst_allocator_alloc(nullptr, 1, nullptr));
    return buffer;
  });
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
}

TEST(TranscribeInput, MayBeEmptyAtTimes) {
  Bench bench;
  bench.play();
  push_changed(bench.feed(), 10s, [&](Ptr<GstBuffer> buffer) {
    Ptr<GstBuffer> empty(gst_buffer_new());
    GST_BUFFER_PTS(empty.get()) = GST_BUFFER_PTS(buffer.get());
    EXPECT_EQ(bench.feed().push(std::move(empty)), GST_FLOW_OK);
    return buffer;
  });
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
  EXPECT_EQ(bench.server().requests().at(0).empty_frames, 0u);
}

// Rounded to milliseconds and off by more: still the same stream.
TEST(TranscribeInput, MayJitter) {
  Bench bench;
  bench.play();
  int count = 0;
  push_changed(bench.feed(), 10s, [&](Ptr<GstBuffer> buffer) {
    GST_BUFFER_PTS(buffer.get()) += (count++ % 3) * 5 * GST_MSECOND;
    return buffer;
  });
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
  EXPECT_EQ(bench.server().requests().at(0).bytes, bench.feed().bytes_in(10s));
}

TEST(TranscribeInput, MayComeAgain) {
  Bench bench;
  bench.play();
  bench.feed().tones(0s, 4900ms);
  bench.feed().offset(-4900ms);  // without a segment or a flush
  EXPECT_EQ(bench.feed().tones(4900ms, 10s), GST_FLOW_OK);
  ASSERT_TRUE(bench.finish());
  std::vector<Heard> words = bench.words();
  ASSERT_EQ(words.size(), 20u);
  for (std::size_t i = 0; i < words.size(); ++i) EXPECT_EQ(words[i].number, static_cast<long>(i));
}

TEST(TranscribeInput, PlayedBackwardsIsNotTranscribed) {
  Bench bench;
  bench.pipeline().change(GST_STATE_PLAYING);
  bench.feed().stream_start();
  bench.feed().caps();
  bench.feed().segment([](GstSegment& segment) {
    segment.rate = -1;
    segment.stop = 10 * GST_SECOND;
  });
  EXPECT_EQ(bench.feed().tones(5s, 10s), GST_FLOW_OK);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(bench.server().requests().empty());
  EXPECT_TRUE(bench.pipeline().texts().empty());
  auto gaps = bench.pipeline().events(GST_EVENT_GAP);
  ASSERT_EQ(gaps.size(), 251u);  // where it begins, and for each buffer
  GstClockTime first = 0, last = 0;
  gst_event_parse_gap(gaps.front().get(), &first, nullptr);
  gst_event_parse_gap(gaps.back().get(), &last, nullptr);
  EXPECT_EQ(first, 10 * GST_SECOND);
  EXPECT_EQ(last, 10 * GST_SECOND - 20 * GST_MSECOND);
}

TEST(TranscribeInput, BeforeCapsIsRefused) {
  Bench bench;
  bench.pipeline().change(GST_STATE_PLAYING);
  bench.feed().stream_start();
  bench.feed().segment();
  EXPECT_EQ(bench.feed().push(bench.feed().buffer(0s, 20ms)), GST_FLOW_NOT_NEGOTIATED);
}

// --- flows

TEST(TranscribeFlow, OfAnUnlinkedTextPadDoesNotStopTheAudio) {
  Bench bench;
  Ptr<GstPad> source(gst_element_get_static_pad(bench.element(), "src"));
  Ptr<GstPad> sink(gst_pad_get_peer(source.get()));
  gst_pad_unlink(source.get(), sink.get());
  bench.play();
  EXPECT_EQ(bench.feed().tones(0s, 20s), GST_FLOW_OK);
  EXPECT_TRUE(bench.feed().end());
  EXPECT_TRUE(bench.pipeline().wait_for("deepgram/metadata"));
  EXPECT_GE(bench.pipeline().messages("deepgram/results").size(), 5u);
  EXPECT_TRUE(bench.pipeline().messages(GST_MESSAGE_ERROR).empty());
}

TEST(TranscribeFlow, OfABrokenTextPadStopsIt) {
  Bench bench({.after = "identity error-after=2 ! fakesink async=false"});
  bench.play();
  GstFlowReturn flow = GST_FLOW_OK;
  bench.feed().tones(0s, 10s);
  EXPECT_TRUE(bench.pipeline().wait_for(GST_MESSAGE_ERROR));
  while (flow == GST_FLOW_OK) flow = bench.feed().tones(10s, 11s);
  EXPECT_EQ(flow, GST_FLOW_ERROR);
}

// --- queries and events from downstream

struct Latency {
  gboolean live = FALSE;
  GstClockTime least = 0, most = 0;
};

Latency latency_of(Bench& bench) {
  Latency latency;
  Ptr<GstPad> source(gst_element_get_static_pad(bench.element(), "src"));
  Ptr<GstQuery> query(gst_query_new_latency());
  EXPECT_TRUE(gst_pad_query(source.get(), query.get()));
  gst_query_parse_latency(query.get(), &latency.live, &latency.least, &latency.most);
  return latency;
}

TEST(TranscribeLatency, OfAFileIsUpstreams) {
  Bench bench;
  bench.feed().live(false, 30ms);
  Latency latency = latency_of(bench);
  EXPECT_FALSE(latency.live);
  EXPECT_EQ(latency.least, 30 * GST_MSECOND);
  EXPECT_EQ(latency.most, GST_CLOCK_TIME_NONE);
}

TEST(TranscribeLatency, OfALiveSourceHasOursInIt) {
  Bench bench({.properties = {{"latency", "3000"}}});
  bench.feed().live(true, 30ms);
  Latency latency = latency_of(bench);
  EXPECT_TRUE(latency.live);
  EXPECT_EQ(latency.least, 3030 * GST_MSECOND);
  EXPECT_EQ(latency.most, GST_CLOCK_TIME_NONE);
}

TEST(TranscribeLatency, IsAnsweredWithoutAnUpstream) {
  Pipeline pipeline("deepgramtranscribe name=dg ! fakesink");
  Ptr<GstPad> source(gst_element_get_static_pad(pipeline.element(), "src"));
  Ptr<GstQuery> query(gst_query_new_latency());
  EXPECT_TRUE(gst_pad_query(source.get(), query.get()));
}

TEST(TranscribeLatency, ChangeIsTold) {
  Bench bench;
  bench.pipeline().set("latency", "2000");  // as it was
  EXPECT_TRUE(bench.pipeline().messages(GST_MESSAGE_LATENCY).empty());
  bench.pipeline().set("latency", "2500");
  EXPECT_EQ(bench.pipeline().messages(GST_MESSAGE_LATENCY).size(), 1u);
}

TEST(TranscribeQueries, PositionIsTheTexts) {
  Bench bench;
  bench.pipeline().change(GST_STATE_PLAYING);
  bench.feed().stream_start();
  bench.feed().caps();
  bench.feed().segment([](GstSegment& segment) { segment.time = 100 * GST_SECOND; });
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  Ptr<GstPad> source(gst_element_get_static_pad(bench.element(), "src"));
  gint64 position = 0;
  ASSERT_TRUE(gst_pad_query_position(source.get(), GST_FORMAT_TIME, &position));
  EXPECT_EQ(position, static_cast<gint64>(110 * GST_SECOND));
}

TEST(TranscribeQueries, NoBuffersAreOfferedUpstream) {
  Bench bench;
  bench.play();
  Ptr<GstCaps> caps(gst_pad_get_current_caps(bench.feed().pad()));
  Ptr<GstQuery> query(gst_query_new_allocation(caps.get(), TRUE));
  EXPECT_FALSE(gst_pad_peer_query(bench.feed().pad(), query.get()));
}

TEST(TranscribeQueries, QualityOfServiceStaysHere) {
  Bench bench;
  bench.play();
  Ptr<GstPad> source(gst_element_get_static_pad(bench.element(), "src"));
  EXPECT_TRUE(gst_pad_send_event(source.get(), gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 2, 0, 0)));
  EXPECT_TRUE(gst_pad_send_event(source.get(), gst_event_new_reconfigure()));
  EXPECT_TRUE(upstream_in(bench.pipeline().record().copy(), GST_EVENT_QOS).empty());
}

// --- live, on a clock of the test

class TranscribeLive : public testing::Test {
 protected:
  TranscribeLive() {
    gst_pipeline_use_clock(GST_PIPELINE(bench_.pipeline().bin()), clock_.get());
    bench_.feed().live(true);
    bench_.play();
  }

  // Lets so many beats of 50 ms pass.
  void pass(int beats) {
    for (int beat = 0; beat < beats; ++beat) {
      Watchdog::Guard guard(bench_.pipeline().watchdog());
      gst_test_clock_wait_for_next_pending_id(GST_TEST_CLOCK(clock_.get()), nullptr);
      gst_test_clock_crank(GST_TEST_CLOCK(clock_.get()));
    }
  }

  // Whether it is told in time that nothing was said until then.
  bool silent_until(Nanos time) {
    return bench_.pipeline().record().wait([=](const Record::Entries& entries) {
      auto gaps = events_in(entries, GST_EVENT_GAP);
      GstClockTime from = 0, duration = 0;
      if (!gaps.empty()) gst_event_parse_gap(gaps.back().get(), &from, &duration);
      return from + duration == clock(time);
    });
  }

  Ptr<GstClock> clock_{gst_test_clock_new()};
  Bench bench_{{.server = {.faults = {"no-answer"}}}};
};

// Overlays wait for the text of a frame; when the service is away, somebody must say that there is
// none: 60 ms before it is due.
TEST_F(TranscribeLive, TimeGoesOnWithoutTheService) {
  bench_.feed().tones(0s, 1s);
  pass(101);  // the first is at 0
  EXPECT_TRUE(silent_until(5s - 2s + 60ms));
}

TEST_F(TranscribeLive, TimeGoesOnAfterAFlush) {
  bench_.feed().tones(0s, 1s);
  pass(101);
  EXPECT_TRUE(bench_.feed().event(gst_event_new_flush_start()));
  pass(1);
  EXPECT_TRUE(bench_.feed().event(gst_event_new_flush_stop(FALSE)));
  EXPECT_TRUE(bench_.feed().segment());
  pass(99);
  EXPECT_TRUE(silent_until(10s - 2s + 60ms));
}

}  // namespace
}  // namespace dg
