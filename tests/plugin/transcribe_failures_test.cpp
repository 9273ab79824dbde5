// SPDX-License-Identifier: LGPL-2.1-or-later
// A service that is not there, refuses, or talks nonsense: said once, in words that help, and
// nothing hangs.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using server::RecognizerKind;
using server::Seen;

using Properties = std::map<std::string, std::string>;

struct Code {
  GQuark (*domain)();
  int number;
};
constexpr Code kNotAuthorized{gst_resource_error_quark, GST_RESOURCE_ERROR_NOT_AUTHORIZED};
constexpr Code kNotFound{gst_resource_error_quark, GST_RESOURCE_ERROR_NOT_FOUND};
constexpr Code kBusy{gst_resource_error_quark, GST_RESOURCE_ERROR_BUSY};
constexpr Code kSettings{gst_resource_error_quark, GST_RESOURCE_ERROR_SETTINGS};
constexpr Code kOpen{gst_resource_error_quark, GST_RESOURCE_ERROR_OPEN_READ_WRITE};
constexpr Code kRead{gst_resource_error_quark, GST_RESOURCE_ERROR_READ};
constexpr Code kDecode{gst_stream_error_quark, GST_STREAM_ERROR_DECODE};

struct Failure {
  std::string name;
  std::vector<std::string> faults;
  Properties properties;
  Code code;
  std::string first_line;  // how it begins
  unsigned status = 0, close_code = 0;
  bool retried = false;
  bool dialed = true;
  RecognizerKind recognizer = RecognizerKind::Script;  // says nothing of itself

  friend void PrintTo(const Failure& failure, std::ostream* out) { *out << failure.name; }
};

const Properties kSoon = {{"reconnect-timeout", "200"}};

// Where nobody listens: a server was there, and is gone.
std::string abandoned_url() {
  auto server = server::Server::start({});
  return (*server)->url();
}

// No name may have a part this long, so that nobody is asked for it.
std::string impossible_url() {
  return "ws://" + std::string(64, 'x') + ".invalid/v1/listen";
}

const std::vector<Failure>& failures() {
  static const std::vector<Failure> all = {
      {"BadRequest", {"refuse=400"}, {}, kOpen, "Deepgram refused the request (400)", 400},
      {"Unauthorized", {"refuse=401"}, {}, kNotAuthorized, "Deepgram refused the key (401)", 401},
      {"NoCredit", {"refuse=402"}, {}, kNotAuthorized, "The Deepgram project has no credit", 402},
      {"Forbidden", {"refuse=403"}, {}, kNotAuthorized, "The key does not allow", 403},
      {"NotFound", {"refuse=404"}, {}, kNotFound, "There is no live transcription", 404},
      {"TooMany", {"refuse=429"}, kSoon, kBusy, "Too many streams", 429, 0, true},
      {"ServerError", {"refuse=500"}, kSoon, kOpen, "Deepgram cannot serve", 500, 0, true},
      {"NoUpgrade", {"refuse=302"}, {}, kOpen, "The server points to another address", 302},
      {"NobodyListens",
       {},
       {{"url", abandoned_url()}, {"reconnect-timeout", "200"}},
       kOpen,
       "The server cannot be reached",
       0,
       0,
       true,
       false},
      {"UnknownHost",
       {},
       {{"url", impossible_url()}},
       kOpen,
       "The host's name is unknown",
       0,
       0,
       false,
       false},
      {"NeverAnswers",
       {"no-answer"},
       {{"connect-timeout", "150"}, {"reconnect-timeout", "200"}},
       kOpen,
       "The server did not answer in time",
       0,
       0,
       true},
      {"ClosesAtOnce",
       {"close-at-open=1011:@NET-0000"},
       kSoon,
       kRead,
       "Deepgram made no text of the audio in time (1011)",
       0,
       1011,
       true},
      {"ClosesNormally",
       {"close-at-open=1000"},
       kSoon,
       kRead,
       "The server closed the connection",
       0,
       1000,
       true},
      {"BadAudio",
       {"close-after=1:1008:@DATA-0000"},
       {},
       kDecode,
       "Deepgram could not decode the audio (1008)",
       0,
       1008},
      {"Drops", {"drop-after=0.5"}, kSoon, kRead, "The connection broke", 0, 0, true},
      // It is only seen with what follows it.
      {"SendsGarbage",
       {"garbage-after=0.5"},
       kSoon,
       kRead,
       "The connection broke",
       0,
       0,
       true,
       true,
       RecognizerKind::Tone},
      {"NoKey",
       {},
       {{"url", "wss://api.deepgram.com/v1/listen"}},
       kNotAuthorized,
       "Deepgram needs a key",
       0,
       0,
       false,
       false},
      {"NoUrl",
       {},
       {{"url", "http://localhost/v1/listen"}},
       kSettings,
       "Correct the settings",
       0,
       0,
       false,
       false},
  };
  return all;
}

class TranscribeFailures : public testing::TestWithParam<Failure> {
 protected:
  static Bench::Setup setup() {
    Bench::Setup setup;
    setup.server.faults = GetParam().faults;
    setup.server.recognizer = GetParam().recognizer;
    setup.properties = GetParam().properties;
    return setup;
  }

  // The audio is taken whatever happens, and so is its end.
  static void run(Bench& bench, GstMessageType told) {
    bench.play();
    EXPECT_EQ(bench.feed().tones(0s, 3s), GST_FLOW_OK);
    ASSERT_TRUE(bench.pipeline().wait_for_state("failed"));
    ASSERT_TRUE(bench.pipeline().wait_for(told));
    bench.feed().cut(100ms);
    EXPECT_EQ(bench.feed().tones(3s, 40s), GST_FLOW_OK);  // more than is ever kept
    ASSERT_TRUE(bench.finish());
  }

  static void check(GstMessage* message) {
    const Failure& expected = GetParam();
    GError* raw = nullptr;
    char* raw_debug = nullptr;
    const GstStructure* details = nullptr;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
      gst_message_parse_error(message, &raw, &raw_debug);
      gst_message_parse_error_details(message, &details);
    } else {
      gst_message_parse_warning(message, &raw, &raw_debug);
      gst_message_parse_warning_details(message, &details);
    }
    Ptr<GError> error(raw);
    Ptr<char> debug(raw_debug);
    EXPECT_EQ(error->domain, expected.code.domain()) << error->message;
    EXPECT_EQ(error->code, expected.code.number) << error->message;
    EXPECT_TRUE(std::string(error->message).starts_with(expected.first_line)) << error->message;
    ASSERT_TRUE(details);
    EXPECT_EQ(known(details, "http-status-code"), expected.status);
    EXPECT_EQ(known(details, "close-code"), expected.close_code);
  }

  // Whoever watches the connection sees why.
  static void check_state(const MessageRef& last) {
    const GstStructure* change = structure_of(last);
    EXPECT_EQ(text_field(change, "state"), "failed");
    EXPECT_NE(text_field(change, "class"), "");
    EXPECT_EQ(known(change, "http-status"), GetParam().status);
    EXPECT_EQ(known(change, "close-code"), GetParam().close_code);
  }

  static unsigned known(const GstStructure* structure, const char* field) {
    return gst_structure_has_field(structure, field) ? uint_field(structure, field) : 0;
  }
};

TEST_P(TranscribeFailures, AreOneError) {
  Bench bench(setup());
  run(bench, GST_MESSAGE_ERROR);
  auto errors = bench.pipeline().messages(GST_MESSAGE_ERROR);
  ASSERT_EQ(errors.size(), 1u);
  check(errors[0].get());
  EXPECT_EQ(bench.pipeline().messages(GST_MESSAGE_WARNING).size(), GetParam().retried ? 1u : 0u);
  EXPECT_EQ(bench.server().requests().empty(), !GetParam().dialed);
  check_state(bench.pipeline().messages("deepgram/connection").back());
}

TEST_P(TranscribeFailures, AreAWarningWhenThePipelineIsToGoOn) {
  auto setup = TranscribeFailures::setup();
  setup.properties["failure"] = "continue";
  Bench bench(setup);
  run(bench, GST_MESSAGE_WARNING);
  EXPECT_TRUE(bench.pipeline().messages(GST_MESSAGE_ERROR).empty());
  auto warnings = bench.pipeline().messages(GST_MESSAGE_WARNING);
  ASSERT_EQ(warnings.size(), GetParam().retried ? 2u : 1u);
  check(warnings.back().get());
}

INSTANTIATE_TEST_SUITE_P(Kinds, TranscribeFailures, testing::ValuesIn(failures()),
                         [](const auto& failure) { return failure.param.name; });

TEST(TranscribeFailure, HasTheServicesWordsAndRequestId) {
  Bench bench({.server = {.faults = {"refuse=402"}}});
  bench.play();
  bench.feed().tones(0s, 1s);
  ASSERT_TRUE(bench.pipeline().wait_for(GST_MESSAGE_ERROR));
  const GstStructure* details = nullptr;
  auto errors = bench.pipeline().messages(GST_MESSAGE_ERROR);
  gst_message_parse_error_details(errors[0].get(), &details);
  EXPECT_EQ(text_field(details, "request-id"), bench.server().requests().at(0).request_id);
  EXPECT_NE(text_field(details, "dg-error").find("credits"), std::string::npos);
}

// Also when it was lost later: support asks for it.
TEST(TranscribeFailure, HasTheRequestIdOfALostConnection) {
  Bench bench({.server = {.recognizer = RecognizerKind::Script,
                          .faults = {"close-after=0.5:1008:@DATA-0000"}}});
  bench.play();
  bench.feed().tones(0s, 3s);
  ASSERT_TRUE(bench.pipeline().wait_for(GST_MESSAGE_ERROR));
  const GstStructure* details = nullptr;
  auto errors = bench.pipeline().messages(GST_MESSAGE_ERROR);
  gst_message_parse_error_details(errors[0].get(), &details);
  EXPECT_EQ(text_field(details, "request-id"), bench.server().requests().at(0).request_id);
  EXPECT_FALSE(text_field(details, "request-id").empty());
  EXPECT_EQ(text_field(structure_of(bench.pipeline().messages("deepgram/connection").back()),
                       "request-id"),
            text_field(details, "request-id"));
}

// No key that was set is in anything that is said.
TEST(TranscribeFailure, DoesNotTellTheKey) {
  Bench bench({.server = {.faults = {"refuse=401"}}, .properties = {{"api-key", "verysecret"}}});
  bench.play();
  bench.feed().tones(0s, 1s);
  ASSERT_TRUE(bench.finish());
  for (const Entry& entry : bench.pipeline().record().copy()) {
    auto* message = std::get_if<MessageRef>(&entry);
    const GstStructure* said = message ? structure_of(*message) : nullptr;
    if (!said) continue;
    Ptr<char> text(gst_structure_to_string(said));
    EXPECT_EQ(std::string(text.get()).find("verysecret"), std::string::npos) << text.get();
  }
}

// It was all said, but the goodbye is missing.
TEST(TranscribeFailure, EndsWithoutMetadata) {
  Bench bench({.server = {.faults = {"omit=metadata"}}});
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
  EXPECT_TRUE(bench.pipeline().messages(GST_MESSAGE_ERROR).empty());
}

TEST(TranscribeFailure, EndsWhenTheServiceDoesNot) {
  Bench bench(
      {.server = {.faults = {"stall-results-after=3"}}, .properties = {{"drain-timeout", "300"}}});
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  EXPECT_EQ(bench.pipeline().messages(GST_MESSAGE_WARNING).size(), 1u);
  EXPECT_TRUE(bench.pipeline().messages(GST_MESSAGE_ERROR).empty());
}

// Who reads the finals of the bus gets the same words as who reads the text.
TEST(TranscribeFailure, TellsTheLastInterimWhoseFinalNeverComes) {
  Bench bench(
      {.server = {.recognizer = server::RecognizerKind::Script,
                  .scenario = R"({"at":1,"send":{"type":"Results","channel_index":[0,1],"start":0,)"
                              R"("duration":1,"is_final":false,"channel":{"alternatives":[{)"
                              R"("transcript":"almost","confidence":0.9,"words":[{"word":"almost",)"
                              R"("start":0.2,"end":0.6,"confidence":0.9}]}]}}})"}});
  bench.play();
  bench.feed().tones(0s, 2s);
  ASSERT_TRUE(bench.finish());
  std::vector<MessageRef> told = bench.pipeline().messages("deepgram/results");
  ASSERT_EQ(told.size(), 2u);
  const GstStructure* left = structure_of(told.back());
  EXPECT_EQ(text_field(left, "transcript"), "almost");
  gboolean is_final = FALSE, promoted = FALSE;
  gst_structure_get(left, "is-final", G_TYPE_BOOLEAN, &is_final, "promoted", G_TYPE_BOOLEAN,
                    &promoted, nullptr);
  EXPECT_TRUE(is_final);
  EXPECT_TRUE(promoted);
  EXPECT_EQ(time_field(left, "running-time"), 0u);
  EXPECT_EQ(time_field(bench.pipeline().stats().get(), "promoted-words"), 1u);
  ASSERT_EQ(bench.pipeline().texts().size(), 1u);
  EXPECT_EQ(bench.pipeline().texts()[0].text, "almost");
}

// What cannot be read is left out, and the words around it are not.
TEST(TranscribeFailure, LeavesOutAMalformedMessage) {
  Bench bench({.server = {.faults = {"malformed-after=3"}}});
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
  guint64 malformed = 0;
  auto stats = bench.pipeline().stats();
  ASSERT_TRUE(gst_structure_get_uint64(stats.get(), "malformed-messages", &malformed));
  EXPECT_EQ(malformed, 1u);
}

}  // namespace
}  // namespace dg
