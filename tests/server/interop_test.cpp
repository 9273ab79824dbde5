// SPDX-License-Identifier: LGPL-2.1-or-later
// What Deepgram's own SDK said to this server, said again byte for byte but for the keys:
// scripts/interop.sh recorded it.
#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "server/audio.h"
#include "server/client.h"
#include "server/server.h"
#include "server/tones.h"
#include "server/wire.h"
#include "support/request.h"

namespace dg::server {
namespace {

constexpr int kRate = 16000;
constexpr char kKey[] = "sesame";

// The lines of a fixture, of which the first is the head of the request.
std::vector<Frame> lines_of(const std::string& name) {
  std::ifstream file(std::string(std::getenv("DG_FIXTURES")) + "/interop/" + name + ".jsonl");
  EXPECT_TRUE(file) << name;
  std::vector<Frame> lines;
  for (std::string line; std::getline(file, line);) lines.emplace_back(line);
  return lines;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

Samples tones_of(double seconds) {
  Samples samples(static_cast<std::size_t>(seconds * kRate));
  tones::write(kRate, 0, samples);
  return samples;
}

// Words for three seconds, silence for two, words for three more.
Samples tones_with_a_pause() {
  constexpr std::ptrdiff_t kPause = 3 * kRate;
  Samples samples = tones_of(6);
  samples.insert(samples.begin() + kPause, 2 * kRate, 0);
  return samples;
}

// With a silent second channel.
Samples in_stereo(const Samples& mono) {
  Samples samples(2 * mono.size());
  for (std::size_t i = 0; i < mono.size(); ++i) samples[2 * i] = mono[i];
  return samples;
}

// What came back.
struct Reply {
  int status = 0;
  std::string head;  // of the answer, as it came
  std::string body;  // when there is no connection
  std::vector<Frame> frames;
  int close_code = 0;

  std::vector<const Frame*> of_type(const std::string& type) const {
    std::vector<const Frame*> out;
    for (const Frame& frame : frames)
      if (frame.type() == type) out.push_back(&frame);
    return out;
  }
  std::string words() const {
    std::string text;
    for (const Frame* frame : of_type("Results"))
      if (frame->flag("is_final") && !frame->words().empty()) text += frame->words() + " ";
    return text;
  }
  bool has(const std::string& header) const { return head.find(header + "\r\n") != head.npos; }
};

class Interop : public testing::Test {
 protected:
  Interop() {
    ServerOptions options;
    options.api_keys = {kKey};
    auto server = Server::start(options);
    EXPECT_TRUE(server);
    server_ = std::move(*server);
    token_ = granted_token(server_->url(), kKey);
  }

  // Says what the fixture says, and for its binary frames this audio.
  Reply say(const std::string& name, const Samples& audio = {}) {
    std::vector<Frame> lines = lines_of(name);
    Wire wire(server_->url());
    wire.say(head_of(lines.at(0)));
    if (lines.size() > 1 && !lines[1].text("body").empty()) wire.say(lines[1].text("body"));
    Reply reply;
    reply.head = wire.head();
    reply.status = std::atoi(reply.head.c_str() + std::string("HTTP/1.1 ").size());
    if (reply.status != 101) {
      reply.body = wire.rest();
      return reply;
    }
    Client client(server_->url(), wire.take_stream());
    say_frames(client, lines, std::as_bytes(std::span(audio)));
    reply.frames = parse(client.rest());
    reply.close_code = client.close_code();
    return reply;
  }

  Seen last() const { return server_->requests().back(); }

  std::unique_ptr<Server> server_;
  std::string token_;

 private:
  std::string head_of(const Frame& line) const {
    std::string head = line.text("request") + "\r\n";
    JsonArray* headers = array_in(line.object(), "headers");
    for (guint i = 0; i < json_array_get_length(headers); ++i) {
      JsonArray* header = json_array_get_array_element(headers, i);
      head += std::string(json_array_get_string_element(header, 0)) + ": " +
              json_array_get_string_element(header, 1) + "\r\n";
    }
    const std::pair<const char*, std::string> words[] = {
        {"$key", kKey},
        {"$wrong", "other"},
        {"$token", token_},
        {"$host", "localhost"},
        {"$session", "8c8ebea9-dbec-45fa-a035-e4632cb05b5f"},
        {"$nonce", "dGhlIHNhbXBsZSBub25jZQ=="},
        {"$node", "20.0.0"}};
    for (const auto& [word, value] : words) head = replaced(head, word, value);
    EXPECT_EQ(head.find('$'), head.npos) << head;
    return head + "\r\n";
  }

  static void say_frames(Client& client, const std::vector<Frame>& lines,
                         std::span<const std::byte> audio) {
    for (const Frame& line : lines) {
      if (!line.text("text").empty()) client.send(line.text("text"));
      if (line.number("binary") < 0) continue;
      auto size = static_cast<std::size_t>(line.number("binary"));
      ASSERT_LE(size, audio.size());
      client.send(audio.first(size));
      audio = audio.subspan(size);
    }
    EXPECT_TRUE(audio.empty());
  }
};

TEST_F(Interop, AStreamGetsAllThatItAsksFor) {
  Reply reply = say("stream", tones_with_a_pause());
  EXPECT_EQ(reply.status, 101);
  EXPECT_TRUE(reply.has("dg-request-id: " + last().request_id));
  EXPECT_EQ(reply.head.find("Sec-WebSocket-Extensions"), reply.head.npos);
  EXPECT_EQ(reply.words(),
            "w0@0 w1@500 w2@1000 w3@1500 w4@2000 w5@2500 "
            "w6@5000 w7@5500 w8@6000 w9@6500 w10@7000 w11@7500 ");
  std::vector<const Frame*> results = reply.of_type("Results");
  EXPECT_GE(std::count_if(results.begin(), results.end(),
                          [](const Frame* it) { return !it->flag("is_final"); }),
            4);
  EXPECT_EQ(std::count_if(results.begin(), results.end(),
                          [](const Frame* it) { return it->flag("from_finalize"); }),
            1);
  EXPECT_EQ(reply.of_type("SpeechStarted").size(), 2u);
  ASSERT_EQ(reply.of_type("UtteranceEnd").size(), 1u);
  EXPECT_NEAR(reply.of_type("UtteranceEnd")[0]->number("last_word_end"), 2.8, 0.05);
  EXPECT_EQ(reply.frames.back().type(), "Metadata");
  EXPECT_EQ(reply.frames.back().number("duration"), 8);
  EXPECT_EQ(reply.close_code, 1000);
}

TEST_F(Interop, RepeatedParametersArriveOneByOne) {
  say("stream", tones_with_a_pause());
  std::vector<std::string> keyterms;
  for (const auto& [name, value] : last().query)
    if (name == "keyterm") keyterms.push_back(value);
  EXPECT_EQ(keyterms, (std::vector<std::string>{"gold standard", "plain"}));
}

TEST_F(Interop, KeepAliveIsTakenInSilence) {
  Reply reply = say("keepalive", tones_of(1));
  EXPECT_TRUE(reply.of_type("Error").empty());
  EXPECT_EQ(reply.frames.back().number("duration"), 1);
  EXPECT_EQ(reply.close_code, 1000);
  std::vector<Seen::Command> commands = last().commands;
  EXPECT_EQ(std::count_if(commands.begin(), commands.end(),
                          [](const auto& it) { return it.text == R"({"type":"KeepAlive"})"; }),
            6);
}

TEST_F(Interop, EachChannelIsHeard) {
  Reply reply = say("multichannel", in_stereo(tones_of(2)));
  EXPECT_EQ(reply.words(), "w0@0 w1@500 w2@1000 w3@1500 ");
  std::vector<int> channels;
  for (const Frame* results : reply.of_type("Results")) channels.push_back(results->channel());
  std::sort(channels.begin(), channels.end());
  EXPECT_EQ(channels, (std::vector<int>{0, 1}));
}

TEST_F(Interop, ABrowserShowsItsKeyInTheSubprotocol) {
  Reply reply = say("browser-key", tones_of(1));
  EXPECT_EQ(reply.status, 101);
  EXPECT_TRUE(reply.has("Sec-WebSocket-Protocol: token"));
  EXPECT_EQ(reply.words(), "w0@0 w1@500 ");
}

TEST_F(Interop, ABrowserShowsItsTokenInTheSubprotocol) {
  Reply reply = say("browser-token", tones_of(1));
  EXPECT_EQ(reply.status, 101);
  EXPECT_TRUE(reply.has("Sec-WebSocket-Protocol: bearer"));
  EXPECT_EQ(reply.words(), "w0@0 w1@500 ");
}

TEST_F(Interop, ATokenIsGranted) {
  Reply reply = say("grant");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(Frame(reply.body).number("expires_in"), 60);
}

TEST_F(Interop, ATokenOpensAStream) {
  EXPECT_EQ(say("token").close_code, 1000);
}

TEST_F(Interop, AWrongKeyIsRefused) {
  Reply reply = say("wrong-key");
  EXPECT_EQ(reply.status, 401);
  EXPECT_TRUE(reply.has("dg-error: Invalid credentials."));
  EXPECT_EQ(Frame(reply.body).text("err_code"), "INVALID_AUTH");
}

TEST_F(Interop, ABadParameterIsRefused) {
  Reply reply = say("bad-parameter");
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.head.find("utterance_end_ms"), reply.head.npos);
  EXPECT_NE(Frame(reply.body).text("err_msg").find("utterance_end_ms"), std::string::npos);
}

}  // namespace
}  // namespace dg::server
