// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/message.h"

#include <cstdlib>
#include <fstream>
#include <random>
#include <string>

#include <gtest/gtest.h>
#include <json-glib/json-glib.h>

namespace dg {
namespace {

using namespace std::chrono_literals;

// --- the recorded messages

// The message in a line of a fixture, out of its wrapping.
std::string unwrapped(const std::string& line) {
  JsonNode* root = json_from_string(line.c_str(), nullptr);
  JsonNode* message = root && JSON_NODE_HOLDS_OBJECT(root)
                          ? json_object_get_member(json_node_get_object(root), "message")
                          : nullptr;
  std::string text = line;
  if (message && JSON_NODE_HOLDS_OBJECT(message)) {
    char* inner = json_to_string(message, FALSE);
    text = inner;
    g_free(inner);
  }
  if (root) json_node_unref(root);
  return text;
}

std::vector<std::string> fixture(const std::string& name) {
  const char* folder = std::getenv("DG_FIXTURES");
  std::ifstream file(std::string(folder ? folder : ".") + "/" + name);
  std::vector<std::string> messages;
  for (std::string line; std::getline(file, line);)
    if (!line.empty()) messages.push_back(unwrapped(line));
  EXPECT_FALSE(messages.empty()) << name;
  return messages;
}

template <class T>
T parsed(std::string_view json) {
  Result<Message> message = parse_message(json);
  if (!message) {
    ADD_FAILURE() << message.error().text << ": " << json;
    return {};
  }
  if (auto* wanted = std::get_if<T>(&*message)) return *wanted;
  ADD_FAILURE() << "another kind of message: " << json;
  return {};
}

std::string error(std::string_view json) {
  Result<Message> message = parse_message(json);
  return message ? "" : message.error().text;
}

TEST(Fixtures, DocumentedResults) {
  auto lines = fixture("docs-examples.jsonl");
  auto results = parsed<Results>(lines[0]);
  EXPECT_EQ(results.start, 5990ms);
  EXPECT_EQ(results.duration, 1980ms);
  EXPECT_EQ(results.end(), 7970ms);
  EXPECT_TRUE(results.is_final);
  EXPECT_TRUE(results.speech_final);
  EXPECT_FALSE(results.from_finalize);
  EXPECT_EQ(results.transcript, "Tell me more about this.");
  EXPECT_DOUBLE_EQ(results.confidence, 0.99964225);
  ASSERT_EQ(results.words.size(), 5u);
  EXPECT_EQ(results.words[0].word, "tell");
  EXPECT_EQ(results.words[0].punctuated_word, "Tell");
  EXPECT_EQ(results.words[0].start, Nanos(6'069'999'700));
  EXPECT_EQ(results.words[0].end, Nanos(6'349'999'400));
  EXPECT_FALSE(results.words[0].speaker);
  EXPECT_EQ(results.request_id, "52cc0efe-fa77-4aa7-b79c-0dda09de2f14");
  EXPECT_EQ(results.model.uuid, "c0d1a568-ce81-4fea-97e7-bd45cb1fdf3c");
  EXPECT_EQ(results.model.name, "2-general-nova");
  EXPECT_EQ(results.model.version, "2024-01-18.26916");
  EXPECT_EQ(results.model.arch, "nova-2");
}

TEST(Fixtures, DocumentedEvents) {
  auto lines = fixture("docs-examples.jsonl");
  auto utterance = parsed<UtteranceEnd>(lines[1]);
  EXPECT_EQ(utterance.last_word_end, Nanos(2395ms));
  EXPECT_EQ(utterance.channel.index, 0);
  EXPECT_EQ(utterance.channel.count, 1);
  EXPECT_EQ(parsed<SpeechStarted>(lines[2]).timestamp, 9540ms);
  EXPECT_EQ(parsed<Unknown>(lines[3]).type, "CloseStream");
  auto metadata = parsed<Metadata>(lines[4]);
  EXPECT_EQ(metadata.request_id, "8c8ebea9-dbec-45fa-a035-e4632cb05b5f");
  EXPECT_EQ(metadata.created, "2024-08-29T22:37:55.202Z");
  EXPECT_EQ(metadata.channels, 0);
  EXPECT_TRUE(metadata.models.empty());
  EXPECT_EQ(parsed<Unknown>(lines[5]).type, "");  // of the batch API
}

TEST(Fixtures, Languages) {
  auto results = parsed<Results>(fixture("docs-examples.jsonl")[6]);
  EXPECT_EQ(results.languages, std::vector<std::string>{"es"});
  ASSERT_EQ(results.words.size(), 4u);
  EXPECT_EQ(results.words[2].word, "inglés");
  EXPECT_EQ(results.words[2].punctuated_word, "inglés");
  EXPECT_EQ(results.words[2].language, "es");
}

TEST(Fixtures, ResultsWithoutType) {
  auto lines = fixture("docs-examples.jsonl");
  EXPECT_EQ(parsed<Results>(lines[7]).transcript, "another big");
  EXPECT_EQ(parsed<Results>(lines[7]).start, 0ms);
  EXPECT_EQ(parsed<Results>(lines[8]).duration, Nanos(2'039'875'000));
}

// The page leaves `start` out of what it prints, so there is nowhere to put its words.
TEST(Fixtures, ResultsWithoutStartAreRefused) {
  EXPECT_EQ(error(fixture("docs-examples.jsonl")[9]), "Results without start or duration");
}

TEST(Fixtures, Entities) {
  auto results = parsed<Results>(fixture("docs-examples.jsonl")[10]);
  ASSERT_FALSE(results.entities.empty());
  EXPECT_FALSE(results.entities[0].label.empty());
  EXPECT_FALSE(results.entities[0].value.empty());
  EXPECT_GT(results.entities[0].end_word, results.entities[0].start_word);
}

TEST(Fixtures, Channels) {
  auto lines = fixture("docs-multichannel-2ch.jsonl");
  ASSERT_EQ(lines.size(), 2u);
  for (int i = 0; i < 2; ++i) {
    auto results = parsed<Results>(lines[static_cast<std::size_t>(i)]);
    EXPECT_EQ(results.channel.index, i);
    EXPECT_EQ(results.channel.count, 2);
    EXPECT_FALSE(results.words.empty());
  }
}

TEST(Fixtures, Captures) {
  auto lines = fixture("nova2-phonecall-mulaw-captures-2026-08-25.jsonl");
  auto empty = parsed<Results>(lines[0]);
  EXPECT_EQ(empty.duration, Nanos(1'079'937'500));
  EXPECT_TRUE(empty.words.empty());
  EXPECT_FALSE(empty.is_final);
  auto interim = parsed<Results>(lines[1]);
  EXPECT_EQ(interim.words.size(), 3u);
  EXPECT_EQ(interim.words[2].end, Nanos(15'199'938'000));
  int metadata = 0;
  for (auto& line : lines) {
    auto message = parse_message(line);
    ASSERT_TRUE(message) << line;
    if (auto* found = std::get_if<Metadata>(&*message)) {
      ++metadata;
      EXPECT_EQ(found->sha256, "incomplete");
      for (auto& model : found->models) EXPECT_EQ(model.arch, "nova-2");
    }
  }
  EXPECT_EQ(metadata, 2);
}

TEST(Fixtures, Errors) {
  auto refused = parsed<ServiceError>(fixture("error-invalid-control-message.jsonl")[0]);
  EXPECT_EQ(refused.variant, "SchemaError");
  EXPECT_NE(refused.description.find("unknown variant `KeepAlive `"), std::string::npos);
  EXPECT_EQ(refused.message, R"({ "type": "KeepAlive "})");
  auto metadata = parsed<Metadata>(fixture("metadata-premature-close-js336.jsonl")[0]);
  EXPECT_EQ(metadata.duration, 0ms);
  EXPECT_EQ(metadata.channels, 0);
}

TEST(Fixtures, OtherEndpointsAreUnknown) {
  auto lines = fixture("flux-docs-examples.jsonl");
  EXPECT_EQ(parsed<Unknown>(lines[0]).type, "TurnInfo");
  EXPECT_EQ(parsed<Unknown>(lines[1]).type, "ConfigureFailure");
}

// --- what the recordings do not show

std::string results_with(const std::string& more) {
  return R"({"type":"Results","channel_index":[0,1],"start":1,"duration":2)" + more + "}";
}

std::string results_with_words(const std::string& words) {
  return results_with(R"(,"channel":{"alternatives":[{"words":[)" + words + "]}]}");
}

std::vector<Word> words_in(const std::string& words) {
  return parsed<Results>(results_with_words(words)).words;
}

TEST(Message, TakesIntegersAsTimes) {
  auto results = parsed<Results>(results_with(""));
  EXPECT_EQ(results.start, 1s);
  EXPECT_EQ(results.duration, 2s);
}

TEST(Message, TakesASpeakerAsAnyNumber) {
  auto words = words_in(R"({"word":"a","start":0,"end":1,"speaker":2},)"
                        R"({"word":"b","start":0,"end":1,"speaker":3.0},)"
                        R"({"word":"c","start":0,"end":1,"speaker":-1},)"
                        R"({"word":"d","start":0,"end":1,"speaker":"1"})");
  ASSERT_EQ(words.size(), 4u);
  EXPECT_EQ(words[0].speaker, 2);
  EXPECT_EQ(words[1].speaker, 3);
  EXPECT_FALSE(words[2].speaker);
  EXPECT_FALSE(words[3].speaker);
}

TEST(Message, TakesEntitiesFromTheTop) {
  auto results = parsed<Results>(results_with(
      R"(,"entities":[{"label":"CARDINAL","value":"three","raw_value":"3","confidence":0.5,)"
      R"("start_word":1,"end_word":2}],"channel":{"alternatives":[{"entities":[{"label":"X"}]}]})"));
  ASSERT_EQ(results.entities.size(), 1u);
  EXPECT_EQ(results.entities[0].label, "CARDINAL");
  EXPECT_EQ(results.entities[0].raw_value, "3");
  EXPECT_DOUBLE_EQ(results.entities[0].confidence, 0.5);
  EXPECT_EQ(results.entities[0].start_word, 1);
  EXPECT_EQ(results.entities[0].end_word, 2);
}

TEST(Message, TakesSearchAndExtra) {
  auto results = parsed<Results>(results_with(
      R"(,"channel":{"search":[{"query":"epoch","hits":[{"confidence":0.9,"start":0.5,"end":1,)"
      R"("snippet":"an epoch"},{"start":"x"}]}]},"metadata":{"extra":{"b":"2","a":"1","c":3}})"));
  ASSERT_EQ(results.search.size(), 1u);
  EXPECT_EQ(results.search[0].query, "epoch");
  ASSERT_EQ(results.search[0].hits.size(), 1u);
  EXPECT_EQ(results.search[0].hits[0].start, 500ms);
  EXPECT_EQ(results.search[0].hits[0].snippet, "an epoch");
  using Extra = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(results.extra, (Extra{{"b", "2"}, {"a", "1"}}));
}

// As captured of nova-3 with diarization.
TEST(Message, TakesTheModels) {
  auto results = parsed<Results>(results_with(
      R"(,"metadata":{"request_id":"r","model_info":{"name":"general-nova-3","version":"v",)"
      R"("arch":"nova-3"},"model_uuid":"u","diarize_info":{"model_uuid":"d","arch":"x"}})"));
  EXPECT_EQ(results.model.uuid, "u");
  EXPECT_EQ(results.model.name, "general-nova-3");
  EXPECT_EQ(results.diarize_model.uuid, "d");
  EXPECT_EQ(results.diarize_model.arch, "x");
  for (const char* info : {"7", "[]", "null", "{}", R"({"model_uuid":1,"arch":[]})"})
    EXPECT_EQ(
        parsed<Results>(results_with(std::string(R"(,"metadata":{"diarize_info":)") + info + "}"))
            .diarize_model.uuid,
        "");
}

TEST(Message, TakesWhatTheClientSaidOfItself) {
  auto metadata = parsed<Metadata>(
      R"({"type":"Metadata","extra":{"session":"7","n":1},"tags":["news",2,"live"]})");
  EXPECT_EQ(metadata.extra, (Extra{{"session", "7"}}));
  EXPECT_EQ(metadata.tags, (std::vector<std::string>{"news", "live"}));
}

TEST(Message, ListsModelsOnce) {
  auto metadata = parsed<Metadata>(
      R"({"type":"Metadata","models":["u","v","u"],"model_info":{"w":{"name":"W"},"u":{"name":"U"}}})");
  ASSERT_EQ(metadata.models.size(), 3u);
  EXPECT_EQ(metadata.models[0].name, "U");
  EXPECT_EQ(metadata.models[1].uuid, "v");
  EXPECT_EQ(metadata.models[1].name, "");
  EXPECT_EQ(metadata.models[2].uuid, "w");
}

TEST(Message, KnowsWhenNoWordIsOpen) {
  EXPECT_FALSE(parsed<UtteranceEnd>(R"({"type":"UtteranceEnd","last_word_end":-1})").last_word_end);
  EXPECT_FALSE(parsed<UtteranceEnd>(R"({"type":"UtteranceEnd"})").last_word_end);
  EXPECT_EQ(parsed<UtteranceEnd>(R"({"type":"UtteranceEnd","last_word_end":0})").last_word_end,
            0ns);
}

TEST(Message, RoundsToTheNearestNanosecond) {
  auto word = words_in(R"({"word":"a","start":0.0000000014,"end":0.0000000016})").at(0);
  EXPECT_EQ(word.start, 1ns);
  EXPECT_EQ(word.end, 2ns);
  EXPECT_EQ(words_in(R"({"word":"a","start":86399.999999999,"end":1e9})").at(0).start,
            86399999999999ns);
}

// --- what is malformed

TEST(Message, LeavesOutWordsWithoutTimesOrText) {
  for (const char* word :
       {R"({"word":"x","start":1})", R"({"word":"x","end":1})",
        R"({"word":"x","start":"1","end":2})", R"({"word":"x","start":-1,"end":2})",
        R"({"word":"x","start":1,"end":1e300})", R"({"word":"x","start":1,"end":1e999})",
        R"({"word":"x","start":null,"end":2})", R"({"word":"x","start":true,"end":2})",
        R"({"word":"x","start":[1],"end":2})",
        R"({"word":"x","start":99999999999999999999,"end":99999999999999999999})",
        R"({"word":"x","start":1000000001,"end":1000000001})", R"({"start":1,"end":2})",
        R"({"word":"","start":1,"end":2})", R"({"word":7,"start":1,"end":2})", "7", "null", "[]"}) {
    auto words = words_in(std::string(word) + R"(,{"word":"good","start":1,"end":2})");
    ASSERT_EQ(words.size(), 1u) << word;
    EXPECT_EQ(words[0].word, "good");
  }
}

TEST(Message, KeepsAWordThatEndsBeforeItBegins) {
  auto word = words_in(R"({"word":"x","start":2,"end":1})").at(0);
  EXPECT_EQ(word.start, 2s);
  EXPECT_EQ(word.end, 2s);
}

TEST(Message, TakesEitherFormOfAWord) {
  auto words =
      words_in(R"({"word":"x","start":1,"end":2},{"punctuated_word":"Y.","start":1,"end":2})");
  ASSERT_EQ(words.size(), 2u);
  EXPECT_EQ(words[0].punctuated_word, "x");
  EXPECT_EQ(words[1].word, "Y.");
}

TEST(Message, RefusesResultsWithoutTimes) {
  for (const char* times :
       {R"("start":1)", R"("duration":1)", R"("start":"1","duration":1)",
        R"("start":-1,"duration":1)", R"("start":1,"duration":-1)", R"("start":1e300,"duration":1)",
        R"("start":1,"duration":null)", R"("start":{},"duration":[])"})
    EXPECT_EQ(error(std::string(R"({"type":"Results",)") + times + "}"),
              "Results without start or duration")
        << times;
}

TEST(Message, RefusesAChannelThatIsNone) {
  for (const char* index :
       {"[-1,1]", "[]", "[null]", "[\"0\",1]", "[256,300]", "[99999999999999999999]"})
    EXPECT_EQ(error(std::string(R"({"type":"Results","start":1,"duration":1,"channel_index":)") +
                    index + "}"),
              "Results of no channel")
        << index;
}

TEST(Message, RepairsTheChannelCount) {
  EXPECT_EQ(parsed<SpeechStarted>(R"({"type":"SpeechStarted","timestamp":1,"channel":[3]})")
                .channel.count,
            4);
  EXPECT_EQ(parsed<SpeechStarted>(R"({"type":"SpeechStarted","timestamp":1,"channel":[0,1e300]})")
                .channel.count,
            1);
  EXPECT_EQ(
      parsed<SpeechStarted>(R"({"type":"SpeechStarted","timestamp":1,"channel":7})").channel.count,
      1);
}

TEST(Message, TakesWrongTypesAsMissing) {
  auto results = parsed<Results>(results_with(
      R"(,"is_final":"true","speech_final":1,"from_finalize":null,"channel":[],"metadata":"x",)"
      R"("entities":{"a":1})"));
  EXPECT_FALSE(results.is_final);
  EXPECT_FALSE(results.speech_final);
  EXPECT_TRUE(results.words.empty());
  EXPECT_EQ(results.request_id, "");
  for (const char* channel : {"{}", "{\"alternatives\":{}}", "{\"alternatives\":[]}",
                              "{\"alternatives\":[7]}", "{\"alternatives\":[{\"words\":{}}]}"})
    EXPECT_EQ(parsed<Results>(results_with(std::string(",\"channel\":") + channel)).transcript, "");
}

TEST(Message, KeepsConfidencesWithinTheirRange) {
  auto words = words_in(R"({"word":"a","start":0,"end":1,"confidence":7},)"
                        R"({"word":"b","start":0,"end":1,"confidence":-1},)"
                        R"({"word":"c","start":0,"end":1,"confidence":1e999})");
  EXPECT_EQ(words.at(0).confidence, 1);
  EXPECT_EQ(words.at(1).confidence, 0);
  EXPECT_EQ(words.at(2).confidence, 0);
}

TEST(Message, TakesTheLastOfDuplicateKeys) {
  EXPECT_EQ(parsed<Results>(results_with(R"(,"start":7)")).start, 7s);
}

TEST(Message, RefusesWhatIsNoJson) {
  for (const char* text :
       {"", "x", "{", "[]", "{\"type\"}", "{\"type\":}", "{\"type\":\"Results\",}", "{1:2}",
        "{\"a\":tru}", "{\"a\":1 2}", "{\"a\":--1}", "{\"a\":1.2.3}", "{\"a\" \"b\"}",
        "{\"a\":[1 2]}", "{\"a\":\"\xFF\"}", "{\"a\":\"\xED\xA0\x80\"}", "{} {}"})
    EXPECT_NE(error(text), "") << text;
}

TEST(Message, RefusesDeepNesting) {
  std::string deep =
      "{\"type\":\"x\",\"a\":" + std::string(80'000, '[') + std::string(80'000, ']') + "}";
  EXPECT_NE(error(deep), "");
}

TEST(Message, NamesWhatItDoesNotKnow) {
  EXPECT_EQ(parsed<Unknown>(R"({"type":"Later","x":1})").type, "Later");
  EXPECT_EQ(parsed<Unknown>(R"({"type":7})").type, "");
  EXPECT_EQ(parsed<Unknown>("{}").type, "");
}

// Every recorded message, with bytes of it changed: no crash, and no time out of range.
TEST(Message, SurvivesDamage) {
  std::vector<std::string> seeds = fixture("docs-examples.jsonl");
  for (auto& line : fixture("nova2-phonecall-mulaw-captures-2026-08-25.jsonl"))
    seeds.push_back(line);
  auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  int taken = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seeds[random() % seeds.size()];
    for (auto changes = random() % 4 + 1; changes > 0; --changes)
      text[random() % text.size()] = "0129.-eE{}[]\",:\\untrx \x80"[random() % 24];
    Result<Message> message = parse_message(text);
    if (!message) continue;
    ++taken;
    if (auto* results = std::get_if<Results>(&*message))
      for (auto& word : results->words) {
        ASSERT_GE(word.start, 0ns) << text;
        ASSERT_LE(word.start, word.end) << text;
        ASSERT_LE(word.end, 1'000'000'000s) << text;
        ASSERT_FALSE(word.word.empty()) << text;
      }
  }
  EXPECT_GT(taken, 0);
}

}  // namespace
}  // namespace dg
