// SPDX-License-Identifier: LGPL-2.1-or-later
// Seeks: nothing of before is said behind them, and the connection stays.
#include <future>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"
#include "support/chance.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

void begin_at(Feed& feed, Nanos start) {
  feed.segment([=](GstSegment& segment) { segment.start = segment.time = clock(start); });
}

// Those that came so far are the first of those that should.
testing::AssertionResult are_first_of(const std::vector<Heard>& heard, std::vector<Heard> all) {
  all.resize(std::min(heard.size(), all.size()));
  return same_words(heard, all);
}

class TranscribeFlush : public testing::Test {
 protected:
  // From elsewhere, in the middle of what streams.
  void flush(std::future<GstFlowReturn>& pushed) {
    EXPECT_TRUE(bench_.feed().event(gst_event_new_flush_start()));
    GstFlowReturn flow = pushed.get();
    EXPECT_TRUE(flow == GST_FLOW_OK || flow == GST_FLOW_FLUSHING) << gst_flow_get_name(flow);
    EXPECT_TRUE(bench_.feed().event(gst_event_new_flush_stop(TRUE)));
    bench_.pipeline().record().clear();
  }

  Bench bench_;
};

TEST_F(TranscribeFlush, MayComeAtAnyMoment) {
  constexpr int kRounds = 60;  // DG_ROUNDS says otherwise
  std::mt19937 random(drawn_seed());
  bench_.play();
  for (long round = number_from("DG_ROUNDS", kRounds); round > 0; --round) {
    // Between words: the start of the last word before and the rest of this one may make a whole.
    Nanos start = 500ms * up_to(random, 7200) + 400ms;
    begin_at(bench_.feed(), start);
    auto pushed =
        std::async(std::launch::async, [&] { return bench_.feed().tones(start, start + 20s); });
    int words = up_to(random, 8);
    bool came = words <= 4 || bench_.wait_for_words(static_cast<std::size_t>(words));
    EXPECT_TRUE(came);
    EXPECT_TRUE(are_first_of(bench_.words(), words_between(start, start + 20s)));
    flush(pushed);
  }
  begin_at(bench_.feed(), 100s);
  EXPECT_EQ(bench_.feed().tones(100s, 120s), GST_FLOW_OK);
  ASSERT_TRUE(bench_.finish());
  EXPECT_TRUE(same_words(bench_.words(), words_between(100s, 120s)));
  EXPECT_EQ(bench_.server().requests().size(), 1u);
}

TEST_F(TranscribeFlush, EndsADrain) {
  bench_.play();
  bench_.feed().tones(0s, 10s);
  bench_.feed().end();
  ASSERT_TRUE(bench_.feed().flush());
  begin_at(bench_.feed(), 30s);
  bench_.pipeline().record().clear();
  EXPECT_EQ(bench_.feed().tones(30s, 40s), GST_FLOW_OK);
  ASSERT_TRUE(bench_.finish());
  EXPECT_TRUE(same_words(bench_.words(), words_between(30s, 40s)));
}

TEST_F(TranscribeFlush, MayComeBehindTheEnd) {
  bench_.play();
  bench_.feed().tones(0s, 10s);
  ASSERT_TRUE(bench_.finish());
  ASSERT_TRUE(bench_.feed().flush());
  bench_.pipeline().record().clear();
  begin_at(bench_.feed(), 30s);
  EXPECT_EQ(bench_.feed().tones(30s, 40s), GST_FLOW_OK);
  ASSERT_TRUE(bench_.finish());
  EXPECT_TRUE(same_words(bench_.words(), words_between(30s, 40s)));
}

// The stream is described again to whoever lost its sticky events, and only its time is new.
TEST_F(TranscribeFlush, IsFollowedByASegmentAndAGap) {
  bench_.play();
  bench_.feed().tones(0s, 5s);
  ASSERT_TRUE(bench_.feed().flush());
  bench_.pipeline().record().clear();
  begin_at(bench_.feed(), 30s);
  ASSERT_TRUE(bench_.pipeline().record().wait(
      [](const Record::Entries& entries) { return !events_in(entries, GST_EVENT_GAP).empty(); }));
  auto gaps = bench_.pipeline().events(GST_EVENT_GAP);
  GstClockTime from = 0, duration = 1;
  gst_event_parse_gap(gaps.at(0).get(), &from, &duration);
  EXPECT_EQ(from, 30 * GST_SECOND);
  EXPECT_EQ(duration, 0u);
  EXPECT_EQ(bench_.pipeline().events(GST_EVENT_SEGMENT).size(), 1u);
}

}  // namespace
}  // namespace dg
