// SPDX-License-Identifier: LGPL-2.1-or-later
// Properties that change while an element plays: another connection takes over, and costs no word.
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using server::Ending;
using server::Seen;

constexpr Nanos kCut = 4900ms;  // between word 9 and word 10 of the oracle

std::string parameter(const Seen& request, const char* key) {
  std::string all;
  for (const auto& [name, value] : request.query)
    if (name == key) all += (all.empty() ? "" : ",") + value;
  return all;
}

class Changes : public testing::TestWithParam<bool> {
 protected:
  static Bench::Setup setup() {
    Bench::Setup setup;
    setup.sink = GetParam();
    return setup;
  }

  // The speaker stops, and all that was said is known.
  static void pause(Bench& bench, std::size_t words = 10) {
    bench.play();
    bench.feed().tones(0s, kCut);
    gboolean accepted = FALSE;
    g_signal_emit_by_name(bench.element(), "finalize", -1, &accepted);
    ASSERT_TRUE(bench.wait_for_words(words));
  }

  // Goes on, to the end.
  static void go_on(Bench& bench) {
    bench.feed().tones(kCut, 10s);
    ASSERT_TRUE(bench.finish());
    EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
    EXPECT_TRUE(bench.pipeline().messages(GST_MESSAGE_ERROR).empty());
  }
};

TEST_P(Changes, AreTakenOverByAnotherConnection) {
  Bench bench(setup());
  pause(bench);
  bench.pipeline().set("model", "nova-2");
  bench.pipeline().set("language-code", "de");
  bench.pipeline().set("keywords", "<GStreamer>");
  bench.pipeline().set("extra-params", "params,tier=enhanced");
  ASSERT_TRUE(bench.pipeline().wait_for_state("draining"));
  go_on(bench);
  EXPECT_TRUE(bench.pipeline().messages(GST_MESSAGE_WARNING).empty());
  auto requests = bench.server().requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].ending, Ending::CloseStream);
  EXPECT_EQ(parameter(requests[0], "model"), "nova-3");
  EXPECT_EQ(parameter(requests[1], "model"), "nova-2");
  EXPECT_EQ(parameter(requests[1], "language"), "de");
  EXPECT_EQ(parameter(requests[1], "keywords"), "GStreamer");
  EXPECT_EQ(parameter(requests[1], "tier"), "enhanced");
  auto stats = bench.pipeline().stats();
  EXPECT_EQ(uint_field(stats.get(), "reconnects-planned"), 1u);
  EXPECT_EQ(text_field(stats.get(), "last-error"), "");
}

TEST_P(Changes, AreTold) {
  Bench bench(setup());
  pause(bench);
  bench.pipeline().set("model", "nova-2");
  ASSERT_TRUE(bench.pipeline().wait_for_state("draining"));
  go_on(bench);
  // Idle in between, if the connection has closed before there is audio again.
  std::vector<std::string> states = bench.pipeline().states();
  std::erase(states, "idle");
  EXPECT_EQ(states, (std::vector<std::string>{"connecting", "connected", "draining", "reconnecting",
                                              "connected", "draining", "closed"}));
  auto told = bench.pipeline().messages("deepgram/connection");
  ASSERT_GE(told.size(), 7u);
  for (std::size_t i = 0; i < told.size(); ++i)
    EXPECT_EQ(gst_structure_has_field(structure_of(told[i]), "hand-over") != FALSE, i == 2) << i;
}

TEST_P(Changes, ThatMakeNoRequestAreAWarning) {
  Bench bench(setup());
  pause(bench);
  bench.pipeline().set("dictation", "true");
  bench.pipeline().set("punctuate", "false");
  ASSERT_TRUE(bench.pipeline().wait_for(GST_MESSAGE_WARNING));
  go_on(bench);
  EXPECT_EQ(bench.pipeline().messages(GST_MESSAGE_WARNING).size(), 1u);
  EXPECT_EQ(bench.server().requests().size(), 1u);
}

TEST_P(Changes, ThatTheServiceRefusesAreAWarning) {
  Bench::Setup refusing = setup();
  refusing.server.scenario =
      R"([{"on":"handshake","refuse":400,"message":"No such model","connection":2}])";
  Bench bench(refusing);
  pause(bench);
  bench.pipeline().set("model", "nova-2");
  ASSERT_TRUE(bench.pipeline().wait_for_state("draining"));
  go_on(bench);
  auto warnings = bench.pipeline().messages(GST_MESSAGE_WARNING);
  ASSERT_EQ(warnings.size(), 1u);
  GError* said = nullptr;
  gst_message_parse_warning(warnings[0].get(), &said, nullptr);
  Ptr<GError> error(said);
  EXPECT_NE(std::string(error->message).find("what was set before holds"), std::string::npos)
      << error->message;
  auto requests = bench.server().requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(parameter(requests[2], "model"), "nova-3");
}

// Muxers and players name the text by it.
TEST(TranscribeChanges, OfTheLanguageAreATag) {
  Bench bench({.properties = {{"language", "en"}, {"post-raw", "true"}}});
  bench.play();
  bench.feed().tones(0s, kCut);
  gboolean accepted = FALSE;
  g_signal_emit_by_name(bench.element(), "finalize", -1, &accepted);
  ASSERT_TRUE(bench.wait_for_words(10));
  bench.pipeline().set("language", "de-CH");
  ASSERT_TRUE(bench.pipeline().wait_for_state("draining"));
  bench.feed().tones(kCut, 10s);
  ASSERT_TRUE(bench.finish());
  std::string languages;
  for (const EventRef& event : bench.pipeline().events(GST_EVENT_TAG)) {
    GstTagList* tags = nullptr;
    gst_event_parse_tag(event.get(), &tags);
    const char* code = nullptr;
    if (gst_tag_list_peek_string_index(tags, GST_TAG_LANGUAGE_CODE, 0, &code))
      languages += std::string(code) + " ";
  }
  EXPECT_EQ(languages, "en de ");
  auto raw = bench.pipeline().messages("deepgram/raw");
  EXPECT_EQ(text_field(structure_of(raw.front()), "language-code"), "en");
  EXPECT_EQ(text_field(structure_of(raw.back()), "language-code"), "de-CH");
}

// These are read when they are needed.
TEST_P(Changes, OfNoParameterTakeNoConnection) {
  Bench bench(setup());
  pause(bench);
  for (const char* property : {"url", "api-key", "access-token", "user-agent"})
    bench.pipeline().set(property, "x");
  bench.pipeline().set("extra-headers", "headers,x-team=captions");
  bench.pipeline().set("model", "nova-3");  // as it is
  go_on(bench);
  EXPECT_EQ(bench.server().requests().size(), 1u);
}

TEST_P(Changes, BeforeTheFirstDialNeedNoOther) {
  Bench bench(setup());
  bench.play();
  bench.pipeline().set("model", "nova-2");
  bench.feed().tones(0s, kCut);
  go_on(bench);
  auto requests = bench.server().requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(parameter(requests[0], "model"), "nova-2");
}

// From then on there is one channel, in which both are heard.
TEST_P(Changes, MayBeToFewerChannels) {
  Bench::Setup stereo = setup();
  stereo.channels = 2;
  stereo.properties = {{"multichannel", "true"}};
  Bench bench(stereo);
  pause(bench, 20);
  bench.pipeline().set("multichannel", "false");
  ASSERT_TRUE(bench.pipeline().wait_for_state("draining"));
  bench.feed().tones(kCut, 10s);
  ASSERT_TRUE(bench.finish());
  std::map<long, int> times;
  for (const Heard& word : bench.words()) ++times[word.number];
  ASSERT_EQ(times.size(), 20u);
  for (const auto& [word, count] : times) EXPECT_EQ(count, word < 10 ? 2 : 1) << "w" << word;
  EXPECT_EQ(bench.server().requests().size(), 2u);
}

INSTANTIATE_TEST_SUITE_P(Elements, Changes, testing::Bool(),
                         [](const auto& test) { return Bench::name_of("Transcribe", test.param); });

}  // namespace
}  // namespace dg
