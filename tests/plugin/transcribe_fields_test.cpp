// SPDX-License-Identifier: LGPL-2.1-or-later
// Every field of the service's messages, on the bus and on the text.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using server::RecognizerKind;

// As captured or documented, each part of it; the first is of 2 s of two channels.
constexpr char kResults[] =
    R"({"type":"Results","channel_index":[1,2],"duration":2.0,"start":0.0,"is_final":true,)"
    R"("speech_final":true,"channel":{"alternatives":[{"transcript":"Hola, Jane.","confidence":0.75,)"
    R"("languages":["es","en"],"words":[)"
    R"({"word":"hola","start":0.5,"end":1.0,"confidence":0.5,"speaker":3,)"
    R"("punctuated_word":"Hola,","language":"es"},)"
    R"({"word":"jane","start":1.0,"end":1.5,"confidence":0.25,"speaker":4,)"
    R"("punctuated_word":"Jane.","language":"en"}]}],)"
    R"("search":[{"query":"jane","hits":[{"confidence":0.5,"start":1.0,"end":1.5,)"
    R"("snippet":"jane"}]},{"query":"nobody","hits":[]}]},)"
    R"("metadata":{"request_id":"r-1","model_info":{"name":"general-nova-3","version":"v-1",)"
    R"("arch":"nova-3"},"model_uuid":"u-1","diarize_info":{"model_uuid":"d-1","arch":"diarizer"},)"
    R"("extra":{"session":"7","show":"news"}},"from_finalize":true,)"
    R"("entities":[{"label":"NAME","value":"Jane.","raw_value":"jane","confidence":0.5,)"
    R"("start_word":1,"end_word":2}]})";

// The documentation has the entities here.
constexpr char kEntitiesInside[] =
    R"({"type":"Results","channel_index":[0,2],"duration":1.0,"start":0.0,"is_final":true,)"
    R"("speech_final":true,"channel":{"alternatives":[{"transcript":"","confidence":0.0,"words":[],)"
    R"("entities":[{"label":"CITY","value":"Rome","confidence":0.25,"start_word":0,"end_word":1}]}]}})";

constexpr char kEvents[] =
    R"({"type":"SpeechStarted","channel":[1,2],"timestamp":2.5}
{"type":"UtteranceEnd","channel":[1,2],"last_word_end":1.5}
{"type":"UtteranceEnd","channel":[0,2],"last_word_end":-1}
)";

// Plays the scenario to 10 s of silence, stamped from 5 s on, of two channels.
class TranscribeFields : public testing::Test {
 protected:
  void play(const std::string& scenario,
            const std::map<std::string, std::string>& properties = {}) {
    bench_ = std::make_unique<Bench>(
        Bench::Setup{.server = {.recognizer = RecognizerKind::Script, .scenario = scenario},
                     .channels = 2,
                     .properties = properties});
    bench_->pipeline().set("multichannel", "true");
    bench_->play();
    bench_->feed().offset(5s);
    for (Nanos at{}; at < 10s; at += 1s) bench_->feed().silence(at, at + 1s);
    ASSERT_TRUE(bench_->finish());
  }

  // The message of this name, of this channel.
  const GstStructure* message(const char* name, int channel = 0) {
    kept_ = bench_->pipeline().messages(name);
    for (const MessageRef& message : kept_)
      if (!gst_structure_has_field(structure_of(message), "channel") ||
          int_field(structure_of(message), "channel") == channel)
        return structure_of(message);
    ADD_FAILURE() << "no " << name << " of channel " << channel;
    return nullptr;
  }

  std::unique_ptr<Bench> bench_;
  std::vector<MessageRef> kept_;
};

guint size(const GstStructure* structure, const char* field) {
  return gst_value_array_get_size(gst_structure_get_value(structure, field));
}

const GstStructure* item(const GstStructure* structure, const char* field, guint index) {
  EXPECT_LT(index, size(structure, field)) << field;
  return gst_value_get_structure(
      gst_value_array_get_value(gst_structure_get_value(structure, field), index));
}

const GstStructure* inner(const GstStructure* structure, const char* field) {
  EXPECT_TRUE(gst_structure_has_field_typed(structure, field, GST_TYPE_STRUCTURE)) << field;
  return gst_value_get_structure(gst_structure_get_value(structure, field));
}

std::vector<std::string> texts(const GstStructure* structure, const char* field) {
  std::vector<std::string> out;
  const GValue* array = gst_structure_get_value(structure, field);
  for (guint i = 0; i < gst_value_array_get_size(array); ++i)
    out.emplace_back(g_value_get_string(gst_value_array_get_value(array, i)));
  return out;
}

TEST_F(TranscribeFields, OfResults) {
  play(kResults);
  const GstStructure* results = message("deepgram/results", 1);
  ASSERT_TRUE(results);
  EXPECT_EQ(text_field(results, "transcript"), "Hola, Jane.");
  for (const char* flag : {"is-final", "speech-final", "from-finalize"})
    EXPECT_TRUE(bool_field(results, flag)) << flag;
  EXPECT_EQ(int_field(results, "channels"), 2);
  EXPECT_EQ(double_field(results, "confidence"), 0.75);
  EXPECT_EQ(time_field(results, "timestamp"), 5 * GST_SECOND);
  EXPECT_EQ(time_field(results, "duration"), 2 * GST_SECOND);
  EXPECT_EQ(text_field(results, "request-id"), "r-1");
  EXPECT_EQ(texts(results, "languages"), (std::vector<std::string>{"es", "en"}));
}

TEST_F(TranscribeFields, OfWords) {
  play(kResults);
  const GstStructure* results = message("deepgram/results", 1);
  ASSERT_TRUE(results);
  ASSERT_EQ(size(results, "words"), 2u);
  const GstStructure* word = item(results, "words", 1);
  EXPECT_EQ(text_field(word, "word"), "jane");
  EXPECT_EQ(text_field(word, "punctuated-word"), "Jane.");
  EXPECT_EQ(text_field(word, "language"), "en");
  EXPECT_EQ(int_field(word, "speaker"), 4);
  EXPECT_EQ(double_field(word, "confidence"), 0.25);
  EXPECT_EQ(time_field(word, "start"), 6 * GST_SECOND);
  EXPECT_EQ(time_field(word, "end"), 6500 * GST_MSECOND);
}

TEST_F(TranscribeFields, OfWordsAreTheSameOnText) {
  play(kResults);
  const GstStructure* results = message("deepgram/results", 1);
  ASSERT_TRUE(results);
  guint shown = 0;
  for (const TextBuffer& text : bench_->pipeline().texts()) {
    ASSERT_TRUE(text.words) << text.text;
    EXPECT_EQ(int_field(text.words.get(), "channel"), 1);
    for (guint i = 0; i < size(text.words.get(), "words"); ++i, ++shown)
      EXPECT_TRUE(gst_structure_is_equal(item(text.words.get(), "words", i),
                                         item(results, "words", shown)));
  }
  EXPECT_EQ(shown, 2u);
}

TEST_F(TranscribeFields, OfSearch) {
  play(kResults);
  const GstStructure* results = message("deepgram/results", 1);
  ASSERT_TRUE(results);
  ASSERT_EQ(size(results, "search"), 2u);
  EXPECT_EQ(text_field(item(results, "search", 1), "query"), "nobody");
  EXPECT_EQ(size(item(results, "search", 1), "hits"), 0u);
  EXPECT_EQ(text_field(item(results, "search", 0), "query"), "jane");
  const GstStructure* hit = item(item(results, "search", 0), "hits", 0);
  EXPECT_EQ(text_field(hit, "snippet"), "jane");
  EXPECT_EQ(double_field(hit, "confidence"), 0.5);
  EXPECT_EQ(time_field(hit, "start"), 6 * GST_SECOND);
  EXPECT_EQ(time_field(hit, "end"), 6500 * GST_MSECOND);
}

TEST_F(TranscribeFields, OfModelsAndExtra) {
  play(kResults);
  const GstStructure* results = message("deepgram/results", 1);
  ASSERT_TRUE(results);
  const GstStructure* model = inner(results, "model");
  EXPECT_EQ(text_field(model, "uuid"), "u-1");
  EXPECT_EQ(text_field(model, "name"), "general-nova-3");
  EXPECT_EQ(text_field(model, "version"), "v-1");
  EXPECT_EQ(text_field(model, "arch"), "nova-3");
  EXPECT_EQ(text_field(inner(results, "diarize-model"), "uuid"), "d-1");
  EXPECT_EQ(text_field(inner(results, "diarize-model"), "arch"), "diarizer");
  ASSERT_EQ(size(results, "extra"), 2u);
  EXPECT_EQ(text_field(item(results, "extra", 1), "key"), "show");
  EXPECT_EQ(text_field(item(results, "extra", 1), "value"), "news");
}

TEST_F(TranscribeFields, OfEntitiesInBothPlaces) {
  play(std::string(kResults) + "\n" + kEntitiesInside);
  const GstStructure* top = item(message("deepgram/results", 1), "entities", 0);
  EXPECT_EQ(text_field(top, "label"), "NAME");
  EXPECT_EQ(text_field(top, "value"), "Jane.");
  EXPECT_EQ(text_field(top, "raw-value"), "jane");
  EXPECT_EQ(double_field(top, "confidence"), 0.5);
  EXPECT_EQ(int_field(top, "start-word"), 1);
  EXPECT_EQ(int_field(top, "end-word"), 2);
  const GstStructure* inside = item(message("deepgram/results", 0), "entities", 0);
  EXPECT_EQ(text_field(inside, "label"), "CITY");
  EXPECT_FALSE(gst_structure_has_field(inside, "raw-value"));
}

// They count the words of the message, of which those that were final before are left out.
TEST_F(TranscribeFields, OfEntitiesCountTheWordsThatAreNew) {
  play(R"({"type":"Results","channel_index":[0,2],"duration":1.0,"start":0.0,"is_final":true,)"
       R"("channel":{"alternatives":[{"transcript":"by jane","words":[)"
       R"({"word":"by","start":0.1,"end":0.3},{"word":"jane","start":0.4,"end":0.8}]}]}})"
       "\n"
       R"({"type":"Results","channel_index":[0,2],"duration":2.0,"start":0.0,"is_final":true,)"
       R"("channel":{"alternatives":[{"transcript":"by jane doe","words":[)"
       R"({"word":"by","start":0.1,"end":0.3},{"word":"jane","start":0.4,"end":0.8},)"
       R"({"word":"doe","start":1.1,"end":1.8}]}]},)"
       R"("entities":[{"label":"WORD","start_word":0,"end_word":1},)"
       R"({"label":"NAME","value":"jane doe","start_word":1,"end_word":3}]})");
  auto all = bench_->pipeline().messages("deepgram/results");
  ASSERT_EQ(all.size(), 2u);
  const GstStructure* results = structure_of(all[1]);
  EXPECT_EQ(text_field(results, "transcript"), "doe");
  ASSERT_EQ(size(results, "words"), 1u);
  ASSERT_EQ(size(results, "entities"), 1u);
  EXPECT_EQ(text_field(item(results, "entities", 0), "label"), "NAME");
  EXPECT_EQ(int_field(item(results, "entities", 0), "start-word"), 0);
  EXPECT_EQ(int_field(item(results, "entities", 0), "end-word"), 1);
}

TEST_F(TranscribeFields, OfSpeechEvents) {
  play(kEvents);
  const GstStructure* started = message("deepgram/speech-started", 1);
  ASSERT_TRUE(started);
  EXPECT_EQ(int_field(started, "channels"), 2);
  for (const char* time : {"timestamp", "running-time", "stream-time"})
    EXPECT_EQ(time_field(started, time), 7500 * GST_MSECOND) << time;
  const GstStructure* ended = message("deepgram/utterance-end", 1);
  ASSERT_TRUE(ended);
  EXPECT_EQ(int_field(ended, "channels"), 2);
  for (const char* time : {"timestamp", "running-time", "stream-time"})
    EXPECT_EQ(time_field(ended, time), 6500 * GST_MSECOND) << time;
  const GstStructure* final_already = message("deepgram/utterance-end", 0);
  ASSERT_TRUE(final_already);
  for (const char* time : {"timestamp", "running-time", "stream-time"})
    EXPECT_EQ(time_field(final_already, time), GST_CLOCK_TIME_NONE) << time;
}

TEST_F(TranscribeFields, OfMetadata) {
  play(kEvents, {{"extra", "<\"session:7\",\"show:news\",\"session:8\">"}, {"tag", "<a,\"b c\">"}});
  const GstStructure* metadata = message("deepgram/metadata");
  ASSERT_TRUE(metadata);
  EXPECT_EQ(time_field(metadata, "duration"), 10 * GST_SECOND);
  EXPECT_EQ(int_field(metadata, "channels"), 2);
  EXPECT_EQ(text_field(metadata, "sha256").size(), 64u);
  EXPECT_EQ(size(metadata, "models"), 1u);
  EXPECT_EQ(texts(metadata, "tags"), (std::vector<std::string>{"a", "b c"}));
  ASSERT_EQ(size(metadata, "extra"), 2u);
  EXPECT_EQ(text_field(item(metadata, "extra", 0), "key"), "session");
  EXPECT_EQ(text_field(item(metadata, "extra", 0), "value"), "8");
}

// Each kind that is not known once, as it came.
TEST_F(TranscribeFields, OfWhatIsNotKnown) {
  play(R"({"type":"Warning","code":1}
{"type":"Later","x":[1]}
{"type":"Warning","code":2}
)");
  std::vector<std::string> raw;
  for (const MessageRef& message : bench_->pipeline().messages("deepgram/raw"))
    raw.push_back(text_field(structure_of(message), "transcript"));
  EXPECT_EQ(raw, (std::vector<std::string>{R"({"type":"Warning","code":1})",
                                           R"({"type":"Later","x":[1]})"}));
  auto stats = bench_->pipeline().stats();
  EXPECT_EQ(time_field(stats.get(), "unknown-messages"), 3u);
}

TEST_F(TranscribeFields, OfErrors) {
  play(R"({"type":"Error","variant":"SchemaError","description":"no such type","message":"{}"})");
  auto warnings = bench_->pipeline().messages(GST_MESSAGE_WARNING);
  ASSERT_EQ(warnings.size(), 1u);
  Ptr<GError> warning;
  gst_message_parse_warning(warnings[0].get(), Out(warning), nullptr);
  EXPECT_TRUE(g_error_matches(warning.get(), GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED));
  EXPECT_STREQ(warning->message, "Deepgram did not take a message: no such type");
  const GstStructure* details = nullptr;
  gst_message_parse_warning_details(warnings[0].get(), &details);
  ASSERT_TRUE(details);
  EXPECT_EQ(text_field(details, "variant"), "SchemaError");
  EXPECT_EQ(text_field(details, "description"), "no such type");
  EXPECT_EQ(text_field(details, "message"), "{}");
}

}  // namespace
}  // namespace dg
