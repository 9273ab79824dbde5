// SPDX-License-Identifier: LGPL-2.1-or-later
// What an application asks of an element while it runs, by signals and by events.
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/command.h"
#include "support/bench.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using server::Seen;

constexpr Nanos kSaid = 1900ms;  // words 0 to 3

GstStructure* structure(const char* text) {
  return gst_structure_from_string(text, nullptr);
}

bool finalize(GstElement* element, int channel) {
  gboolean accepted = FALSE;
  g_signal_emit_by_name(element, "finalize", channel, &accepted);
  return accepted;
}

bool configure(GstElement* element, const char* text) {
  Ptr<GstStructure> asked(text ? structure(text) : nullptr);
  gboolean accepted = FALSE;
  g_signal_emit_by_name(element, "configure", asked.get(), &accepted);
  return accepted;
}

// That the service got, but for KeepAlive.
std::vector<Seen::Command> commands_in(const Seen& request) {
  std::vector<Seen::Command> commands;
  for (const Seen::Command& command : request.commands)
    if (command.text != keep_alive_command()) commands.push_back(command);
  return commands;
}

bool wait_for_commands(Bench& bench, std::size_t count) {
  return bench.server().wait([=](const std::vector<Seen>& requests) {
    return !requests.empty() && commands_in(requests.front()).size() >= count;
  });
}

bool says_numerals(const Seen& request) {
  for (const auto& [name, value] : request.query)
    if (name == "numerals") return value == "true";
  return false;
}

std::size_t finals_of_finalize(const Record::Entries& entries, int channel) {
  std::size_t count = 0;
  for (const MessageRef& message : messages_in(entries, "deepgram/results")) {
    const GstStructure* said = structure_of(message);
    count += bool_field(said, "from-finalize") && int_field(said, "channel") == channel;
  }
  return count;
}

// Events of ours that came out of the text pad.
auto passed_on(Bench& bench, GstEventType type) {
  auto events = bench.pipeline().events(type);
  return std::count_if(events.begin(), events.end(), [](const EventRef& event) {
    return g_str_has_prefix(gst_structure_get_name(gst_event_get_structure(event.get())),
                            "deepgram/");
  });
}

class Controls : public testing::TestWithParam<bool> {
 protected:
  static Bench::Setup setup() {
    Bench::Setup setup;
    setup.sink = GetParam();
    return setup;
  }

  // All of `accepted` says what was accepted, of which the service gets the commands, each once and
  // behind the audio.
  static void expect_commands(Bench& bench, const std::vector<std::string>& expected) {
    ASSERT_TRUE(wait_for_commands(bench, expected.size()));
    ASSERT_TRUE(bench.finish());
    std::vector<Seen::Command> commands = commands_in(bench.server().requests().at(0));
    ASSERT_EQ(commands.size(), expected.size() + 1);  // and CloseStream
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(commands[i].text, expected[i]);
      EXPECT_EQ(commands[i].position, bench.feed().samples_in(kSaid));
    }
    EXPECT_TRUE(same_words(bench.words(), words_between(0s, kSaid)));
  }
};

TEST_P(Controls, AreSignals) {
  Bench bench(setup());
  EXPECT_FALSE(finalize(bench.element(), -1));  // nothing runs yet
  EXPECT_FALSE(configure(bench.element(), "c, numerals=true"));
  bench.play();
  bench.feed().tones(0s, kSaid);
  EXPECT_TRUE(configure(bench.element(), "anything, numerals=true"));
  EXPECT_TRUE(finalize(bench.element(), 0));
  expect_commands(bench, {configure_command(true), finalize_command(0)});
}

TEST_P(Controls, MakeFinalWhatWasSaid) {
  Bench bench(setup());
  bench.play();
  bench.feed().tones(0s, kSaid);
  EXPECT_TRUE(finalize(bench.element(), -1));
  EXPECT_TRUE(bench.wait_for_words(4));
  EXPECT_EQ(finals_of_finalize(bench.pipeline().record().copy(), 0), 1u);
  bench.feed().tones(kSaid, 10s);  // and it goes on
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
}

TEST_P(Controls, AreEventsFromUpstream) {
  Bench bench(setup());
  bench.play();
  bench.feed().tones(0s, kSaid);
  EXPECT_TRUE(bench.feed().event(gst_event_new_custom(
      GST_EVENT_CUSTOM_DOWNSTREAM, structure("deepgram/configure, numerals=true"))));
  EXPECT_TRUE(bench.feed().event(gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM_OOB,
                                                      structure("deepgram/finalize, channel=0"))));
  expect_commands(bench, {configure_command(true), finalize_command(0)});
  EXPECT_EQ(passed_on(bench, GST_EVENT_CUSTOM_DOWNSTREAM), 0);
  EXPECT_EQ(passed_on(bench, GST_EVENT_CUSTOM_DOWNSTREAM_OOB), 0);
}

TEST_P(Controls, AreEventsForTheElement) {
  Bench bench(setup());
  bench.play();
  bench.feed().tones(0s, kSaid);
  for (GstEventType type :
       {GST_EVENT_CUSTOM_UPSTREAM, GST_EVENT_CUSTOM_DOWNSTREAM, GST_EVENT_CUSTOM_DOWNSTREAM_OOB})
    EXPECT_TRUE(gst_element_send_event(
        bench.element(),
        gst_event_new_custom(type, structure("deepgram/configure, numerals=true"))));
  EXPECT_TRUE(gst_element_send_event(
      bench.element(),
      gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM, structure("deepgram/finalize"))));
  // At one place, once.
  expect_commands(bench, {configure_command(true), finalize_command()});
}

// A player that knows nothing of elements sends it to the pipeline.
TEST_P(Controls, AreEventsFromDownstream) {
  Bench bench(setup());
  bench.play();
  bench.feed().tones(0s, kSaid);
  EXPECT_TRUE(gst_element_send_event(
      bench.pipeline().bin(),
      gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM, structure("deepgram/finalize, channel=-1"))));
  expect_commands(bench, {finalize_command()});
  EXPECT_TRUE(upstream_in(bench.pipeline().record().copy(), GST_EVENT_CUSTOM_UPSTREAM).empty());
}

TEST_P(Controls, ThatAreMalformedAreOneWarningEach) {
  Bench bench(setup());
  bench.play();
  bench.feed().tones(0s, kSaid);
  const std::function<bool()> malformed[] = {
      [&] { return finalize(bench.element(), -2); },
      [&] { return finalize(bench.element(), 20); },
      [&] { return configure(bench.element(), nullptr); },
      [&] { return configure(bench.element(), "c"); },
      [&] { return configure(bench.element(), "c, numerals=yes please"); },
      [&] { return configure(bench.element(), "c, numerals=true, keyterm=x"); },
      [&] {
        return bench.feed().event(gst_event_new_custom(
            GST_EVENT_CUSTOM_DOWNSTREAM_OOB, structure("deepgram/finalize, channel=(string)0")));
      },
      [&] {
        return bench.feed().event(gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM,
                                                       structure("deepgram/finalize, chanel=0")));
      },
      [&] {
        return gst_element_send_event(bench.element(),
                                      gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM,
                                                           structure("deepgram/configure"))) != 0;
      },
  };
  std::size_t count = 0;
  for (const auto& ask : malformed) {
    EXPECT_FALSE(ask()) << count;
    EXPECT_EQ(bench.pipeline().messages(GST_MESSAGE_WARNING).size(), ++count);
  }
  ASSERT_TRUE(bench.finish());
  EXPECT_EQ(commands_in(bench.server().requests().at(0)).size(), 1u);
}

TEST_P(Controls, LeaveOtherEventsAlone) {
  Bench bench(setup());
  bench.play();
  bench.feed().tones(0s, kSaid);
  bench.feed().event(
      gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, structure("deepgram/other, channel=0")));
  ASSERT_TRUE(bench.finish());
  EXPECT_EQ(commands_in(bench.server().requests().at(0)).size(), 1u);
  EXPECT_TRUE(bench.pipeline().messages(GST_MESSAGE_WARNING).empty());
  EXPECT_EQ(passed_on(bench, GST_EVENT_CUSTOM_DOWNSTREAM), GetParam() ? 0 : 1);
}

// A connection that is dialed later has it in its query.
TEST_P(Controls, ConfigureHoldsForTheConnectionsToCome) {
  Bench bench(setup());
  bench.play();
  bench.feed().tones(0s, kSaid);
  int notified = 0;
  g_signal_connect(bench.element(), "notify::numerals",
                   G_CALLBACK(+[](GObject*, GParamSpec*, int* count) { ++*count; }), &notified);
  EXPECT_TRUE(configure(bench.element(), "c, numerals=true"));
  EXPECT_EQ(notified, 1);
  gboolean numerals = FALSE;
  g_object_get(bench.element(), "numerals", &numerals, nullptr);
  EXPECT_TRUE(numerals);
  ASSERT_TRUE(wait_for_commands(bench, 1));
  bench.server().act(server::Drop{});
  bench.feed().tones(kSaid, 10s);
  ASSERT_TRUE(bench.finish());
  auto requests = bench.server().requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_FALSE(says_numerals(requests[0]));
  EXPECT_TRUE(says_numerals(requests[1]));
  EXPECT_TRUE(requests[0].numerals);
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
}

// Set as any other property, it is told as well; unchanged, it is not.
TEST_P(Controls, AreMadeOfTheProperty) {
  Bench bench(setup());
  bench.play();
  bench.feed().tones(0s, kSaid);
  g_object_set(bench.element(), "numerals", FALSE, "numerals", TRUE, "post-raw", TRUE, nullptr);
  ASSERT_TRUE(wait_for_commands(bench, 1));
  g_object_set(bench.element(), "numerals", TRUE, "numerals", FALSE, nullptr);
  expect_commands(bench, {configure_command(true), configure_command(false)});
}

// What was set before there is a connection, its query says.
TEST_P(Controls, AreNoneBeforeTheDial) {
  Bench bench(setup());
  bench.play();
  g_object_set(bench.element(), "numerals", TRUE, nullptr);
  bench.feed().tones(0s, kSaid);
  expect_commands(bench, {});
  EXPECT_TRUE(says_numerals(bench.server().requests().at(0)));
}

// The rest of the other channel comes when it comes, in the order of its time.
TEST_P(Controls, FinalizeOneChannelOfSeveral) {
  constexpr Nanos kApart = 100s;
  Bench::Setup stereo = setup();
  stereo.channels = 2;
  stereo.properties = {{"multichannel", "true"}};
  Bench bench(stereo);
  bench.feed().apart(kApart);
  bench.play();
  bench.feed().tones(0s, kSaid);
  EXPECT_TRUE(finalize(bench.element(), 1));
  EXPECT_TRUE(bench.pipeline().record().wait(
      [](const Record::Entries& entries) { return finals_of_finalize(entries, 1) == 1; }));
  bench.feed().tones(kSaid, 10s);
  ASSERT_TRUE(bench.finish());
  EXPECT_EQ(finals_of_finalize(bench.pipeline().record().copy(), 0), 0u);
  std::vector<Seen::Command> commands = commands_in(bench.server().requests().at(0));
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(commands[0].text, finalize_command(1));
  std::vector<Heard> split[2];
  for (const Heard& word : bench.words()) split[word.number >= kApart / 500ms].push_back(word);
  EXPECT_TRUE(same_words(split[0], words_between(0s, 10s)));
  EXPECT_TRUE(same_words(split[1], words_between(kApart, kApart + 10s, -kApart)));
}

INSTANTIATE_TEST_SUITE_P(Elements, Controls, testing::Bool(),
                         [](const auto& test) { return Bench::name_of("Transcribe", test.param); });

// As text, too: each has its channel, and all are in the order of their times.
TEST(TranscribeControls, KeepTheOrderOfTwoChannels) {
  constexpr Nanos kApart = 100s;
  Bench bench({.channels = 2, .properties = {{"multichannel", "true"}}});
  bench.feed().apart(kApart);
  bench.play();
  bench.feed().tones(0s, kSaid);
  EXPECT_TRUE(finalize(bench.element(), 1));
  bench.feed().tones(kSaid, 6s);
  EXPECT_TRUE(finalize(bench.element(), 0));
  bench.feed().tones(6s, 10s);
  ASSERT_TRUE(bench.finish());
  GstClockTime last = 0;
  for (const TextBuffer& text : bench.pipeline().texts()) {
    EXPECT_GE(text.pts, last);
    last = text.pts;
    bool second = words_in({text}).at(0).number >= kApart / 500ms;
    EXPECT_EQ(int_field(text.words.get(), "channel"), second) << text.text;
  }
}

// Of what captions a video, the transcriber is a child.
TEST(OverlayControls, AreThoseOfTheTranscriberInIt) {
  Pipeline pipeline("deepgramoverlay name=c c.src ! fakesink", "transcribe");
  Ptr<GstElement> child(GST_ELEMENT(
      gst_child_proxy_get_child_by_name(GST_CHILD_PROXY(pipeline.find("c")), "transcribe")));
  EXPECT_EQ(child.get(), pipeline.element());
  EXPECT_FALSE(finalize(child.get(), -1));
  pipeline.change(GST_STATE_PAUSED);
  EXPECT_TRUE(finalize(child.get(), -1));
  EXPECT_TRUE(configure(child.get(), "c, numerals=true"));
}

}  // namespace
}  // namespace dg
