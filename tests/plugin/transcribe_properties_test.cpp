// SPDX-License-Identifier: LGPL-2.1-or-later
// What is set is what the service is asked for.
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"
#include "support/variable.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using server::Seen;

std::vector<std::string> values(const std::vector<std::pair<std::string, std::string>>& pairs,
                                const std::string& name) {
  std::vector<std::string> out;
  for (const auto& [key, value] : pairs)
    if (g_ascii_strcasecmp(key.c_str(), name.c_str()) == 0) out.push_back(value);
  return out;
}

using Strings = std::vector<std::string>;

// What was asked of the server, whether it liked it or not.
Seen request_of(Bench& bench) {
  bench.play();
  bench.feed().tones(0s, 1s);
  EXPECT_TRUE(bench.finish());
  auto requests = bench.server().requests();
  EXPECT_FALSE(requests.empty());
  return requests.empty() ? Seen() : requests[0];
}

struct Audio {
  const char* before;
  int rate, channels;
  const char *encoding, *sent_rate, *sent_channels;
};

TEST(TranscribeRequest, SaysWhatTheAudioIs) {
  for (const Audio& audio : {Audio{"", 16000, 1, "linear16", "16000", "1"},
                             Audio{"", 44100, 2, "linear16", "44100", "2"},
                             Audio{"audioconvert name=in ! audio/x-raw,format=F32LE ! ", 48000, 2,
                                   "linear32", "48000", "2"},
                             Audio{"mulawenc name=in ! ", 8000, 1, "mulaw", "8000", "1"},
                             Audio{"flacenc name=in ! ", 44100, 2, "flac", "44100", "2"},
                             Audio{"opusenc name=in ! ", 16000, 1, "opus", "16000", "1"},
                             Audio{"alawenc name=in ! ", 8000, 2, "alaw", "8000", "2"}}) {
    Bench bench({.rate = audio.rate, .channels = audio.channels, .before = audio.before});
    Seen request = request_of(bench);
    EXPECT_EQ(values(request.query, "encoding"), Strings{audio.encoding});
    EXPECT_EQ(values(request.query, "sample_rate"), Strings{audio.sent_rate});
    EXPECT_EQ(values(request.query, "channels"), Strings{audio.sent_channels});
  }
}

TEST(TranscribeRequest, PassesOnWhatHasNoProperty) {
  Bench bench({.properties = {{"extra-params", "params,tier=enhanced,model=nova-2"}}});
  Seen request = request_of(bench);
  EXPECT_EQ(values(request.query, "tier"), Strings{"enhanced"});
  EXPECT_EQ(values(request.query, "model"), Strings{"nova-2"});
}

TEST(TranscribeRequest, KeepsTheQueryOfTheUrl) {
  Bench bench;
  bench.pipeline().set("url", bench.server().url() + "?tag=mine&model=nova-2");
  Seen request = request_of(bench);
  EXPECT_EQ(values(request.query, "tag"), Strings{"mine"});
  EXPECT_EQ(values(request.query, "model"), Strings{"nova-2"});
}

TEST(TranscribeRequest, HasTheHeadersThatWereSet) {
  Bench bench(
      {.properties = {{"extra-headers", "headers,x-team=captions"}, {"user-agent", "newsroom/2"}}});
  Seen request = request_of(bench);
  EXPECT_EQ(values(request.headers, "x-team"), Strings{"captions"});
  EXPECT_EQ(values(request.headers, "user-agent"), Strings{"newsroom/2"});
}

TEST(TranscribeRequest, SaysWhoWeAre) {
  Bench bench;
  Strings agent = values(request_of(bench).headers, "user-agent");
  ASSERT_EQ(agent.size(), 1u);
  EXPECT_TRUE(agent[0].starts_with("gst-deepgram/")) << agent[0];
}

Strings authorization(const std::map<std::string, std::string>& properties) {
  Bench bench({.properties = properties});
  return values(request_of(bench).headers, "authorization");
}

TEST(TranscribeKey, GoesWithItsScheme) {
  EXPECT_EQ(authorization({}), Strings{});
  EXPECT_EQ(authorization({{"api-key", "k"}}), Strings{"Token k"});
  EXPECT_EQ(authorization({{"access-token", "t"}}), Strings{"Bearer t"});
  EXPECT_EQ(authorization({{"access-token", "t"}, {"api-key", "k"}}), Strings{"Bearer t"});
}

TEST(TranscribeKey, MayComeFromTheEnvironment) {
  Variable key("DEEPGRAM_API_KEY", "from-there");
  EXPECT_EQ(authorization({}), Strings{"Token from-there"});
  EXPECT_EQ(authorization({{"api-key", "k"}}), Strings{"Token k"});
  Variable token("DEEPGRAM_ACCESS_TOKEN", "token");
  EXPECT_EQ(authorization({}), Strings{"Bearer token"});
  EXPECT_EQ(authorization({{"api-key", "k"}}), Strings{"Token k"});
}

TEST(TranscribeKey, CannotBeReadBack) {
  Bench bench;
  for (const char* name : {"api-key", "access-token"}) {
    GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(bench.element()), name);
    ASSERT_TRUE(spec);
    EXPECT_FALSE(spec->flags & G_PARAM_READABLE) << name;
    EXPECT_TRUE(spec->flags & G_PARAM_WRITABLE) << name;
  }
}

// By names that other transcribers have.
TEST(TranscribeKey, CannotBeReadBackAsAHeader) {
  Bench bench({.properties = {{"extra-headers",
                               "headers,authorization=sesame,Cookie=sesame,"
                               "proxy-Authorization=sesame,x-team=captions"}}});
  GstStructure* read = nullptr;
  g_object_get(bench.element(), "extra-headers", &read, nullptr);
  Ptr<GstStructure> headers(read);
  EXPECT_STREQ(gst_structure_get_string(headers.get(), "x-team"), "captions");
  for (const char* secret : {"authorization", "Cookie", "proxy-Authorization"})
    EXPECT_STREQ(gst_structure_get_string(headers.get(), secret), "(hidden)") << secret;
}

TEST(TranscribeAliases, AreTheSameProperty) {
  Bench bench({.properties = {{"language-code", "fr"}, {"diarization", "true"}}});
  char* language = nullptr;
  gboolean diarize = FALSE;
  g_object_get(bench.element(), "language", &language, "diarize", &diarize, nullptr);
  EXPECT_STREQ(language, "fr");
  EXPECT_TRUE(diarize);
  g_free(language);
  Seen request = request_of(bench);
  EXPECT_EQ(values(request.query, "language"), Strings{"fr"});
  EXPECT_EQ(values(request.query, "diarize"), Strings{"true"});
}

TEST(TranscribeProperties, TakeNoString) {
  Bench bench;
  guint count = 0, strings = 0;
  GParamSpec** specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(bench.element()), &count);
  for (guint i = 0; i < count; ++i) {
    bool ours = specs[i]->owner_type == G_OBJECT_TYPE(bench.element());
    if (!ours || !G_IS_PARAM_SPEC_STRING(specs[i]) || !(specs[i]->flags & G_PARAM_WRITABLE))
      continue;
    g_object_set(bench.element(), specs[i]->name, nullptr, nullptr);
    ++strings;
  }
  g_free(specs);
  EXPECT_GE(strings, 8u);
  bench.pipeline().set("url", bench.server().url());
  EXPECT_TRUE(values(request_of(bench).query, "model").empty());
}

TEST(TranscribeProperties, OfStructuresReadBackAsTheyWereSet) {
  Bench bench({.properties = {{"extra-params", "params,tier=enhanced,tag=<a,b,\"x y\">"}}});
  GstStructure* read = nullptr;
  g_object_get(bench.element(), "extra-params", &read, nullptr);
  Ptr<GstStructure> params(read);
  ASSERT_TRUE(params);
  EXPECT_EQ(text_field(params.get(), "tier"), "enhanced");
  const GValue* tags = gst_structure_get_value(params.get(), "tag");
  ASSERT_TRUE(tags && GST_VALUE_HOLDS_ARRAY(tags));
  ASSERT_EQ(gst_value_array_get_size(tags), 3u);
  EXPECT_STREQ(g_value_get_string(gst_value_array_get_value(tags, 2)), "x y");
  g_object_set(bench.element(), "extra-params", params.get(), nullptr);
  EXPECT_EQ(values(request_of(bench).query, "tag"), (Strings{"a", "b", "x y"}));
}

TEST(TranscribeProperties, OfStructuresMayBeTakenBack) {
  Bench bench({.properties = {{"extra-params", "params,measurements=true"}}});
  g_object_set(bench.element(), "extra-params", nullptr, "extra-headers", nullptr, nullptr);
  EXPECT_TRUE(values(request_of(bench).query, "measurements").empty());
}

// What the service would refuse is refused here, in words of properties, before any dial.
class TranscribeNonsense : public testing::TestWithParam<std::map<std::string, std::string>> {};

TEST_P(TranscribeNonsense, IsRefusedBeforeTheDial) {
  Bench bench({.properties = GetParam()});
  bench.play();
  bench.feed().tones(0s, 1s);
  ASSERT_TRUE(bench.finish());
  auto errors = bench.pipeline().messages(GST_MESSAGE_ERROR);
  ASSERT_EQ(errors.size(), 1u);
  GError* error = nullptr;
  gst_message_parse_error(errors[0].get(), &error, nullptr);
  EXPECT_TRUE(g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS))
      << error->message;
  g_error_free(error);
  EXPECT_TRUE(bench.server().requests().empty());
}

using Properties = std::map<std::string, std::string>;
INSTANTIATE_TEST_SUITE_P(
    Kinds, TranscribeNonsense,
    testing::Values(Properties{{"punctuate", "false"}, {"dictation", "true"}},
                    Properties{{"interim-results", "false"}, {"utterance-end-ms", "1000"}},
                    Properties{{"model", "nova-2"}, {"keyterm", "<a>"}},
                    Properties{{"keywords", "<a>"}}, Properties{{"tag", "<\"\">"}},
                    Properties{{"model", "nova-2"}, {"keywords", "<a:much>"}},
                    Properties{{"replace", "<a>"}}, Properties{{"extra", "<a>"}},
                    Properties{{"language", "en_US"}}, Properties{{"callback", "ftp://a/"}},
                    Properties{{"model", "base"}, {"language", "multi"}},
                    Properties{{"dictation", "true"}, {"extra-params", "params,punctuate=false"}},
                    Properties{{"utterance-end-ms", "10"}}, Properties{{"api-key", "with a blank"}},
                    Properties{{"user-agent", "two\nlines"}},
                    Properties{{"extra-headers", "headers,upgrade=no"}}));

TEST(TranscribeStats, HaveTheirFields) {
  Bench bench;
  bench.play();
  bench.feed().tones(0s, 10s);
  bench.feed().offset(200ms);
  bench.feed().tones(10s, 20s);
  ASSERT_TRUE(bench.finish());
  auto stats = bench.pipeline().stats();
  auto count = [&](const char* field) { return time_field(stats.get(), field); };
  EXPECT_STREQ(gst_structure_get_name(stats.get()), "application/x-deepgram-stats");
  EXPECT_EQ(uint_field(stats.get(), "connections"), 1u);
  EXPECT_EQ(uint_field(stats.get(), "reconnects"), 0u);
  EXPECT_EQ(count("audio-received"), 20 * GST_SECOND);
  EXPECT_EQ(count("audio-sent"), 20 * GST_SECOND);
  EXPECT_EQ(count("audio-filled"), 200 * GST_MSECOND);
  for (const char* field : {"audio-dropped", "audio-pending", "audio-replayed", "backlog"})
    EXPECT_EQ(count(field), 0u) << field;
  Seen request = bench.server().requests().at(0);
  EXPECT_EQ(count("bytes-out"), request.bytes);
  EXPECT_EQ(count("messages"), request.messages_sent);
  EXPECT_EQ(count("words"), 40u);
  EXPECT_GT(count("bytes-in"), 0u);
  EXPECT_GT(count("finals"), 0u);
  EXPECT_GT(count("interims"), 0u);
  for (const char* field :
       {"malformed-messages", "unknown-messages", "duplicate-words", "keepalives", "finalizes"})
    EXPECT_EQ(count(field), 0u) << field;
  EXPECT_EQ(text_field(stats.get(), "request-id"), request.request_id);
  EXPECT_EQ(text_field(stats.get(), "last-error"), "");
  EXPECT_EQ(text_field(stats.get(), "drain"), "complete");
  EXPECT_EQ(count("results-messages"), count("finals") + count("interims"));
  EXPECT_EQ(count("metadata-messages"), 1u);
  EXPECT_EQ(count("late-words"), 0u);
  EXPECT_GT(count("latency-max"), 0u);
  EXPECT_LE(count("latency-p50"), count("latency-p95"));
  EXPECT_LE(count("latency-p95"), count("latency-max"));
}

TEST(TranscribeStats, TellOfTheLastError) {
  Bench bench({.server = {.faults = {"close-after=5:1011"}, .faulty_connections = 1}});
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  auto stats = bench.pipeline().stats();
  EXPECT_EQ(text_field(stats.get(), "last-error-class"), "transient");
  EXPECT_EQ(uint_field(stats.get(), "last-error-close-code"), 1011u);
  EXPECT_FALSE(gst_structure_has_field(stats.get(), "last-error-http-status"));
  EXPECT_EQ(uint_field(stats.get(), "reconnects-transient"), 1u);
  EXPECT_EQ(uint_field(stats.get(), "reconnects-planned"), 0u);
}

TEST(TranscribeProperties, SaysWhenACueCannotStayAsLongAsItShould) {
  Bench bench({.properties = {{"min-duration", "8000"}}});  // max-duration is 7 s
  bench.play();
  bench.feed().tones(0s, 1s);
  ASSERT_TRUE(bench.finish());
  auto warnings = bench.pipeline().messages(GST_MESSAGE_WARNING);
  ASSERT_EQ(warnings.size(), 1u);
  GError* error = nullptr;
  gst_message_parse_warning(warnings[0].get(), &error, nullptr);
  Ptr<GError> owned(error);
  EXPECT_TRUE(g_error_matches(error, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS));
  EXPECT_NE(std::string(error->message).find("max-duration=7000"), std::string::npos)
      << error->message;
}

}  // namespace
}  // namespace dg
