// SPDX-License-Identifier: LGPL-2.1-or-later
// How long a live pipeline waits for text: what is asked for, what is done when it is too little,
// and what is told of it.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/livepicture.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kFrame = LivePicture::kFrame;
// Between the beats of GAPs and late text.
constexpr Nanos kBeat = 50ms;
constexpr int kWords = 12;

// Each word by itself, final so long after its end.
std::vector<Say> words_after(Nanos delay) {
  std::vector<Say> out;
  out.reserve(kWords);
  for (int i = 0; i < kWords; ++i) out.push_back(counted::final(i, i + 1, delay));
  return out;
}

guint64 late_words(LivePicture& live) {
  return time_field(live.pipeline().stats().get(), "late-words");
}

// --- what is asked for

TEST(TranscribeLatency, IsNoneOfTextThatIsShownAsItComes) {
  Bench bench({.properties = {{"latency", "1500"}, {"timing", "arrival"}}});
  bench.feed().live(true, 30ms);
  Ptr<GstPad> pad(gst_element_get_static_pad(bench.element(), "src"));
  Ptr<GstQuery> query(gst_query_new_latency());
  EXPECT_TRUE(gst_pad_query(pad.get(), query.get()));
  gboolean live = FALSE;
  GstClockTime least = 0;
  gst_query_parse_latency(query.get(), &live, &least, nullptr);
  EXPECT_TRUE(live);
  EXPECT_EQ(least, 30 * GST_MSECOND);
}

// --- what is done

// Text of 2.6 s ago is late by 0.6 s, until that much more is waited for.
TEST(TranscribeLatency, MayBeChangedWhilePlaying) {
  LivePicture live(words_after(2100ms), {{"latency", "2000"}, {"granularity", "word"}});
  live.run_until(4s);
  live.pipeline().set("latency", "3000");
  live.shown_after(3s);
  live.run_until(counted::start(kWords) + 4s);
  for (int i = 0; i < kWords; ++i) {
    auto first = live.first_with(counted::word(i));
    ASSERT_TRUE(first) << counted::word(i);
    Nanos late = *first - counted::start(i);
    EXPECT_LE(late, 660ms + kBeat + kFrame) << counted::word(i);
    EXPECT_TRUE(i > 0 || late >= 600ms);
    EXPECT_LE(i < 4 ? 0ms : late, kFrame) << counted::word(i);
  }
  EXPECT_LE(late_words(live), 4u);
}

TEST(TranscribeLatency, ThatIsTooLittleShowsWordsAtOnce) {
  LivePicture live(words_after(1100ms), {{"latency", "1000"}, {"granularity", "rollup"}});
  live.run_until(counted::start(kWords) + 3s);
  for (int i = 0; i < kWords; ++i) {
    auto first = live.first_with(counted::word(i));
    ASSERT_TRUE(first) << counted::word(i);
    EXPECT_NEAR(static_cast<double>((*first - counted::start(i)) / 1ms), 660,
                (kBeat + kFrame) / 1ms)
        << counted::word(i);
  }
  EXPECT_EQ(late_words(live), static_cast<guint64>(kWords));
}

// It waits downstream, and what comes meanwhile is not late.
TEST(TranscribeLateness, ShowsEachWordSoMuchLater) {
  LivePicture live(words_after(1000ms), {{"lateness", "1500"}, {"granularity", "rollup"}});
  live.run_until(counted::start(kWords) + 4s);
  for (int i = 0; i < kWords; ++i) {
    auto first = live.first_with(counted::word(i));
    ASSERT_TRUE(first) << counted::word(i);
    EXPECT_LE(abs(*first - counted::start(i) - 1500ms), kFrame) << counted::word(i);
  }
  EXPECT_EQ(late_words(live), 0u);
}

// --- what is told

struct Warned {
  guint delay = 0, enough = 0;
};

std::vector<Warned> warnings_in(Pipeline& pipeline) {
  std::vector<Warned> out;
  for (const MessageRef& message : pipeline.messages(GST_MESSAGE_WARNING)) {
    const GstStructure* details = nullptr;
    GError* error = nullptr;
    gst_message_parse_warning(message.get(), &error, nullptr);
    Ptr<GError> owned(error);
    gst_message_parse_warning_details(message.get(), &details);
    EXPECT_TRUE(g_error_matches(error, GST_CORE_ERROR, GST_CORE_ERROR_CLOCK));
    EXPECT_TRUE(gst_structure_has_name(details, "deepgramtranscribe/excessive-delay"));
    std::string text = error->message;
    Warned warned{uint_field(details, "new-observed-max-delay"), 0};
    std::size_t number = text.rfind("latency=");
    EXPECT_NE(number, std::string::npos) << text;
    warned.enough = static_cast<guint>(std::stoul(text.substr(number + 8)));
    out.push_back(warned);
  }
  return out;
}

// The longest delays that were told, and those that could be read then.
struct Delays {
  std::vector<guint> told;
  guint most = 0;
};

Delays play(LivePicture& live) {
  Delays delays;
  gulong id = g_signal_connect(live.bench().element(), "notify::max-observed-delay",
                               G_CALLBACK(+[](GObject* element, GParamSpec*, gpointer data) {
                                 guint delay = 0;
                                 g_object_get(element, "max-observed-delay", &delay, nullptr);
                                 static_cast<std::vector<guint>*>(data)->push_back(delay);
                               }),
                               &delays.told);
  live.run_until(counted::start(kWords) + 4s);
  g_signal_handler_disconnect(live.bench().element(), id);
  g_object_get(live.bench().element(), "max-observed-delay", &delays.most, nullptr);
  return delays;
}

// The service becomes slower and slower: that is told, but not each time; and that much is enough.
TEST(TranscribeDelay, TellsTheLatencyThatIsEnough) {
  std::vector<Say> said;
  said.reserve(kWords);
  for (int i = 0; i < kWords; ++i)
    said.push_back(counted::final(i, i + 1, 600ms + std::min(i, 1) * 400ms + i * 30ms));
  guint enough = 0;
  {
    LivePicture live(said, {{"latency", "1000"}, {"granularity", "word"}});
    Delays delays = play(live);
    EXPECT_GT(delays.told.size(), 5u);
    EXPECT_TRUE(std::is_sorted(delays.told.begin(), delays.told.end()));
    EXPECT_EQ(delays.told.back(), delays.most);
    EXPECT_NEAR(delays.most, 1830, 2 * kBeat / 1ms);
    EXPECT_EQ(late_words(live), static_cast<guint64>(kWords));
    auto warnings = warnings_in(live.pipeline());
    ASSERT_EQ(warnings.size(), 1u);
    EXPECT_NEAR(warnings[0].delay, 1100, 2 * kBeat / 1ms);
    EXPECT_GE(warnings[0].enough, warnings[0].delay + 60);
    enough = delays.most / 100 * 100 + 200;
  }
  LivePicture live(said, {{"latency", std::to_string(enough)}, {"granularity", "word"}});
  Delays delays = play(live);
  EXPECT_NEAR(delays.most, 1830, 2 * kBeat / 1ms);
  EXPECT_EQ(late_words(live), 0u);
  EXPECT_TRUE(warnings_in(live.pipeline()).empty());
}

class TranscribeDelayOf : public testing::TestWithParam<int> {};

// Whatever the delay is, the number that is told is enough for it.
TEST_P(TranscribeDelayOf, IsMadeGoodByTheNumberThatIsTold) {
  std::vector<Say> said = words_after(GetParam() * 1ms);
  guint enough = 0;
  {
    LivePicture live(said, {{"latency", "300"}, {"granularity", "word"}});
    play(live);
    auto warnings = warnings_in(live.pipeline());
    ASSERT_EQ(warnings.size(), 1u);
    enough = warnings[0].enough;
  }
  LivePicture live(said, {{"latency", std::to_string(enough)}, {"granularity", "word"}});
  play(live);
  EXPECT_EQ(late_words(live), 0u);
  EXPECT_TRUE(warnings_in(live.pipeline()).empty());
}

INSTANTIATE_TEST_SUITE_P(Milliseconds, TranscribeDelayOf, testing::Values(390, 440, 490));

TEST(TranscribeDelay, IsNoWarningWhereNothingWaits) {
  LivePicture live(words_after(1400ms), {{"latency", "1000"}, {"timing", "arrival"}},
                   "wait-text=false");
  Delays delays = play(live);
  EXPECT_NEAR(delays.most, 1900, 2 * kBeat / 1ms);
  EXPECT_TRUE(warnings_in(live.pipeline()).empty());
  EXPECT_EQ(late_words(live), 0u);
}

}  // namespace
}  // namespace dg
