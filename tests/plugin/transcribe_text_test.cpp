// SPDX-License-Identifier: LGPL-2.1-or-later
// The text buffers: what is in them, and what goes with them.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using server::RecognizerKind;

// Says what a scenario has it say.
Bench::Setup scripted(const char* scenario) {
  Bench::Setup setup;
  setup.server.recognizer = RecognizerKind::Script;
  setup.server.scenario = scenario;
  return setup;
}

void run(Bench& bench, Nanos length = 10s) {
  bench.play();
  bench.feed().tones(0s, length);
  ASSERT_TRUE(bench.finish());
}

TEST(TranscribeText, HasTimesAndItsWords) {
  Bench bench;
  run(bench);
  auto texts = bench.pipeline().texts();
  ASSERT_EQ(texts.size(), 20u);
  for (const TextBuffer& text : texts) {
    EXPECT_TRUE(GST_CLOCK_TIME_IS_VALID(text.pts));
    EXPECT_GT(text.duration, 0u);
    ASSERT_TRUE(text.words);
    const GValue* words = gst_structure_get_value(text.words.get(), "words");
    ASSERT_TRUE(GST_VALUE_HOLDS_ARRAY(words));
    ASSERT_EQ(gst_value_array_get_size(words), 1u);
    const GstStructure* word = gst_value_get_structure(gst_value_array_get_value(words, 0));
    EXPECT_EQ(text_field(word, "punctuated-word"), text.text);
    EXPECT_EQ(time_field(word, "start"), text.pts);
    EXPECT_EQ(time_field(word, "end"), text.end());
    EXPECT_EQ(int_field(text.words.get(), "channel"), 0);
    EXPECT_FALSE(bool_field(text.words.get(), "continued"));
  }
}

TEST(TranscribeText, IsAnUtteranceIfTold) {
  Bench bench;
  gst_util_set_object_arg(G_OBJECT(bench.element()), "granularity", "utterance");
  bench.play();
  bench.feed().tones(0s, 4900ms);
  bench.feed().gap(4900ms, 5100ms);
  bench.feed().tones(10s, 15s);
  ASSERT_TRUE(bench.finish());
  auto texts = bench.pipeline().texts();
  ASSERT_EQ(texts.size(), 2u);
  std::vector<Heard> expected = words_between(0s, 4900ms);
  for (const Heard& word : words_between(10s, 15s)) expected.push_back(word);
  EXPECT_TRUE(same_words(bench.words(), expected));
  EXPECT_NEAR(static_cast<double>(texts[0].end()), 4.8e9, 20e6);
  EXPECT_NEAR(static_cast<double>(texts[1].end()), 14.8e9, 20e6);
}

constexpr char kMarkup[] =
    R"([{"at":3,"say":"R&B <now> --> \"don't\"","start":0,"duration":2,"speech_final":true}])";

TEST(TranscribeText, IsPlainWhereItMayBe) {
  Bench bench(scripted(kMarkup));
  bench.pipeline().set("granularity", "utterance");
  run(bench);
  auto texts = bench.pipeline().texts();
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_EQ(texts[0].text, "R&B <now> -> \"don't\"");
}

TEST(TranscribeText, IsEscapedWhereMarkupIsWanted) {
  Bench::Setup setup = scripted(kMarkup);
  setup.after = "text/x-raw,format=pango-markup ! fakesink sync=false async=false";
  Bench bench(setup);
  bench.pipeline().set("granularity", "utterance");
  run(bench);
  auto texts = bench.pipeline().texts();
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_EQ(texts[0].text, "R&amp;B &lt;now&gt; -&gt; \"don't\"");
}

TEST(TranscribeText, ChangesToMarkupWhenThatIsWanted) {
  Bench bench({.after = "capsfilter name=filter caps=text/x-raw,format=utf8 ! "
                        "fakesink sync=false async=false"});
  bench.play();
  bench.feed().tones(0s, 5s);
  ASSERT_TRUE(bench.wait_for_words(4));
  Ptr<GstCaps> markup(gst_caps_from_string("text/x-raw,format=pango-markup"));
  g_object_set(bench.pipeline().find("filter"), "caps", markup.get(), nullptr);
  bench.feed().tones(5s, 10s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
  EXPECT_EQ(bench.pipeline().events(GST_EVENT_CAPS).size(), 2u);
}

// Whoever speaks is told in the shape that consumers of other transcribers know.
TEST(TranscribeText, TellsWhoSpeaks) {
  Bench bench(scripted(
      R"([{"at":2,"say":"one two","start":0,"duration":1,"speaker":0,"speech_final":true},
          {"at":4,"say":"three","start":2,"duration":1,"speaker":1,"speech_final":true}])"));
  run(bench);
  auto entries = bench.pipeline().record().copy();
  std::vector<std::string> changes, items;
  for (const EventRef& event : events_in(entries, GST_EVENT_CUSTOM_DOWNSTREAM))
    if (gst_event_has_name(event.get(), "rstranscribe/speaker-change"))
      changes.push_back(text_field(gst_event_get_structure(event.get()), "speaker"));
  for (const EventRef& event : upstream_in(entries, GST_EVENT_CUSTOM_UPSTREAM))
    items.push_back(text_field(gst_event_get_structure(event.get()), "content"));
  EXPECT_EQ(changes, (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(items, (std::vector<std::string>{"one", "two", "three"}));
}

TEST(TranscribeText, TellsWhatEndsAnUtterance) {
  Bench bench(scripted(R"([{"at":2,"say":"one two","start":0,"duration":1,"speech_final":true}])"));
  run(bench);
  auto finals = bench.pipeline().events(GST_EVENT_CUSTOM_DOWNSTREAM);
  ASSERT_EQ(finals.size(), 1u);
  EXPECT_TRUE(gst_event_has_name(finals[0].get(), "rstranscribe/final-transcript"));
}

// Each channel by itself, and all of them in the order of time.
TEST(TranscribeText, OfSeveralChannelsComesInOrder) {
  Bench bench({.channels = 2, .properties = {{"multichannel", "true"}}});
  run(bench);
  auto texts = bench.pipeline().texts();
  ASSERT_EQ(texts.size(), 40u);
  int second = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(words_in({texts[i]}).at(0).number, static_cast<long>(i / 2));
    EXPECT_GE(texts[i].pts, texts[i > 0 ? i - 1 : 0].pts);
    second += int_field(texts[i].words.get(), "channel");
  }
  EXPECT_EQ(second, 20);
}

// An interim that no final ever replaced is better than nothing.
TEST(TranscribeText, OfTheLastInterimIsNotLost) {
  Bench bench(scripted(R"([{"at":5,"say":"so far so","start":0,"duration":5,"final":false}])"));
  run(bench);
  auto texts = bench.pipeline().texts();
  ASSERT_EQ(texts.size(), 3u);
  EXPECT_EQ(texts[2].text, "so");
}

}  // namespace
}  // namespace dg
