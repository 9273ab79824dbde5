// SPDX-License-Identifier: LGPL-2.1-or-later
// What applications read on the bus.
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <json-glib/json-glib.h>

#include "core/message.h"
#include "support/bench.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using server::RecognizerKind;

std::vector<const GstStructure*> structures_in(const GstStructure* structure, const char* field) {
  std::vector<const GstStructure*> out;
  const GValue* array = gst_structure_get_value(structure, field);
  EXPECT_TRUE(array && GST_VALUE_HOLDS_ARRAY(array)) << field;
  for (guint i = 0; array && i < gst_value_array_get_size(array); ++i)
    out.push_back(gst_value_get_structure(gst_value_array_get_value(array, i)));
  return out;
}

// The first final, of the first four seconds.
const GstStructure* first_final(const std::vector<MessageRef>& results) {
  for (const MessageRef& message : results)
    if (bool_field(structure_of(message), "is-final")) return structure_of(message);
  ADD_FAILURE() << "nothing is final";
  return structure_of(results.at(0));
}

TEST(TranscribeMessages, ResultsHaveAllTheirFields) {
  Bench bench;
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  auto results = bench.pipeline().messages("deepgram/results");
  const GstStructure* said = first_final(results);
  EXPECT_EQ(text_field(said, "transcript").substr(0, 8), "w0 w1 w2");
  EXPECT_FALSE(bool_field(said, "speech-final"));
  EXPECT_FALSE(bool_field(said, "from-finalize"));
  EXPECT_EQ(int_field(said, "channel"), 0);
  EXPECT_EQ(int_field(said, "channels"), 1);
  EXPECT_EQ(double_field(said, "confidence"), 1.0);
  EXPECT_EQ(uint_field(said, "connection"), 1u);
  EXPECT_EQ(text_field(said, "request-id"), bench.server().requests().at(0).request_id);
  for (const char* field : {"languages", "entities", "search"})
    EXPECT_TRUE(structures_in(said, field).empty()) << field;
  std::size_t finals = 0;
  for (const MessageRef& message : results) finals += bool_field(structure_of(message), "is-final");
  EXPECT_LT(finals, results.size());  // interims are told, too
}

TEST(TranscribeMessages, ResultsHaveEveryKindOfTime) {
  Bench bench;
  bench.pipeline().change(GST_STATE_PLAYING);
  bench.feed().stream_start();
  bench.feed().caps();
  bench.feed().segment([](GstSegment& segment) {
    segment.start = 5 * GST_SECOND;
    segment.base = 100 * GST_SECOND;
    segment.time = 50 * GST_SECOND;
  });
  bench.feed().tones(5s, 15s);
  ASSERT_TRUE(bench.finish());
  const GstStructure* said = first_final(bench.pipeline().messages("deepgram/results"));
  GstClockTime duration = time_field(said, "duration");
  EXPECT_EQ(time_field(said, "timestamp"), 5 * GST_SECOND);
  EXPECT_EQ(time_field(said, "stream-time"), 50 * GST_SECOND);
  EXPECT_EQ(time_field(said, "running-time"), 100 * GST_SECOND);
  EXPECT_EQ(time_field(said, "endtime"), 50 * GST_SECOND + duration);
  auto words = structures_in(said, "words");
  ASSERT_GE(words.size(), 2u);
  EXPECT_EQ(text_field(words[1], "word"), "w11");
  EXPECT_EQ(text_field(words[1], "punctuated-word"), "w11");
  EXPECT_NEAR(static_cast<double>(time_field(words[1], "start")), 100.5e9, 20e6);
  EXPECT_NEAR(static_cast<double>(time_field(words[1], "end")), 100.8e9, 20e6);
  EXPECT_EQ(double_field(words[1], "confidence"), 1.0);
}

TEST(TranscribeMessages, MetadataEndsAConnection) {
  Bench bench;
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  auto all = bench.pipeline().messages("deepgram/metadata");
  ASSERT_EQ(all.size(), 1u);
  const GstStructure* metadata = structure_of(all[0]);
  EXPECT_EQ(text_field(metadata, "request-id"), bench.server().requests().at(0).request_id);
  EXPECT_EQ(time_field(metadata, "duration"), 10 * GST_SECOND);
  EXPECT_EQ(int_field(metadata, "channels"), 1);
  EXPECT_EQ(text_field(metadata, "sha256").size(), 64u);
  EXPECT_NE(text_field(metadata, "created"), "");
  auto models = structures_in(metadata, "models");
  ASSERT_EQ(models.size(), 1u);
  for (const char* field : {"uuid", "name", "version", "arch"})
    EXPECT_NE(text_field(models[0], field), "") << field;
}

TEST(TranscribeMessages, ConnectionTellsItsRequestId) {
  Bench bench;
  bench.play();
  bench.feed().tones(0s, 1s);
  ASSERT_TRUE(bench.finish());
  for (const MessageRef& message : bench.pipeline().messages("deepgram/connection")) {
    const GstStructure* change = structure_of(message);
    EXPECT_EQ(uint_field(change, "connection"), 1u);
    if (text_field(change, "state") != "connected") continue;
    EXPECT_EQ(text_field(change, "request-id"), bench.server().requests().at(0).request_id);
  }
}

TEST(TranscribeMessages, SpeechThatStartsAndEndsIsTold) {
  Bench bench({.properties = {{"vad-events", "true"}, {"utterance-end-ms", "1000"}}});
  bench.play();
  bench.feed().tones(0s, 5s);
  bench.feed().silence(5s, 10s);
  bench.feed().tones(10s, 15s);
  ASSERT_TRUE(bench.finish());
  auto starts = bench.pipeline().messages("deepgram/speech-started");
  ASSERT_GE(starts.size(), 2u);
  EXPECT_EQ(int_field(structure_of(starts[0]), "channel"), 0);
  EXPECT_NEAR(static_cast<double>(time_field(structure_of(starts[0]), "running-time")), 0, 1e8);
  EXPECT_NEAR(static_cast<double>(time_field(structure_of(starts.back()), "stream-time")), 10e9,
              1e8);
  auto ends = bench.pipeline().messages("deepgram/utterance-end");
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_EQ(int_field(structure_of(ends[0]), "channel"), 0);
  EXPECT_NEAR(static_cast<double>(time_field(structure_of(ends[0]), "running-time")), 4.8e9, 20e6);
}

TEST(TranscribeMessages, UtteranceEndMayHaveNoTime) {
  Bench bench({.server = {.faults = {"utterance-end=minus-one"}},
               .properties = {{"utterance-end-ms", "1000"}}});
  bench.play();
  bench.feed().tones(0s, 5s);
  bench.feed().silence(5s, 10s);
  bench.feed().tones(10s, 15s);
  ASSERT_TRUE(bench.finish());
  auto ends = bench.pipeline().messages("deepgram/utterance-end");
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_EQ(time_field(structure_of(ends[0]), "running-time"), GST_CLOCK_TIME_NONE);
}

TEST(TranscribeMessages, NoneComeWhenNoneAreWanted) {
  Bench bench({.properties = {{"post-messages", "false"}}});
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(bench.pipeline().messages(GST_MESSAGE_ELEMENT).empty());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
}

TEST(TranscribeMessages, RawOnesComeAsTheyWere) {
  Bench bench({.properties = {{"post-raw", "true"}, {"language", "en"}}});
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  auto raw = bench.pipeline().messages("deepgram/raw");
  EXPECT_EQ(raw.size(), bench.server().requests().at(0).messages_sent);
  for (const MessageRef& message : raw) {
    EXPECT_TRUE(parse_message(text_field(structure_of(message), "transcript")));
    EXPECT_TRUE(GST_CLOCK_TIME_IS_VALID(time_field(structure_of(message), "arrival-time")));
    EXPECT_EQ(text_field(structure_of(message), "language-code"), "en");
  }
}

TEST(TranscribeMessages, AnUnknownKindIsToldOnce) {
  constexpr char kScenario[] = R"([{"at":1,"send":{"type":"Nonsense"}},
                                   {"at":2,"send":{"type":"Nonsense"}},
                                   {"at":3,"send":{"type":"Nonsense"}}])";
  Bench bench({.server = {.scenario = kScenario}});
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  EXPECT_EQ(bench.pipeline().messages("deepgram/raw").size(), 1u);
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
}

TEST(TranscribeMessages, ServicesErrorIsAWarning) {
  constexpr char kScenario[] =
      R"([{"at":1,"send":{"type":"Error","variant":"SchemaError","description":"no such type",)"
      R"("message":"{}"}}])";
  Bench bench({.server = {.scenario = kScenario}});
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  EXPECT_EQ(bench.pipeline().messages(GST_MESSAGE_WARNING).size(), 1u);
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
}

TEST(TranscribeMessages, DroppedAudioIsToldOnceAnEpisode) {
  Bench bench({.server = {.faults = {"refuse=503"}},
               .properties = {{"overflow", "drop-oldest"}, {"max-backlog", "1000"}}});
  bench.play();
  bench.feed().tones(0s, 30s);
  ASSERT_TRUE(bench.pipeline().wait_for_stats("audio-dropped", 28 * GST_SECOND));
  ASSERT_FALSE(bench.server().set_options({}));
  ASSERT_TRUE(bench.finish());
  auto dropped = bench.pipeline().messages("deepgram/audio-dropped");
  ASSERT_EQ(dropped.size(), 1u);
  EXPECT_EQ(time_field(structure_of(dropped[0]), "from"), 0u);
  EXPECT_EQ(time_field(structure_of(dropped[0]), "to"), 29 * GST_SECOND);
  EXPECT_EQ(text_field(structure_of(dropped[0]), "reason"), "drop-oldest");
}

// --- what the service really sent

std::string fixture(const char* name) {
  std::ifstream in(std::string(std::getenv("DG_FIXTURES")) + "/" + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Counts {
  std::size_t results = 0, malformed = 0;
};

// What is in a recording, by the parser that has tests of its own. Pages of the documentation leave
// things out.
Counts count(const std::string& lines) {
  Counts counts;
  for (std::size_t at = 0; at < lines.size();) {
    std::string line = lines.substr(at, lines.find('\n', at) - at);
    at += line.size() + 1;
    JsonNode* node = json_from_string(line.c_str(), nullptr);
    JsonObject* object = json_node_get_object(node);
    bool wrapped = json_object_has_member(object, "message");
    char* text = json_to_string(wrapped ? json_object_get_member(object, "message") : node, FALSE);
    auto message = parse_message(text);
    counts.malformed += !message;
    counts.results += message && std::holds_alternative<Results>(*message);
    g_free(text);
    json_node_unref(node);
  }
  return counts;
}

class TranscribeRecorded : public testing::TestWithParam<const char*> {};

TEST_P(TranscribeRecorded, MessagesAreAllUnderstood) {
  std::string lines = fixture(GetParam());
  Counts counts = count(lines);
  ASSERT_GT(counts.results, 0u);
  Bench bench({.server = {.recognizer = RecognizerKind::Script, .scenario = lines}});
  bench.play();
  for (Nanos at{}; at < 500s; at += 1s) bench.feed().silence(at, at + 1s);
  ASSERT_TRUE(bench.finish());
  EXPECT_EQ(bench.pipeline().messages("deepgram/results").size(), counts.results);
  auto stats = bench.pipeline().stats();
  EXPECT_EQ(time_field(stats.get(), "malformed-messages"), counts.malformed);
  EXPECT_FALSE(bench.pipeline().texts().empty());
}

INSTANTIATE_TEST_SUITE_P(Files, TranscribeRecorded,
                         testing::Values("docs-examples.jsonl", "docs-multichannel-2ch.jsonl",
                                         "nova2-phonecall-mulaw-captures-2026-08-25.jsonl"),
                         [](const auto& file) {
                           std::string name = file.param;
                           std::erase_if(name, [](char c) { return !std::isalnum(c); });
                           return name;
                         });

}  // namespace
}  // namespace dg
