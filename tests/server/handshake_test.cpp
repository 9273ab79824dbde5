// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "server/server.h"
#include "server/talk.h"
#include "server/wire.h"
#include "support/request.h"

namespace dg::server {
namespace {

TEST(Handshake, TellsWhatItSaw) {
  auto server = serve();
  Client client(server->url() + kAudio + "&model=nova-3&keyterm=a%20b&keyterm=c+d",
                {{"Authorization", "Token secret"}, {"X-Mine", "1"}});
  ASSERT_EQ(client.status(), 101);
  Seen seen = server->requests().at(0);
  EXPECT_EQ(seen.path, "/v1/listen");
  EXPECT_EQ(seen.status, 101);
  std::vector<std::pair<std::string, std::string>> query = {{"encoding", "linear16"},
                                                            {"sample_rate", "16000"},
                                                            {"model", "nova-3"},
                                                            {"keyterm", "a b"},
                                                            {"keyterm", "c d"}};
  EXPECT_EQ(seen.query, query);
  std::pair<std::string, std::string> mine = {"X-Mine", "1"};
  EXPECT_NE(std::find(seen.headers.begin(), seen.headers.end(), mine), seen.headers.end());
  EXPECT_EQ(client.header("dg-request-id"), seen.request_id);
  EXPECT_EQ(seen.request_id.size(), 36u);
}

TEST(Handshake, KnowsTheFourFormsOfAKey) {
  ServerOptions options;
  options.api_keys = {"k1", "k2"};
  auto server = serve(options);
  auto status = [&](Client::Headers headers) {
    return Client(server->url() + kAudio, headers).status();
  };
  EXPECT_EQ(status({}), 401);
  EXPECT_EQ(status({{"Authorization", "Token k1"}}), 101);
  EXPECT_EQ(status({{"Authorization", "token k2"}}), 101);
  EXPECT_EQ(status({{"Authorization", "BEARER k2"}}), 101);
  EXPECT_EQ(status({{"Authorization", "Basic k2"}}), 401);
  EXPECT_EQ(status({{"Authorization", "Token k3"}}), 401);
  EXPECT_EQ(status({{"Authorization", "k1"}}), 401);
  EXPECT_EQ(status({{"Sec-WebSocket-Protocol", "token, k1"}}), 101);
  EXPECT_EQ(status({{"Sec-WebSocket-Protocol", "bearer, k1"}}), 101);
  EXPECT_EQ(status({{"Sec-WebSocket-Protocol", "bearer, k3"}}), 401);
}

TEST(Handshake, NeverSaysTheKey) {
  ServerOptions options;
  options.api_keys = {"sesame"};
  auto server = serve(options);
  Client client(server->url() + kAudio, {{"Sec-WebSocket-Protocol", "token, sesame"}});
  EXPECT_EQ(client.header("Sec-WebSocket-Protocol"), "token");
}

TEST(Handshake, RefusesInTheWordsOfTheService) {
  ServerOptions options;
  options.api_keys = {"k"};
  auto server = serve(options);
  Client client(server->url() + kAudio);
  EXPECT_EQ(client.status(), 401);
  EXPECT_EQ(client.header("dg-error"), "Invalid credentials.");
  EXPECT_EQ(client.header("dg-request-id"), server->requests().at(0).request_id);
  EXPECT_EQ(server->requests().at(0).ending, Ending::Refused);
  EXPECT_EQ(server->requests().at(0).status, 401);
}

TEST(Handshake, RefusesWhatIsNotRight) {
  auto server = serve();
  auto status = [&](const std::string& query) { return Client(server->url() + query).status(); };
  EXPECT_EQ(status("?encoding=linear16"), 400);
  EXPECT_EQ(status("?encoding=speex&sample_rate=16000"), 400);
  EXPECT_EQ(status("?encoding=opus&sample_rate=48000&channels=3"), 400);
  EXPECT_EQ(status("?punctuate=True"), 400);
  EXPECT_EQ(status("x"), 404);
  EXPECT_EQ(status("?whatever=1"), 101);
}

TEST(Handshake, RefusesUnknownNamesIfItIsStrict) {
  ServerOptions options;
  options.strict = true;
  auto server = serve(options);
  Client client(server->url() + "?whatever=1");
  EXPECT_EQ(client.status(), 400);
  EXPECT_EQ(client.header("dg-error"), "Unknown query parameters: whatever");
}

TEST(Handshake, WantsAnUpgrade) {
  auto server = serve();
  Answer answer = request("GET", server->url(), "/v1/listen");
  EXPECT_EQ(answer.status, 400u);
  EXPECT_EQ(answer.request_id, server->requests().at(0).request_id);
  EXPECT_EQ(answer.body, "Connection header did not include 'upgrade'");
}

// A client that waits for the end of what was refused would wait for ever.
TEST(Handshake, EndsTheConnectionOfWhoIsRefused) {
  auto server = serve();
  for (const char* path : {"/v1/nothing", "/v1/listen?punctuate=maybe"}) {
    Wire wire(server->url());
    wire.say("GET " + std::string(path) +
             " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    wire.fall_silent();
    EXPECT_NE(wire.rest().find("err_msg"), std::string::npos) << path;
  }
}

TEST(Handshake, SpeaksTls) {
  ServerOptions options;
  options.tls = true;
  auto server = serve(options);
  EXPECT_EQ(server->url().substr(0, 6), "wss://");
  EXPECT_NE(Client(server->url() + kAudio).status(), 101);
  Client client(server->url() + kAudio, {}, server->authority());
  ASSERT_EQ(client.status(), 101);
  speak(client, tones_at(16000, 2));
  client.send(kCloseStream);
  EXPECT_EQ(words(finals(client.rest())), "w0@0 w1@500 w2@1000 w3@1500");
}

}  // namespace
}  // namespace dg::server
