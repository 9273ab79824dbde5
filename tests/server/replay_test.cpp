// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/replay.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include <gtest/gtest.h>

#include "server/client.h"
#include "server/folder.h"
#include "server/scenario.h"
#include "server/server.h"
#include "server/talk.h"
#include "server/tones.h"

namespace dg::server {
namespace {

// Recorded messages are a scenario: each is due when the audio that it covers has come.
TEST(Replay, IsPacedByTheTimesOfTheMessages) {
  std::ifstream file(std::string(std::getenv("DG_FIXTURES")) +
                     "/nova2-phonecall-mulaw-captures-2026-08-25.jsonl");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  auto steps = parse_scenario(text);
  ASSERT_TRUE(steps) << steps.error().text;
  ASSERT_EQ(steps->size(), 8u);  // two of them Metadata, each in place of the server's own
  EXPECT_EQ(std::get<Nanos>(steps->at(0).when).count(), 1079937500);
  EXPECT_EQ(std::get<Event>(steps->at(6).when), Event::Close);
  EXPECT_EQ(std::get<Omit>(steps->at(7).action).what, Omitted::Metadata);
  // To the letter: numbers too are as the service writes them.
  EXPECT_EQ(std::get<SendText>(steps->at(0).action).text, text.substr(0, text.find('\n')));
  auto wrapped =
      parse_scenario(R"({"_source":{},"message":{"type":"Results","start":1,"duration":2}})");
  ASSERT_TRUE(wrapped);
  EXPECT_EQ(std::get<Nanos>(wrapped->at(0).when), std::chrono::seconds(3));
}

// When each is due, in ms.
std::vector<long> times(std::string_view text) {
  std::vector<long> out;
  auto steps = parse_scenario(text);
  EXPECT_TRUE(steps) << steps.error().text;
  for (const Step& step : steps ? *steps : Steps())
    if (auto* at = std::get_if<Nanos>(&step.when))
      out.push_back(static_cast<long>(std::chrono::round<std::chrono::milliseconds>(*at).count()));
  return out;
}

using Times = std::vector<long>;

TEST(Replay, KeepsTheOrderOfTheRecording) {
  // A final that ends before the interim that it replaces, and events that come late.
  EXPECT_EQ(times(R"({"type":"Results","start":0,"duration":2.04,"is_final":false}
                     {"type":"Results","start":0,"duration":1.8,"is_final":true}
                     {"type":"SpeechStarted","timestamp":0.2}
                     {"type":"UtteranceEnd","last_word_end":1.5}
                     {"type":"Error","variant":"SchemaError"}
                     {"type":"Results","start":1.8,"duration":1.2})"),
            (Times{2040, 2040, 2040, 2040, 2040, 3000}));
  // Of another connection, which has a time of its own; an event has it of the result before it.
  EXPECT_EQ(times(R"([{"type":"Results","start":9,"duration":1,"metadata":{"request_id":"a"}},
                      {"type":"UtteranceEnd","last_word_end":8},
                      {"type":"Results","start":1,"duration":1,"metadata":{"request_id":"b"}},
                      {"type":"UtteranceEnd","last_word_end":-1}])"),
            (Times{10000, 10000, 2000, 2000}));
}

TEST(Replay, ReadsWhatTheServerRecords) {
  std::string record = R"({"time":0.1,"direction":"in","bytes":3200}
      {"time":0.2,"direction":"out","text":"{\"type\":\"Results\",\"start\":1,\"duration\":0.5}"}
      {"time":0.3,"direction":"in","text":"{\"type\":\"Finalize\"}"}
      {"time":0.4,"direction":"out","text":"no JSON"}
      {"time":0.5,"direction":"end","text":"idle"})";
  EXPECT_EQ(times(record), (Times{1500, 1500}));
  auto steps = parse_scenario(record);
  ASSERT_TRUE(steps);
  EXPECT_EQ(std::get<SendText>(steps->at(0).action).text,
            R"({"type":"Results","start":1,"duration":0.5})");
  EXPECT_EQ(std::get<SendText>(steps->at(1).action).text, "no JSON");
}

// ---- to a client

constexpr std::size_t kSecond = 32000;
using Strings = std::vector<std::string>;

// What one server has said and recorded another says again, when as much audio has come.
TEST(Replay, SaysAgainWhatAnotherServerSaid) {
  Folder folder;
  ServerOptions options;
  options.record_dir = folder.path;
  Samples samples(6 * kSecond / 2);
  tones::write(16000, 0, samples);
  auto audio = std::as_bytes(std::span(samples));
  Strings said;
  {
    auto server = serve(options);
    Client client(server->url() + kAudio + "&interim_results=true&vad_events=true");
    client.send(audio);
    client.send(kCloseStream);
    said = client.rest();
  }
  auto server = serve_script(folder.content(".jsonl"));
  Client client(server->url() + kAudio);
  client.send(audio.first(2 * kSecond));
  client.send("nonsense");  // its answer comes behind all that was due
  Strings heard;
  for (auto text = client.next(); text && Frame(*text).type() != "Error"; text = client.next())
    heard.push_back(*text);
  EXPECT_EQ(types(heard), (Strings{"SpeechStarted", "Results", "Results"}));
  client.send(audio.subspan(2 * kSecond));
  client.send(kCloseStream);
  for (const std::string& text : client.rest()) heard.push_back(text);
  EXPECT_EQ(heard, said);
  EXPECT_EQ(client.close_code(), 1000);
}

// All that the service is known to say, whenever it said so.
TEST(Replay, SaysAllOfEveryFixture) {
  constexpr std::size_t kMinute = 60 * 8000;
  int scripts = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::getenv("DG_FIXTURES"))) {
    if (entry.path().extension() != ".jsonl") continue;
    std::ifstream file(entry.path());
    std::string text{std::istreambuf_iterator<char>(file), {}};
    auto server = serve_script(text);
    Client client(server->url() + "?encoding=mulaw&sample_rate=8000");
    for (int minute = 0; minute < 10; ++minute) client.send(std::vector<std::byte>(kMinute));
    client.send(kCloseStream);
    Strings said = client.rest();
    bool ends = std::regex_search(text, std::regex(R"("type": ?"Metadata")"));
    auto lines = std::count(text.begin(), text.end(), '\n');
    EXPECT_EQ(said.size(), static_cast<std::size_t>(lines) + (ends ? 0 : 1)) << entry.path();
    EXPECT_EQ(client.close_code(), 1000);
    ++scripts;
  }
  EXPECT_GE(scripts, 6);
}

}  // namespace
}  // namespace dg::server
