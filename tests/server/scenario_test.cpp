// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/scenario.h"

#include <fstream>
#include <iterator>
#include <regex>

#include <gtest/gtest.h>

#include "server/faults.h"
#include "server/player.h"

namespace dg::server {
namespace {

std::string complaint(std::string_view text) {
  auto steps = parse_scenario(text);
  return steps ? "" : steps.error().text;
}

Step only(std::string_view text) {
  auto steps = parse_scenario(text);
  EXPECT_TRUE(steps) << steps.error().text;
  if (!steps || steps->size() != 1) return {};
  return steps->at(0);
}

template <class A>
A action(std::string_view text) {
  Step step = only(text);
  EXPECT_TRUE(std::holds_alternative<A>(step.action)) << text;
  return std::holds_alternative<A>(step.action) ? std::get<A>(step.action) : A{};
}

TEST(Scenario, KnowsWhen) {
  EXPECT_EQ(std::get<Nanos>(only(R"([{"at": 1.5, "drop": true}])").when).count(), 1500000000);
  EXPECT_EQ(std::get<Nanos>(only(R"({"at": 2, "drop": true})").when), std::chrono::seconds(2));
  constexpr std::pair<const char*, Event> events[] = {
      {"handshake", Event::Handshake}, {"open", Event::Open},
      {"audio", Event::Audio},         {"keepalive", Event::KeepAlive},
      {"finalize", Event::Finalize},   {"configure", Event::Configure},
      {"close", Event::Close}};
  for (auto [name, event] : events) {
    Step step = only(std::string(R"([{"on": ")") + name + R"(", "drop": true, "connection": 3}])");
    EXPECT_EQ(std::get<Event>(step.when), event);
    EXPECT_EQ(step.connection, 3);
  }
}

TEST(Scenario, KnowsWhat) {
  EXPECT_EQ(action<SendText>(R"([{"at":1,"send":"raw \"text\""}])").text, "raw \"text\"");
  EXPECT_EQ(action<SendText>(R"([{"at":1,"send":{"type":"X","n":[1]}}])").text,
            R"({"type":"X","n":[1]})");
  EXPECT_EQ(action<SendBytes>(R"([{"at":1,"bytes":"00fF"}])").bytes, std::string("\0\xFF", 2));
  auto close = action<CloseWith>(R"([{"at":1,"close":{"code":1011,"reason":"@NET-0000"}}])");
  EXPECT_EQ(close.code, 1011);
  EXPECT_NE(close.reason.find("net0000"), close.reason.npos);
  action<Drop>(R"([{"at":1,"drop":true}])");
  action<End>(R"([{"at":1,"end":true}])");
  auto stall = action<Stall>(R"([{"at":1,"stall":"reading","for":0.5}])");
  EXPECT_EQ(stall.what, Stalled::Reading);
  EXPECT_EQ(stall.time, std::chrono::milliseconds(500));
  EXPECT_EQ(action<Stall>(R"([{"at":1,"stall":"results"}])").what, Stalled::Results);
  auto refuse = action<Refuse>(R"([{"on":"handshake","refuse":429,"retry_after":3}])");
  EXPECT_EQ(refuse.status, 429);
  EXPECT_EQ(refuse.retry_after, 3);
  EXPECT_EQ(refuse.message, "");
  EXPECT_EQ(action<Refuse>(R"([{"on":"handshake","refuse":401,"message":"no"}])").message, "no");
  EXPECT_EQ(action<DelayResults>(R"([{"on":"open","fault":"delay-results=20"}])").time,
            std::chrono::milliseconds(20));
}

TEST(Scenario, SaysWordsSideBySide) {
  Results said = action<SendResults>(R"([{"at":2,"say":"one two","start":1,"duration":1,
      "final":true,"speech_final":true,"channel":1,"speaker":4}])")
                     .results;
  EXPECT_TRUE(said.is_final && said.speech_final && !said.from_finalize);
  EXPECT_EQ(said.transcript, "one two");
  EXPECT_EQ(said.channel.index, 1);
  ASSERT_EQ(said.words.size(), 2u);
  EXPECT_EQ(said.words[1].word, "two");
  EXPECT_EQ(said.words[1].start, std::chrono::milliseconds(1500));
  EXPECT_EQ(said.words[1].end, std::chrono::seconds(2));
  EXPECT_EQ(said.words[1].speaker, 4);
}

TEST(Scenario, SaysManyWordsInALongTime) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "a ";
  auto words = action<SendResults>(R"({"at":1,"start":0,"duration":1e6,"say":")" + text + R"("})")
                   .results.words;
  ASSERT_EQ(words.size(), 20'000u);
  EXPECT_EQ(words.back().start, std::chrono::seconds(1'000'000 - 50));
  EXPECT_EQ(words.back().end, std::chrono::seconds(1'000'000));
}

TEST(Scenario, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(complaint(""), "line 1: the scenario is empty");
  EXPECT_EQ(complaint("[\n{\"at\":1,\"drop\":true},\n{\"at\":1}\n]").substr(0, 7), "line 3:");
  EXPECT_EQ(complaint("[\n\n{\"at\":1,,}]").substr(0, 7), "line 3:");
  EXPECT_EQ(complaint("{\"at\":1,\"drop\":true}\n\n{\"on\":\"x\",\"drop\":true}"),
            "line 3: \"on\" wants one of handshake, open, audio, keepalive, finalize, configure, "
            "close");
  constexpr const char* bad[] = {"[1]",
                                 "[{}]",
                                 "nonsense",
                                 "[",
                                 R"([{"drop":true}])",
                                 R"([{"at":1,"on":"open","drop":true}])",
                                 R"([{"at":-1,"drop":true}])",
                                 R"([{"at":"1","drop":true}])",
                                 R"([{"at":1e300,"drop":true}])",
                                 R"([{"at":1,"drop":false}])",
                                 R"([{"at":1,"end":false}])",
                                 R"([{"at":1,"drop":true,"send":"x"}])",
                                 R"([{"at":1,"drop":true,"dorp":1}])",
                                 R"([{"at":1,"send":5}])",
                                 R"([{"at":1,"bytes":"0"}])",
                                 R"([{"at":1,"bytes":"0g"}])",
                                 R"([{"at":1,"close":{}}])",
                                 R"([{"at":1,"close":1000}])",
                                 R"([{"at":1,"close":{"code":1006}}])",
                                 R"([{"at":1,"stall":"x"}])",
                                 R"([{"on":"handshake","refuse":200}])",
                                 R"([{"at":1,"say":"x"}])",
                                 R"([{"at":1,"fault":"x=1"}])",
                                 R"([{"at":1,"drop":true,"connection":-1}])",
                                 R"([{"at":1,"drop":true,"connection":1e300}])",
                                 R"([{"at":1,"say":"x","start":0,"duration":1,"channel":1e10}])",
                                 R"([{"at":1,"say":"x","start":0,"duration":1,"speaker":-1}])",
                                 R"([{"on":"handshake","refuse":503,"retry_after":1e10}])"};
  for (const char* text : bad) EXPECT_EQ(complaint(text).substr(0, 7), "line 1:") << text;
}

// Each example of docs/server.md: steps between backquotes, and whole files.
TEST(Scenario, IsWhatTheDocumentationSays) {
  std::ifstream file(DG_SERVER_MD);
  std::string page{std::istreambuf_iterator<char>(file), {}};
  std::regex example(R"re(`(\{"(?:at|on)".*?\})`|```json\n([^`]*)```)re");
  int examples = 0;
  for (std::sregex_iterator it(page.begin(), page.end(), example), end; it != end; ++it) {
    std::string text = (*it)[1].matched ? (*it)[1] : (*it)[2];
    EXPECT_EQ(complaint(text), "") << text;
    ++examples;
  }
  EXPECT_GT(examples, 20);
}

TEST(Scenario, SurvivesDeepNesting) {
  EXPECT_EQ(complaint(std::string(200000, '[')), "line 1: not JSON, or nested too deeply");
}

// Of which json-glib leaks what it has read before: under LeakSanitizer each of these counts.
TEST(Scenario, ReadsNothingThatJsonGlibLeaks) {
  for (const char* text : {"[{\"at\":1,\"drop\":true}]\n{\"at\":1}", "[{\"at\":1}]\n[]",
                           "[{\"at\":1},\n{\"send\":\"\\ud800\"}]", "[{\"at\":1}\n,'x']"})
    EXPECT_EQ(complaint(text), "line 2: not JSON, or nested too deeply") << text;
}

TEST(Player, GivesTimedStepsOnceAndInOrder) {
  using std::chrono::seconds;
  Player player({{seconds(2), Refuse{502, {}}},
                 {seconds(1), Refuse{501, {}}},
                 {Event::Finalize, Drop{}},
                 {seconds(2), Refuse{503, {}}}});
  EXPECT_TRUE(player.reached(Nanos(999999999)).empty());
  EXPECT_EQ(std::get<Refuse>(player.reached(seconds(1)).at(0)).status, 501);
  auto due = player.reached(seconds(9));
  ASSERT_EQ(due.size(), 2u);
  EXPECT_EQ(std::get<Refuse>(due[0]).status, 502);
  EXPECT_EQ(std::get<Refuse>(due[1]).status, 503);
  EXPECT_TRUE(player.reached(seconds(10)).empty());
}

TEST(Player, GivesEventsEachTime) {
  Player player({{Event::Finalize, Drop{}}});
  EXPECT_TRUE(player.on(Event::Open).empty());
  EXPECT_EQ(player.on(Event::Finalize).size(), 1u);
  EXPECT_EQ(player.on(Event::Finalize).size(), 1u);
}

TEST(Faults, SayWhatIsWrong) {
  EXPECT_EQ(parse_fault("nonsense=1").error().text, "there is no fault called \"nonsense\"");
  EXPECT_EQ(parse_fault("drop-after=x").error().text, "fault drop-after wants SECONDS, not \"x\"");
  for (const char* bad :
       {"refuse=200", "refuse=x", "refuse=429:x", "drop-after=-1", "drop-after=", "close-after=1",
        "close-after=1:1006", "close-after=1:99", "omit=x", "close-at-open=1015",
        "delay-results=1e9", "utterance-end=soon", "speech-started=never"})
    EXPECT_FALSE(parse_fault(bad)) << bad;
}

TEST(Faults, AreAllDescribed) {
  std::string text = describe_faults();
  for (const char* name :
       {"refuse=", "no-answer=", "delay-handshake=", "close-at-open=", "close-after=",
        "drop-after=", "drop-at-handshake=", "end-after=", "stall-reading-after=",
        "stall-results-after=", "delay-results=", "malformed-after=", "garbage-after=", "omit=",
        "utterance-end=", "speech-started="})
    EXPECT_NE(text.find(name), text.npos) << name;
}

}  // namespace
}  // namespace dg::server
