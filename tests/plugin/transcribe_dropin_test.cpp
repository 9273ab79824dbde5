// SPDX-License-Identifier: LGPL-2.1-or-later
// What bins and elements that were written for other transcribers rely on.
#include <future>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

Bench::Setup scripted(const char* scenario) {
  Bench::Setup setup;
  setup.server.recognizer = server::RecognizerKind::Script;
  setup.server.scenario = scenario;
  return setup;
}

void run(Bench& bench) {
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
}

const GstStructure* structure_of(const EventRef& event) {
  return gst_event_get_structure(event.get());
}

// --- what it has

TEST(TranscribeDropin, HasItsTwoPadsFromTheStart) {
  Ptr<GstElement> element(own(gst_element_factory_make("deepgramtranscribe", nullptr)));
  ASSERT_TRUE(element);
  for (const char* name : {"sink", "src"})
    EXPECT_TRUE(Ptr<GstPad>(gst_element_get_static_pad(element.get(), name))) << name;
  EXPECT_EQ(element->numpads, 2);
}

// They are set only if their type is this.
TEST(TranscribeDropin, CountsItsLatencyInMilliseconds) {
  Ptr<GstElement> element(own(gst_element_factory_make("deepgramtranscribe", nullptr)));
  GObjectClass* klass = G_OBJECT_GET_CLASS(element.get());
  for (const char* name : {"latency", "lateness"}) {
    GParamSpec* spec = g_object_class_find_property(klass, name);
    ASSERT_TRUE(spec) << name;
    EXPECT_TRUE(G_IS_PARAM_SPEC_UINT(spec)) << name;
    EXPECT_TRUE(spec->flags & G_PARAM_WRITABLE) << name;
  }
  EXPECT_EQ(G_PARAM_SPEC_UINT(g_object_class_find_property(klass, "latency"))->default_value,
            2000u);
}

TEST(TranscribeDropin, TakesAnyLanguageCodeAndNone) {
  Ptr<GstElement> element(own(gst_element_factory_make("deepgramtranscribe", nullptr)));
  for (const char* code : {"en-US", static_cast<const char*>(nullptr), "de"}) {
    g_object_set(element.get(), "language-code", code, nullptr);
    char* is = nullptr;
    g_object_get(element.get(), "language-code", &is, nullptr);
    Ptr<char> owned(is);
    EXPECT_STREQ(is ? is : "", code ? code : "");
  }
}

// --- its latency

struct Latency {
  gboolean answered = FALSE, live = FALSE;
  GstClockTime least = 0, most = 0;
};

Latency latency_of(GstElement* element) {
  Ptr<GstPad> pad(gst_element_get_static_pad(element, "src"));
  Ptr<GstQuery> query(gst_query_new_latency());
  Latency latency;
  latency.answered = gst_pad_query(pad.get(), query.get());
  gst_query_parse_latency(query.get(), &latency.live, &latency.least, &latency.most);
  return latency;
}

// A bin finds it out so: no caps, no network, no clock, and a source that is never started.
TEST(TranscribeDropin, TellsItsLatencyInPaused) {
  Pipeline pipeline("fakesrc name=source is-live=true ! deepgramtranscribe name=dg latency=1500");
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(gst_element_set_state(pipeline.element(), GST_STATE_PAUSED),
              GST_STATE_CHANGE_SUCCESS);
    Latency latency = latency_of(pipeline.element());
    EXPECT_TRUE(latency.answered);
    EXPECT_TRUE(latency.live);
    EXPECT_EQ(latency.least, 1500 * GST_MSECOND);
    EXPECT_EQ(gst_element_set_state(pipeline.element(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  }
  EXPECT_TRUE(pipeline.events(GST_EVENT_EOS).empty());
  EXPECT_TRUE(pipeline.messages(GST_MESSAGE_ERROR).empty());
}

TEST(TranscribeDropin, KeepsItsLatenessOutOfItsLatency) {
  Bench bench({.properties = {{"latency", "1500"}, {"lateness", "700"}}});
  bench.feed().live(true);
  EXPECT_EQ(latency_of(bench.element()).least, 1500 * GST_MSECOND);
}

// Who asks may be what the text waits for.
TEST(TranscribeDropin, TellsItsLatencyWhileTextIsPushed) {
  Bench bench;
  bool in_time = false;
  struct Probe {
    Bench& bench;
    bool& in_time;
    bool done = false;
  } probe{bench, in_time};
  Ptr<GstPad> pad(gst_element_get_static_pad(bench.element(), "src"));
  gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo*, gpointer data) {
        auto& [to, answered, done] = *static_cast<Probe*>(data);
        if (std::exchange(done, true)) return GST_PAD_PROBE_OK;
        Watchdog::Guard guard(to.pipeline().watchdog());
        answered = std::async(std::launch::async, latency_of, to.element()).get().answered;
        return GST_PAD_PROBE_OK;
      },
      &probe, nullptr);
  run(bench);
  EXPECT_TRUE(in_time);
}

// --- a run and the next

// A bin unlinks it, stops it and starts it again, in the middle of a stream.
TEST(TranscribeDropin, GoesOnWithTheEventsThatStick) {
  Bench bench;
  bench.play();
  bench.feed().tones(0s, 4900ms);
  ASSERT_TRUE(bench.wait_for_words(1));
  Ptr<GstPad> sink(gst_element_get_static_pad(bench.element(), "sink"));
  gst_pad_unlink(bench.feed().pad(), sink.get());
  EXPECT_EQ(gst_element_set_state(bench.element(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  EXPECT_TRUE(bench.pipeline().events(GST_EVENT_EOS).empty());
  EXPECT_TRUE(bench.pipeline().messages(GST_MESSAGE_ERROR).empty());
  bench.pipeline().record().clear();

  EXPECT_EQ(gst_element_set_state(bench.element(), GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
  ASSERT_EQ(gst_pad_link(bench.feed().pad(), sink.get()), GST_PAD_LINK_OK);
  EXPECT_EQ(bench.feed().tones(4900ms, 15s), GST_FLOW_OK);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(4900ms, 15s)));
  EXPECT_EQ(bench.pipeline().events(GST_EVENT_SEGMENT).size(), 1u);
  EXPECT_TRUE(bench.pipeline().texts().at(0).discont);
}

// --- its text

class TranscribeBlank : public testing::TestWithParam<const char*> {};

// Wrapping it divides by zero.
TEST_P(TranscribeBlank, IsNoText) {
  Bench bench(scripted(R"([{"at":1,"say":"","start":0,"duration":1,"speech_final":true},
          {"at":2,"say":"  ","start":1,"duration":1,"speech_final":true},
          {"at":3,"say":" a  b ","start":2,"duration":1,"speech_final":true},
          {"at":4,"send":{"type":"Results","channel_index":[0,1],"start":3,"duration":1,
            "is_final":true,"speech_final":true,"from_finalize":false,
            "channel":{"alternatives":[{"transcript":" ","confidence":1,"words":[
              {"word":"","start":3.1,"end":3.2,"confidence":1},
              {"word":" \n","punctuated_word":"\t","start":3.3,"end":3.4,"confidence":1}]}]}}}])"));
  bench.pipeline().set("granularity", GetParam());
  run(bench);
  std::string all;
  for (const TextBuffer& text : bench.pipeline().texts()) {
    ASSERT_FALSE(text.text.empty());
    EXPECT_FALSE(g_ascii_isspace(text.text.front())) << '"' << text.text << '"';
    EXPECT_FALSE(g_ascii_isspace(text.text.back())) << '"' << text.text << '"';
    all += (all.empty() ? "" : " ") + text.text;
  }
  EXPECT_EQ(all, "a b");
}

INSTANTIATE_TEST_SUITE_P(By, TranscribeBlank, testing::Values("word", "utterance"),
                         [](const auto& one) { return std::string(one.param); });

std::string name_of(const Entry& entry) {
  if (std::holds_alternative<TextBuffer>(entry)) return "text";
  auto* down = std::get_if<EventRef>(&entry);
  auto* up = std::get_if<Upstream>(&entry);
  const EventRef* event = up ? &up->event : down;
  if (!event) return "";
  GstEventType type = GST_EVENT_TYPE(event->get());
  if (type == GST_EVENT_GAP) return "gap";
  bool custom = type == GST_EVENT_CUSTOM_DOWNSTREAM || type == GST_EVENT_CUSTOM_UPSTREAM;
  return custom ? gst_structure_get_name(structure_of(*event)) : "";
}

constexpr char kSpeakers[] =
    R"([{"at":3,"say":"one","start":1,"duration":1,"speaker":0,"speech_final":true},
        {"at":6,"say":"two","start":4,"duration":1,"speaker":1,"speech_final":true}])";

TEST(TranscribeDropin, TellsThingsInOrder) {
  Bench bench(scripted(kSpeakers));
  run(bench);
  std::vector<std::string> names;
  for (const Entry& entry : bench.pipeline().record().copy()) {
    std::string name = name_of(entry);
    bool more_of_it = name == "gap" && !names.empty() && names.back() == name;
    if (!name.empty() && !more_of_it) names.push_back(name);
  }
  std::vector<std::string> item = {"gap", "rstranscribe/speaker-change", "rstranscribe/new-item",
                                   "text", "rstranscribe/final-transcript"};
  std::vector<std::string> expected = item;
  expected.insert(expected.end(), item.begin(), item.end());
  expected.push_back("gap");
  EXPECT_EQ(names, expected);
}

TEST(TranscribeDropin, TellsWhoSpeaksInTheirShape) {
  Bench bench(scripted(kSpeakers));
  bench.pipeline().change(GST_STATE_PLAYING);
  bench.feed().stream_start();
  bench.feed().caps();
  bench.feed().segment([](GstSegment& segment) { segment.base = 100 * GST_SECOND; });
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  auto entries = bench.pipeline().record().copy();
  auto items = upstream_in(entries, GST_EVENT_CUSTOM_UPSTREAM);
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(text_field(structure_of(items[1]), "speaker"), "1");
  EXPECT_EQ(text_field(structure_of(items[1]), "content"), "two");
  EXPECT_EQ(time_field(structure_of(items[1]), "running-time"), 104 * GST_SECOND);
  EXPECT_EQ(time_field(structure_of(items[1]), "duration"), GST_SECOND);
  for (const EventRef& event : events_in(entries, GST_EVENT_CUSTOM_DOWNSTREAM)) {
    bool change = gst_event_has_name(event.get(), "rstranscribe/speaker-change");
    EXPECT_EQ(gst_structure_n_fields(structure_of(event)), change ? 1 : 0);
  }
}

// A speaker that is not known is none.
TEST(TranscribeDropin, TellsNobodySpeaksWhereThatIsNotKnown) {
  Bench bench;
  run(bench);
  auto entries = bench.pipeline().record().copy();
  EXPECT_TRUE(upstream_in(entries, GST_EVENT_CUSTOM_UPSTREAM).empty());
  for (const EventRef& event : events_in(entries, GST_EVENT_CUSTOM_DOWNSTREAM))
    EXPECT_TRUE(gst_event_has_name(event.get(), "rstranscribe/final-transcript"));
}

}  // namespace
}  // namespace dg
