// SPDX-License-Identifier: LGPL-2.1-or-later
// A deepgramsink has the properties of a deepgramtranscribe, but for those of text.
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using Specs = std::map<std::string, const GParamSpec*>;

// Those that the element has by itself.
Specs specs_of(GstElement* element) {
  Specs specs;
  guint count = 0;
  GParamSpec** all = g_object_class_list_properties(G_OBJECT_GET_CLASS(element), &count);
  for (guint i = 0; i < count; ++i)
    if (all[i]->owner_type == G_OBJECT_TYPE(element)) specs[all[i]->name] = all[i];
  g_free(all);
  return specs;
}

std::string value_of(GstElement* element, const GParamSpec* spec) {
  bool structure = spec->value_type == GST_TYPE_STRUCTURE;  // has no text when there is none
  if (structure || !(spec->flags & G_PARAM_READABLE)) return "";
  GValue value = G_VALUE_INIT;
  g_value_init(&value, spec->value_type);
  g_object_get_property(G_OBJECT(element), spec->name, &value);
  Ptr<char> text(g_strdup_value_contents(&value));
  g_value_unset(&value);
  return text.get();
}

TEST(SinkProperties, AreThoseOfTheTranscriberButForText) {
  Bench sink({.sink = true}), transcribe;
  transcribe.pipeline().set("url", sink.server().url());
  Specs ours = specs_of(sink.element()), theirs = specs_of(transcribe.element());
  std::set<std::string> of_text;
  for (const auto& [name, spec] : theirs) {
    if (!ours.contains(name)) {
      of_text.insert(name);
      continue;
    }
    EXPECT_EQ(ours[name]->value_type, spec->value_type) << name;
    EXPECT_EQ(ours[name]->flags, spec->flags) << name;
    EXPECT_STREQ(g_param_spec_get_blurb(const_cast<GParamSpec*>(ours[name])),
                 g_param_spec_get_blurb(const_cast<GParamSpec*>(spec)));
    EXPECT_EQ(value_of(sink.element(), ours[name]), value_of(transcribe.element(), spec)) << name;
  }
  EXPECT_EQ(of_text,
            (std::set<std::string>{"cue-pause", "granularity", "interim-strategy", "lateness",
                                   "latency", "line-length", "lines", "max-duration",
                                   "min-duration", "speaker-labels", "timing"}));
  for (const auto& [name, spec] : ours) EXPECT_TRUE(theirs.contains(name)) << name;
}

TEST(SinkProperties, GoIntoTheRequest) {
  Bench bench({.sink = true, .properties = {{"language-code", "fr"}, {"keyterm", "<one,two>"}}});
  bench.play();
  bench.feed().tones(0s, 1s);
  ASSERT_TRUE(bench.finish());
  server::Seen request = bench.server().requests().at(0);
  std::multimap<std::string, std::string> query(request.query.begin(), request.query.end());
  EXPECT_EQ(query.count("keyterm"), 2u);
  ASSERT_EQ(query.count("language"), 1u);
  EXPECT_EQ(query.find("language")->second, "fr");
}

TEST(SinkProperties, WaitForNoClock) {
  Bench bench({.sink = true});
  gboolean sync = TRUE;
  g_object_get(bench.element(), "sync", &sync, nullptr);
  EXPECT_FALSE(sync);
}

// Of the base class: the audio is taken at its time, and later.
TEST(SinkProperties, OfTheBaseClassDoTheirWork) {
  Bench bench({.sink = true, .properties = {{"sync", "true"}, {"ts-offset", "200000000"}}});
  bench.play();
  bench.feed().tones(0s, 2s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 2s)));
}

TEST(SinkStats, TellWhatWasDone) {
  Bench bench({.sink = true});
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  auto stats = bench.pipeline().stats();
  EXPECT_STREQ(gst_structure_get_name(stats.get()), "application/x-deepgram-stats");
  EXPECT_EQ(time_field(stats.get(), "audio-received"), 10 * GST_SECOND);
  EXPECT_EQ(time_field(stats.get(), "audio-sent"), 10 * GST_SECOND);
  EXPECT_EQ(time_field(stats.get(), "words"), 20u);
  EXPECT_FALSE(gst_structure_has_field(stats.get(), "late-words"));  // there is no text to be late
}

// --- failures

struct Failure {
  const char* failure;
  std::size_t errors;
};

class SinkFailure : public testing::TestWithParam<Failure> {};

TEST_P(SinkFailure, IsToldOnceAndTheAudioTaken) {
  Bench bench({.server = {.faults = {"refuse=400"}},
               .sink = true,
               .properties = {{"failure", GetParam().failure}}});
  bench.play();
  bench.feed().tones(0s, 5s);
  ASSERT_TRUE(bench.pipeline().wait_for_state("failed"));
  EXPECT_EQ(bench.feed().tones(5s, 100s), GST_FLOW_OK);
  ASSERT_TRUE(bench.finish());
  EXPECT_EQ(bench.pipeline().messages(GST_MESSAGE_ERROR).size(), GetParam().errors);
  EXPECT_EQ(bench.pipeline().messages(GST_MESSAGE_WARNING).empty(), GetParam().errors > 0);
}

INSTANTIATE_TEST_SUITE_P(Kinds, SinkFailure,
                         testing::Values(Failure{"error", 1}, Failure{"continue", 0}),
                         [](const auto& kind) { return kind.param.failure; });

// --- what is live

class SinkLive : public testing::Test {
 protected:
  SinkLive()
      : bench_({.server = {.faults = {"refuse=503"}},
                .sink = true,
                .properties = {{"max-backlog", "1000"}}}) {}

  Bench bench_;
};

// Nothing syncs, so nobody else would have asked.
TEST_F(SinkLive, UpstreamIsFoundToBeSo) {
  bench_.feed().live(true);
  bench_.play();
  EXPECT_EQ(bench_.feed().tones(0s, 30s), GST_FLOW_OK);  // and waits for no room
  EXPECT_TRUE(bench_.pipeline().wait_for_stats("audio-dropped", 28 * GST_SECOND));
}

TEST_F(SinkLive, UpstreamMayBecomeSo) {
  bench_.play();
  bench_.feed().live(true);
  Ptr<GstQuery> query(gst_query_new_latency());
  EXPECT_TRUE(gst_element_query(bench_.element(), query.get()));
  EXPECT_EQ(bench_.feed().tones(0s, 30s), GST_FLOW_OK);
  EXPECT_TRUE(bench_.pipeline().wait_for_stats("audio-dropped", 28 * GST_SECOND));
}

TEST(SinkDelay, IsObservedAndNotified) {
  Bench bench({.server = {.faults = {"delay-results=300"}}, .sink = true});
  bench.feed().live(true);
  std::vector<guint> told;
  g_signal_connect(bench.element(), "notify::max-observed-delay",
                   G_CALLBACK(+[](GObject* element, GParamSpec*, gpointer data) {
                     guint delay = 0;
                     g_object_get(element, "max-observed-delay", &delay, nullptr);
                     static_cast<std::vector<guint>*>(data)->push_back(delay);
                   }),
                   &told);
  bench.play();
  bench.feed().silence(0s, 20ms);
  // What waits for a connection is not delayed by the service.
  ASSERT_TRUE(bench.pipeline().wait_for_stats("audio-sent", 20 * GST_MSECOND));
  bench.feed().offset(-480ms);
  bench.feed().tones(500ms, 2s);
  ASSERT_TRUE(bench.finish());  // the network thread is done
  ASSERT_FALSE(told.empty());
  guint most = 0;
  g_object_get(bench.element(), "max-observed-delay", &most, nullptr);
  EXPECT_EQ(told.back(), most);
  EXPECT_TRUE(bench.pipeline().messages(GST_MESSAGE_WARNING).empty());
}

}  // namespace
}  // namespace dg
