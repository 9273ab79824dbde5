// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/server.h"

#include <algorithm>
#include <cstdio>

#include <gtest/gtest.h>

#include "server/audio.h"
#include "server/client.h"
#include "server/faults.h"
#include "server/packing.h"
#include "server/talk.h"
#include "server/tones.h"

namespace dg::server {
namespace {

using std::chrono::milliseconds;

bool ended(const std::vector<Seen>& seen, Ending how) {
  return !seen.empty() && seen.back().ending == how;
}

// ---- results

TEST(Connection, TranscribesAndEndsAsTheServiceDoes) {
  auto server = serve();
  Client client(server->url() + kAudio + "&model=nova-3&interim_results=true");
  speak(client, tones_at(16000, 10));
  client.send(kCloseStream);
  auto texts = client.rest();
  std::string expected;
  for (int i = 0; i < 20; ++i)
    expected += (i ? " w" : "w") + std::to_string(i) + "@" + std::to_string(i * 500);
  EXPECT_EQ(words(finals(texts)), expected);

  double end = 0;
  for (const Frame& frame : finals(texts)) {
    EXPECT_NEAR(frame.number("start"), end, 1e-5);
    end = frame.end();
  }
  EXPECT_NEAR(end, 10, 1e-5);

  Frame metadata(texts.back());
  EXPECT_EQ(metadata.type(), "Metadata");
  EXPECT_EQ(metadata.number("duration"), 10);
  Samples all = tones_at(16000, 10);
  Ptr<char> sum(g_compute_checksum_for_data(
      G_CHECKSUM_SHA256, reinterpret_cast<const guchar*>(all.data()), all.size() * 2));
  EXPECT_EQ(metadata.text("sha256"), sum.get());
  EXPECT_EQ(client.close_code(), 1000);
  ASSERT_TRUE(server->wait([](auto& seen) { return ended(seen, Ending::CloseStream); }));
  Seen seen = server->requests().at(0);
  EXPECT_EQ(seen.bytes, 320000u);
  EXPECT_EQ(seen.binary_frames, 100u);
  EXPECT_EQ(seen.messages_sent, texts.size());
}

TEST(Connection, SendsAnInterimASecondOnlyIfAsked) {
  auto server = serve();
  for (bool asked : {true, false}) {
    Client client(server->url() + kAudio + (asked ? "&interim_results=true" : ""));
    speak(client, tones_at(16000, 3));
    client.send(kCloseStream);
    auto results = of_type(client.rest(), "Results");
    ASSERT_EQ(results.size(), asked ? 4u : 1u);
    if (!asked) continue;
    EXPECT_FALSE(results[0].flag("is_final"));
    EXPECT_EQ(results[0].end(), 1);
    EXPECT_EQ(results[1].words(), "w0@0 w1@500 w2@1000 w3@1500");
    EXPECT_TRUE(results[3].flag("is_final"));
  }
}

TEST(Connection, HasTheKeysInTheOrderOfTheService) {
  auto server = serve();
  Client client(server->url() + kAudio + "&model=nova-3&punctuate=true&extra=a:b");
  speak(client, tones_at(16000, 0.5));
  client.send(kCloseStream);
  std::string text = client.next().value_or(""), id = client.header("dg-request-id");
  std::string expected =
      R"({"type":"Results","channel_index":[0,1],"duration":0.5,"start":0.0,"is_final":true,)"
      R"("speech_final":true,"channel":{"alternatives":[{"transcript":"w0","confidence":1.0,)"
      R"("words":[{"word":"w0","start":0.0,"end":0.3,"confidence":1.0,"punctuated_word":"w0"}]}]},)"
      R"("metadata":{"request_id":")" +
      id + R"(","model_info":{"name":"general-nova-3","version":"2026-01-01.0","arch":"nova-3"},)";
  EXPECT_EQ(text.substr(0, expected.size()), expected);
  EXPECT_NE(text.find(R"("extra":{"a":"b"}},"from_finalize":false})"), text.npos) << text;
}

TEST(Connection, HearsEachChannelByItself) {
  auto server = serve();
  Client client(server->url() + "?encoding=linear16&sample_rate=8000&channels=2&multichannel=true");
  Samples one = tones_at(8000, 6), both;
  for (std::size_t i = 0; i < one.size(); ++i) {
    both.push_back(i < 8000 ? std::int16_t{0} : one[i - 8000]);
    both.push_back(one[i]);
  }
  speak(client, both);
  client.send(kCloseStream);
  std::string left, right;
  for (const Frame& frame : finals(client.rest()))
    (frame.channel() == 0 ? left : right) += frame.words() + " ";
  EXPECT_EQ(left.substr(0, 16), "w0@1000 w1@1500 ");
  EXPECT_EQ(right.substr(0, 12), "w0@0 w1@500 ");
}

TEST(Connection, ReadsTheOtherEncodings) {
  auto server = serve();
  Samples tones = tones_at(8000, 1);
  std::vector<std::byte> mulaw, alaw, linear32;
  for (std::int16_t sample : tones) {
    mulaw.push_back(std::byte{linear_to_mulaw(sample)});
    alaw.push_back(std::byte{linear_to_alaw(sample)});
    float value = sample / 32768.0F;
    auto bytes = std::as_bytes(std::span(&value, 1));
    linear32.insert(linear32.end(), bytes.begin(), bytes.end());
  }
  for (const auto& [encoding, bytes] :
       {std::pair("mulaw", mulaw), std::pair("alaw", alaw), std::pair("linear32", linear32)}) {
    Client client(server->url() + "?sample_rate=8000&encoding=" + encoding);
    client.send(bytes);
    client.send(kCloseStream);
    EXPECT_EQ(words(finals(client.rest())), "w0@0 w1@500");
  }
}

TEST(Connection, ReadsPackets) {
  auto server = serve();
  Samples tones = tones_at(16000, 1);
  for (const auto& [encoding, packets] :
       {std::pair("flac", flac_of(tones, 16000, 1)), std::pair("opus", opus_of(tones, 16000, 1))}) {
    Client client(server->url() + "?sample_rate=16000&encoding=" + encoding);
    for (const auto& packet : packets) client.send(packet);
    client.send(R"({"type":"KeepAlive"})");
    client.send(kCloseStream);
    auto said = client.rest();
    std::string heard = words(finals(said));
    int first = -1, second = -1;
    std::sscanf(heard.c_str(), "w0@%d w1@%d", &first, &second);
    EXPECT_NEAR(first, 0, 10) << encoding << ": " << heard;
    EXPECT_NEAR(second, 500, 10) << encoding << ": " << heard;
    // Its clock counts what is decoded.
    EXPECT_NEAR(of_type(said, "Metadata").at(0).number("duration"), 1, 1e-6);
    EXPECT_EQ(server->requests().back().commands.at(0).position, 16000);
  }
}

TEST(Connection, ClosesWhenPacketsAreCorrupt) {
  auto server = serve();
  const std::vector<std::byte> noise(100, std::byte{0xFF});
  for (const char* encoding : {"flac", "opus"}) {
    Client client(server->url() + "?sample_rate=16000&encoding=" + encoding);
    client.send(noise);
    client.rest();
    EXPECT_EQ(client.close_code(), 1008) << encoding;
    EXPECT_EQ(client.close_reason(), close_reason("@DATA-0000"));
  }
}

// ---- commands

TEST(Commands, FinalizeEndsTheWindow) {
  auto server = serve();
  Client client(server->url() + kAudio);
  speak(client, tones_at(16000, 0.9));
  client.send(R"({"type":"Finalize"})");
  Frame first(client.next().value_or("{}"));
  EXPECT_TRUE(first.flag("from_finalize"));
  EXPECT_TRUE(first.flag("is_final"));
  EXPECT_EQ(first.words(), "w0@0 w1@500");
  EXPECT_NEAR(first.end(), 0.9, 1e-6);
  client.send(R"({"type":"Finalize"})");
  Frame second(client.next().value_or("{}"));
  EXPECT_TRUE(second.flag("from_finalize"));
  EXPECT_EQ(second.number("duration"), 0);
  EXPECT_EQ(server->requests().at(0).commands.at(0).position, 14400);
}

TEST(Commands, FinalizeWithinAWordLosesIt) {
  auto server = serve();
  Client client(server->url() + kAudio);
  Samples samples = tones_at(16000, 2);
  speak(client, {samples.begin(), samples.begin() + 9600});
  client.send(R"({"type":"Finalize"})");
  speak(client, {samples.begin() + 9600, samples.end()});
  client.send(kCloseStream);
  EXPECT_EQ(words(finals(client.rest())), "w0@0 w2@1000 w3@1500");
}

TEST(Commands, FinalizeTakesAChannel) {
  auto server = serve();
  Client client(server->url() + "?encoding=linear16&sample_rate=8000&channels=2&multichannel=true");
  speak(client, Samples(8000));
  client.send(R"({"type":"Finalize","channel":1})");
  Frame frame(client.next().value_or("{}"));
  EXPECT_EQ(frame.channel(), 1);
  client.send(kCloseStream);
  EXPECT_EQ(finals(client.rest()).size(), 1u);
}

TEST(Commands, UnknownOnesAreAnsweredInTheWordsOfTheService) {
  auto server = serve();
  Client client(server->url() + kAudio);
  client.send(R"({ "type": "KeepAlive "})");
  Frame error(client.next().value_or("{}"));
  EXPECT_EQ(error.type(), "Error");
  EXPECT_EQ(error.text("variant"), "SchemaError");
  EXPECT_EQ(error.text("description"),
            "Could not deserialize last text message: unknown variant `KeepAlive `, expected one "
            "of `CloseStream`, `Configure`, `Sync`, `KeepAlive`, `Finalize` at line 1 column 22");
  EXPECT_EQ(error.text("message"), R"({ "type": "KeepAlive "})");
}

TEST(Commands, ConfigureSwitchesNumerals) {
  auto server = serve();
  for (const char* on : {"true", "false"}) {
    Client client(server->url() + kAudio + "&numerals=" + (*on == 't' ? "false" : "true"));
    client.send(std::string(R"({"type":"Configure","features":{"numerals":)") + on + "}}");
    client.send(R"({"type":"Configure","features":{}})");  // leaves it
    client.send(kCloseStream);
    EXPECT_EQ(client.rest().size(), 1u);
    EXPECT_EQ(server->requests().back().numerals, *on == 't');
  }
}

TEST(Commands, AMalformedConfigureIsAnError) {
  auto server = serve();
  Client client(server->url() + kAudio + "&numerals=true");
  const std::string command = R"({"type":"Configure","features":{"numerals":"no"}})";
  client.send(command);
  Frame error(client.next().value_or("{}"));
  EXPECT_EQ(error.type(), "Error");
  EXPECT_EQ(error.text("variant"), "SchemaError");
  EXPECT_EQ(error.text("message"), command);
  client.send(kCloseStream);
  EXPECT_EQ(client.rest().size(), 1u);  // it goes on
  EXPECT_TRUE(server->requests().back().numerals);
}

TEST(Commands, SomeAreTakenInSilence) {
  auto server = serve();
  Client client(server->url() + kAudio);
  client.send(R"({"type":"KeepAlive"})");
  client.send(R"({"type":"Configure","features":{"numerals":true}})");
  client.send(kCloseStream);
  auto texts = client.rest();
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_EQ(Frame(texts[0]).type(), "Metadata");
  ASSERT_TRUE(server->wait([](auto& seen) { return ended(seen, Ending::CloseStream); }));
  EXPECT_EQ(server->requests().at(0).commands.size(), 3u);
}

TEST(Commands, AFrameOfNoBytesCloses) {
  auto server = serve();
  Client client(server->url() + kAudio);
  speak(client, tones_at(16000, 1));
  client.send_empty();
  EXPECT_EQ(words(finals(client.rest())), "w0@0 w1@500");
  EXPECT_EQ(client.close_code(), 1000);
  ASSERT_TRUE(server->wait([](auto& seen) { return ended(seen, Ending::EmptyFrame); }));
  EXPECT_EQ(server->requests().at(0).empty_frames, 1u);
}

// ---- the end

TEST(Idle, ClosesWithMetadata) {
  ServerOptions options;
  options.idle_timeout = milliseconds(100);
  auto server = serve(options);
  Client client(server->url() + kAudio);
  speak(client, tones_at(16000, 0.1));
  auto texts = client.rest();
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_EQ(Frame(texts[0]).text("sha256"), "incomplete");
  EXPECT_EQ(client.close_code(), 1011);
  EXPECT_EQ(client.close_reason(),
            "Deepgram did not receive audio data or a text message within the timeout window. See "
            "https://dpgr.am/net0001");
  EXPECT_TRUE(server->wait([](auto& seen) { return ended(seen, Ending::Idle); }));
}

// The answer to what it sends wakes the client up to send again: for ever, if that helped.
TEST(Idle, KeepAliveHoldsOnlyAConnectionThatHadAudio) {
  ServerOptions options;
  options.idle_timeout = milliseconds(300);
  auto server = serve(options);
  Client silent(server->url() + kAudio);
  std::size_t answers = 0;
  do {
    silent.send(R"({"type":"Finalize"})");
    ++answers;
  } while (silent.next().value_or(R"({"type":"Metadata"})").find("Metadata") == std::string::npos);
  silent.rest();
  EXPECT_EQ(silent.close_code(), 1011);
}

TEST(Ending, IsToldApart) {
  auto server = serve();
  auto last = [&](Ending how) {
    return server->wait([&](auto& seen) { return ended(seen, how); });
  };
  {
    Client client(server->url() + kAudio);
    client.close(1001);
    client.rest();
    EXPECT_TRUE(last(Ending::ClosedByClient));
    EXPECT_EQ(server->requests().back().close_code, 1001);
  }
  { Client client(server->url() + kAudio); }
  EXPECT_TRUE(last(Ending::Lost));
  Client client(server->url() + kAudio);
  server.reset();
  client.rest();
  EXPECT_EQ(client.close_code(), 1006);
}

// ---- faults

struct FaultCase {
  const char* fault;
  int status = 101;
  int code = 1000;
  const char* reason = "";
};

class Faults : public testing::TestWithParam<FaultCase> {};

// Each as an option and through the query.
TEST_P(Faults, DoWhatTheySay) {
  const FaultCase& expected = GetParam();
  for (bool by_query : {false, true}) {
    ServerOptions options;
    if (!by_query) options.faults = {expected.fault};
    auto server = serve(options);
    Client client(server->url() + kAudio + (by_query ? std::string("&x-") + expected.fault : ""));
    ASSERT_EQ(client.status(), expected.status);
    if (expected.status != 101) continue;
    speak(client, tones_at(16000, 2));
    if (expected.code == 1000) client.send(kCloseStream);
    client.rest();
    EXPECT_EQ(client.close_code(), expected.code);
    EXPECT_EQ(client.close_reason(), expected.reason);
    Ending ending = expected.code == 1000 ? Ending::CloseStream : Ending::Fault;
    EXPECT_TRUE(server->wait([&](auto& seen) { return ended(seen, ending); }));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Faults,
    testing::Values(FaultCase{"refuse=401", 401}, FaultCase{"refuse=402", 402},
                    FaultCase{"refuse=403", 403}, FaultCase{"refuse=429:2", 429},
                    FaultCase{"refuse=503", 503}, FaultCase{"delay-handshake=50"},
                    FaultCase{"close-at-open=1011:busy", 101, 1011, "busy"},
                    FaultCase{"close-after=1:1008:DATA-0000", 101, 1008, "DATA-0000"},
                    FaultCase{"close-after=1:1011:NET-0000", 101, 1011, "NET-0000"},
                    FaultCase{"close-after=1:1011:@NET-0000", 101, 1011,
                              "Deepgram did not provide a response message within the timeout "
                              "window. See https://dpgr.am/net0000"},
                    FaultCase{"close-after=1:4242:why", 101, 4242, "why"},
                    FaultCase{"close-after=1:1012:back soon", 101, 1012, "back soon"},
                    FaultCase{"close-at-open=1013:full", 101, 1013, "full"},
                    FaultCase{"close-after=1:1014", 101, 1014, ""},
                    FaultCase{"drop-after=1", 101, 1006, ""},
                    FaultCase{"end-after=1", 101, 1006, ""}, FaultCase{"drop-at-handshake=true", 0},
                    FaultCase{"delay-results=50"}));

}  // namespace
}  // namespace dg::server
