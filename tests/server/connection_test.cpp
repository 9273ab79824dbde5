// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/connection.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "server/client.h"
#include "server/folder.h"
#include "server/server.h"
#include "server/talk.h"
#include "server/tones.h"
#include "server/wav.h"

namespace dg::server {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
const std::string kFinalize = R"({"type":"Finalize"})";

std::vector<std::byte> tones_of(double seconds) {
  Samples samples(static_cast<std::size_t>(seconds * 16000));
  tones::write(16000, 0, samples);
  auto bytes = std::as_bytes(std::span(samples));
  return {bytes.begin(), bytes.end()};
}

// In frames of 100 ms.
void speak(Client& client, const std::vector<std::byte>& audio) {
  for (std::span<const std::byte> left = audio; !left.empty();) {
    auto part = left.first(std::min<std::size_t>(left.size(), 3200));
    client.send(part);
    left = left.subspan(part.size());
  }
}

using Strings = std::vector<std::string>;

// ---- faults

TEST(Fault, AHandshakeMayGetNoAnswer) {
  ServerOptions options;
  options.faults = {"no-answer"};
  auto server = serve(options);
  Ptr<GUri> uri(g_uri_parse(server->url().c_str(), G_URI_FLAGS_NONE, nullptr));
  Ptr<GSocketClient> dialer(g_socket_client_new());
  Ptr<GSocketConnection> connection(g_socket_client_connect_to_host(
      dialer.get(), g_uri_get_host(uri.get()), static_cast<guint16>(g_uri_get_port(uri.get())),
      nullptr, nullptr));
  ASSERT_TRUE(connection);
  std::string request =
      "GET /v1/listen HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
      "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection.get())),
                            request.data(), request.size(), nullptr, nullptr, nullptr);
  ASSERT_TRUE(server->wait(
      [](auto& seen) { return !seen.empty() && seen[0].ending == Ending::Unanswered; }));
  EXPECT_EQ(server->requests().at(0).status, 0);
}

TEST(Fault, OnlySoManyConnectionsHaveIt) {
  ServerOptions options;
  options.faults = {"refuse=503"};
  options.faulty_connections = 2;
  auto server = serve(options);
  for (int status : {503, 503, 101, 101}) EXPECT_EQ(Client(server->url()).status(), status);
}

TEST(Fault, RefusalsSayWhenToComeBack) {
  auto server = serve();
  Client client(server->url() + "?x-refuse=429:7");
  EXPECT_EQ(client.status(), 429);
  EXPECT_EQ(client.header("Retry-After"), "7");
  EXPECT_EQ(client.header("dg-error"), "Too many requests. Please try again later");
}

TEST(Fault, RefusalsSayWhatTheyAreTold) {
  auto server = serve_script(R"([{"on": "handshake", "refuse": 401, "message": "not you"}])");
  Client client(server->url());
  EXPECT_EQ(client.status(), 401);
  EXPECT_EQ(client.header("dg-error"), "not you");
}

TEST(Fault, ReadingMayStopForAWhile) {
  auto server = serve_script(R"([{"at": 1, "stall": "reading", "for": 0.3}])");
  auto begin = Clock::now();
  Client client(server->url() + kAudio);
  speak(client, tones_of(60));
  client.send(kCloseStream);
  EXPECT_EQ(types(client.rest()), Strings{"Metadata"});
  EXPECT_GE(Clock::now() - begin, milliseconds(300));
  EXPECT_EQ(server->requests().at(0).bytes, 60u * 32000);
}

// What the client has sent stays in the kernel, and the server sees no end of it.
TEST(Fault, ReadingMayStop) {
  auto server = serve();
  Client client(server->url() + kAudio + "&x-stall-reading-after=1");
  speak(client, tones_of(1));
  ASSERT_TRUE(server->wait([](auto& seen) { return seen[0].bytes == 32000; }));
  client.send(kCloseStream);
  // The server goes on: it takes and closes another connection after that.
  Client other(server->url() + kAudio);
  other.send(kCloseStream);
  other.rest();
  EXPECT_TRUE(server->requests().at(0).commands.empty());
  EXPECT_EQ(server->requests().at(0).ending, Ending::Open);
}

TEST(Fault, ResultsMayStop) {
  auto server = serve();
  Client client(server->url() + kAudio + "&interim_results=true&x-stall-results-after=2.5");
  speak(client, tones_of(8));
  client.send(kCloseStream);
  ASSERT_TRUE(server->wait([](auto& seen) { return seen[0].commands.size() == 1; }));
  server->act(0, CloseWith{1011, "enough"});
  auto texts = client.rest();
  EXPECT_EQ(texts.size(), 2u);
  EXPECT_EQ(client.close_reason(), "enough");
  EXPECT_EQ(server->requests().at(0).bytes, 8u * 32000);
}

TEST(Fault, ResultsMayBeLate) {
  auto server = serve();
  auto begin = Clock::now();
  Client client(server->url() + kAudio + "&x-delay-results=200");
  speak(client, tones_of(1));
  client.send(kCloseStream);
  EXPECT_EQ(types(client.rest()), (Strings{"Results", "Metadata"}));
  EXPECT_GE(Clock::now() - begin, milliseconds(200));
}

TEST(Fault, MessagesMayBeMalformed) {
  auto server = serve();
  Client client(server->url() + kAudio + "&x-malformed-after=1");
  speak(client, tones_of(1));
  client.send(kCloseStream);
  auto texts = client.rest();
  ASSERT_EQ(texts.size(), 3u);
  EXPECT_FALSE(parse_json(texts[0]));
  EXPECT_EQ(Frame(texts[1]).type(), "Results");
}

TEST(Fault, FramesMayBeGarbage) {
  auto server = serve();
  Client client(server->url() + kAudio + "&x-garbage-after=1");
  speak(client, tones_of(1));
  client.rest();
  EXPECT_NE(client.close_code(), 1000);
}

TEST(Fault, ThingsMayBeMissing) {
  auto server = serve();
  Client silent(server->url() + kAudio + "&x-omit=metadata");
  speak(silent, tones_of(1));
  silent.send(kCloseStream);
  EXPECT_EQ(types(silent.rest()), Strings{"Results"});
  Client client(server->url() + kAudio + "&x-omit=finalize-reply");
  client.send(kFinalize);
  client.send(kCloseStream);
  EXPECT_EQ(types(client.rest()), Strings{"Metadata"});
}

TEST(Fault, TestsCauseThemWhenTheyWant) {
  auto server = serve();
  Client first(server->url() + kAudio), second(server->url() + kAudio);
  server->act(0, SendText{R"({"type":"Hello"})"});
  EXPECT_EQ(Frame(first.next().value_or("{}")).type(), "Hello");
  server->act(0, Drop{});
  first.rest();
  EXPECT_EQ(first.close_code(), 1006);
  server->act(CloseWith{1001, "bye"});
  second.rest();
  EXPECT_EQ(second.close_code(), 1001);
}

// ---- scenarios

TEST(Script, SaysWhatIsWritten) {
  auto server = serve_script(R"([
    {"at": 1, "say": "hello there", "start": 0.25, "duration": 0.5},
    {"on": "finalize", "send": {"type": "Mine", "request_id": "$request_id"}},
    {"at": 0.5, "connection": 2, "close": {"code": 1008, "reason": "DATA-0000"}}
  ])");
  Client client(server->url() + kAudio + "&model=nova-2");
  speak(client, tones_of(1));
  Frame said(client.next().value_or("{}"));
  EXPECT_EQ(said.transcript(), "hello there");
  EXPECT_EQ(said.words(), "hello@250 there@500");
  EXPECT_TRUE(said.flag("is_final"));
  client.send(kFinalize);
  EXPECT_EQ(Frame(client.next().value_or("{}")).text("request_id"), client.header("dg-request-id"));
  client.send(kCloseStream);
  EXPECT_EQ(types(client.rest()), Strings{"Metadata"});

  Client second(server->url() + kAudio);
  speak(second, tones_of(0.5));
  second.rest();
  EXPECT_EQ(second.close_code(), 1008);
}

TEST(Script, PlaysBesideARecognizer) {
  ServerOptions options;
  options.scenario = R"([{"on": "keepalive", "send": {"type": "Alive"}}])";
  auto server = serve(options);
  Client client(server->url() + kAudio);
  speak(client, tones_of(1));
  client.send(R"({"type":"KeepAlive"})");
  client.send(kCloseStream);
  EXPECT_EQ(types(client.rest()), (Strings{"Alive", "Results", "Metadata"}));
}

TEST(Script, ABadOneIsRefused) {
  ServerOptions options;
  options.scenario = "[{\"at\": 1}]";
  auto server = Server::start(options);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().text.substr(0, 17), "scenario: line 1:");
}

TEST(Server, TakesOtherOptionsForLaterConnections) {
  auto server = serve();
  ServerOptions options;
  options.faults = {"refuse=402"};
  EXPECT_FALSE(server->set_options(options));
  EXPECT_EQ(Client(server->url()).status(), 402);
  options.faults = {"nonsense"};
  EXPECT_TRUE(server->set_options(options));
  EXPECT_EQ(Client(server->url()).status(), 402);
}

TEST(Server, SaysWhyItCannotListen) {
  ServerOptions options;
  options.host = "nowhere";
  EXPECT_EQ(Server::start(options).error().text, "\"nowhere\" is no IP address");
  auto server = serve();
  Ptr<GUri> uri(g_uri_parse(server->url().c_str(), G_URI_FLAGS_NONE, nullptr));
  ServerOptions taken;
  taken.port = g_uri_get_port(uri.get());
  EXPECT_FALSE(Server::start(taken));
}

// ---- the mock server of the starter kit

TEST(Count, AnswersAsTheStarterKitDoes) {
  Folder folder;
  ServerOptions options;
  options.recognizer = RecognizerKind::Count;
  options.record_dir = folder.path;
  auto server = serve(options);
  Client client(server->url() + kAudio);
  auto audio = tones_of(1);
  client.send(std::span(audio).first(20000));
  client.send(std::span(audio).subspan(20000));
  client.send(kCloseStream);
  auto texts = client.rest();
  EXPECT_EQ(texts.at(0), R"({"msg":"New websocket connection opened"})");
  EXPECT_EQ(texts.at(1),
            R"_({"msg":"Expecting audio data with encoding linear16, 16000 sample rate, and 1 )_"
            R"_(channel(s)"})_");
  auto has = [&](const std::string& text) {
    return std::find(texts.begin(), texts.end(), text) != texts.end();
  };
  EXPECT_TRUE(has(R"({"msg":"Received 20000 bytes of data"})"));
  EXPECT_TRUE(has(R"({"msg":"Received 32000 bytes of data"})"));
  EXPECT_TRUE(has(R"({"msg":"Warning: stream may be faster than real time!"})"));
  EXPECT_EQ(texts.at(texts.size() - 2).substr(0, 14), R"({"filename":"2)");
  EXPECT_EQ(texts.back(), R"({"total_bytes":32000})");
  EXPECT_EQ(client.close_code(), 1000);
}

TEST(Count, ClosesOnOtherText) {
  ServerOptions options;
  options.recognizer = RecognizerKind::Count;
  auto server = serve(options);
  Client client(server->url() + "?encoding=opus&sample_rate=48000");
  client.send("hello");
  client.rest();
  EXPECT_EQ(client.close_code(), 1011);
  EXPECT_EQ(client.close_reason(), "Invalid frame sent");
}

TEST(Recording, KeepsAudioAndFrames) {
  Folder folder;
  ServerOptions options;
  options.record_dir = folder.path;
  auto server = serve(options);
  auto audio = tones_of(1);
  {
    Client client(server->url() + kAudio);
    client.send(audio);
    client.send(kCloseStream);
    client.rest();
  }
  server.reset();
  std::string raw(reinterpret_cast<const char*>(audio.data()), audio.size());
  EXPECT_EQ(folder.content(".raw"), raw);
  std::string wav = folder.content(".wav");
  auto header = parse_wav_header(std::as_bytes(std::span(wav)));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->audio_size, audio.size());
  EXPECT_EQ(wav.substr(44), raw);
  std::string log = folder.content(".jsonl");
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 5);
  for (const char* part :
       {R"("direction":"in","bytes":32000})", R"("text":"{\"type\":\"CloseStream)",
        R"("direction":"out","text":"{\"type\":\"Results\")",
        R"("direction":"end","text":"CloseStream after 1.0 s)"})
    EXPECT_NE(log.find(part), log.npos) << part << "\n" << log;
}

// ---- the rest

TEST(Audio, MayComeWithAHeader) {
  auto server = serve();
  Client client(server->url());
  auto audio = tones_of(1);
  auto file = wav_header({Encoding::Linear16, 16000, 1}, audio.size());
  file.insert(file.end(), audio.begin(), audio.end());
  client.send(file);
  client.send(kCloseStream);
  EXPECT_EQ(Frame(client.next().value_or("{}")).words(), "w0@0 w1@500");
}

TEST(Audio, MustBeAudio) {
  auto server = serve();
  Client client(server->url());
  client.send(tones_of(0.1));
  client.rest();
  EXPECT_EQ(client.close_code(), 1008);
  EXPECT_NE(client.close_reason().find("data0000"), std::string::npos);
}

TEST(Audio, IsReadNoFasterThanItMay) {
  ServerOptions options;
  options.max_rate = 20;
  auto server = serve(options);
  auto begin = Clock::now();
  Client client(server->url() + kAudio);
  speak(client, tones_of(10));
  client.send(kCloseStream);
  client.rest();
  // The last frames are read in one go.
  EXPECT_GE(Clock::now() - begin, milliseconds(400));
}

TEST(Audio, IsKeptOnDemand) {
  ServerOptions options;
  options.keep_audio = true;
  auto server = serve(options);
  Client client(server->url() + kAudio);
  auto audio = tones_of(0.35);
  speak(client, audio);
  client.send(kCloseStream);
  client.rest();
  Seen seen = server->requests().at(0);
  EXPECT_EQ(seen.audio, audio);
  EXPECT_EQ(seen.frame_sizes, (std::vector<std::size_t>{3200, 3200, 3200, 1600}));
}

TEST(Audio, PartsOfSamplesAreNoMatter) {
  auto server = serve();
  Client client(server->url() + kAudio);
  auto audio = tones_of(1);
  for (std::span<const std::byte> left = audio; !left.empty();) {
    auto part = left.first(std::min<std::size_t>(left.size(), 777));
    client.send(part);
    left = left.subspan(part.size());
  }
  client.send(kCloseStream);
  EXPECT_EQ(Frame(client.next().value_or("{}")).words(), "w0@0 w1@500");
}

TEST(Events, AreSentIfTheyAreAskedFor) {
  auto server = serve();
  Client client(server->url() + kAudio +
                "&interim_results=true&vad_events=true&utterance_end_ms=1000");
  auto audio = tones_of(0.5);
  audio.resize(audio.size() + 3 * 32000);
  speak(client, audio);
  client.send(kCloseStream);
  Strings seen = types(client.rest());
  EXPECT_EQ(std::count(seen.begin(), seen.end(), "SpeechStarted"), 1);
  EXPECT_EQ(std::count(seen.begin(), seen.end(), "UtteranceEnd"), 1);
}

// Asked for by the client, as each client may want its own.
TEST(Events, MayGoWrong) {
  auto server = serve();
  auto audio = tones_of(0.5);
  audio.resize(audio.size() + 3 * 32000);
  auto said = [&](const std::string& faults) {
    Client client(server->url() + kAudio + "&vad_events=true&interim_results=true" +
                  "&utterance_end_ms=1000" + faults);
    speak(client, audio);
    client.send(kCloseStream);
    std::string text;
    for (const Frame& frame : parse(client.rest())) {
      if (frame.type() == "Results") text += frame.flag("is_final") ? "final " : "interim ";
      if (frame.type() == "SpeechStarted") text += "start ";
      if (frame.type() == "UtteranceEnd")
        text += frame.number("last_word_end") == -1 ? "minus-one " : "end ";
    }
    return text;
  };
  EXPECT_EQ(said(""), "start final interim end interim final ");
  EXPECT_EQ(said("&x-speech-started=late&x-utterance-end=late"),
            "final start interim interim end final ");
  EXPECT_EQ(said("&x-utterance-end=minus-one"), "start final interim minus-one interim final ");
}

TEST(Callback, TakesTheResultsAway) {
  auto server = serve();
  Client client(server->url() + kAudio + "&callback=https%3A%2F%2Fexample.com%2Fx");
  speak(client, tones_of(5));
  client.send(kCloseStream);
  EXPECT_EQ(types(client.rest()), Strings{"Metadata"});
}

}  // namespace
}  // namespace dg::server
