// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/grants.h"

#include <algorithm>
#include <atomic>

#include <gtest/gtest.h>

#include "server/client.h"
#include "server/server.h"
#include "support/request.h"

namespace dg::server {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;
constexpr char kPath[] = "/v1/auth/grant";

// ---- tokens

TEST(Grants, AreHonoredUntilTheyExpire) {
  Grants grants;
  std::string token = grants.issue(30, kNow);
  EXPECT_TRUE(grants.honor(token, kNow));
  EXPECT_TRUE(grants.honor(token, kNow + 29));
  EXPECT_FALSE(grants.honor(token, kNow + 30));
}

TEST(Grants, AreNeverTheSame) {
  Grants grants;
  EXPECT_NE(grants.issue(30, kNow), grants.issue(30, kNow));
}

// Its three parts are the header, what it claims, and the signature, in letters that a header and a
// subprotocol may have.
TEST(Grants, AreJsonWebTokens) {
  std::string token = Grants().issue(30, kNow);
  std::string header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";  // {"alg":"HS256","typ":"JWT"}
  EXPECT_EQ(token.substr(0, token.find('.')), header);
  EXPECT_EQ(std::count(token.begin(), token.end(), '.'), 2);
  EXPECT_EQ(token.size() - token.rfind('.') - 1, 43u);
  EXPECT_TRUE(std::all_of(token.begin(), token.end(), [](char c) {
    return g_ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
  })) << token;
}

TEST(Grants, AreOfOneServer) {
  EXPECT_FALSE(Grants().honor(Grants().issue(30, kNow), kNow));
}

TEST(Grants, CannotBeForged) {
  Grants grants;
  std::string token = grants.issue(30, kNow), other = grants.issue(3600, kNow);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string forged = token;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(grants.honor(forged, kNow)) << i;
  }
  // What one claims with the signature of another.
  EXPECT_FALSE(
      grants.honor(other.substr(0, other.rfind('.')) + token.substr(token.rfind('.')), kNow));
  for (const char* bad : {"", ".", "..", "a.b", "a.b.c", "...."})
    EXPECT_FALSE(grants.honor(bad, kNow)) << bad;
}

TEST(Lifetime, IsThirtySecondsOrAsAsked) {
  auto read = [](std::string_view body) {
    auto lifetime = read_lifetime(body);
    return std::holds_alternative<int>(lifetime) ? std::get<int>(lifetime) : -1;
  };
  EXPECT_EQ(read(""), 30);
  EXPECT_EQ(read("{}"), 30);
  EXPECT_EQ(read(R"({"other":1})"), 30);
  EXPECT_EQ(read(R"({"ttl_seconds":1})"), 1);
  EXPECT_EQ(read(R"({"ttl_seconds": 3600})"), 3600);
  for (const char* bad : {R"({"ttl_seconds":0})", R"({"ttl_seconds":3601})",
                          R"({"ttl_seconds":1.5})", R"({"ttl_seconds":-1})",
                          R"({"ttl_seconds":"30"})", R"({"ttl_seconds":null})", "[]", "nonsense"})
    EXPECT_EQ(read(bad), -1) << bad;
}

// ---- the service

class GrantRequest : public testing::Test {
 protected:
  GrantRequest() {
    ServerOptions options;
    options.api_keys = {"k"};
    options.clock = [this] { return now_.load(); };
    auto server = Server::start(options);
    EXPECT_TRUE(server);
    server_ = std::move(*server);
  }

  Answer ask(const RequestHeaders& headers, const std::string& body = "") {
    return request("POST", server_->url(), kPath, headers, body);
  }
  std::string token(const std::string& body = "") {
    return granted_token(server_->url(), "k", body);
  }
  int status(const Client::Headers& headers) {
    return Client(server_->url() + "?encoding=linear16&sample_rate=16000", headers).status();
  }

  std::atomic<std::int64_t> now_ = kNow;
  std::unique_ptr<Server> server_;
};

TEST_F(GrantRequest, IsAnsweredWithATokenAndItsLifetime) {
  Answer answer = ask({{"Authorization", "Token k"}}, R"({"ttl_seconds": 5})");
  EXPECT_EQ(answer.status, 200u);
  Frame granted(answer.body);
  EXPECT_EQ(granted.number("expires_in"), 5);
  EXPECT_FALSE(granted.text("access_token").empty());
  Seen seen = server_->requests().at(0);
  EXPECT_EQ(seen.path, kPath);
  EXPECT_EQ(seen.status, 200);
  EXPECT_EQ(seen.ending, Ending::Granted);
  EXPECT_EQ(answer.request_id, seen.request_id);
  // As the SDKs of other languages ask.
  EXPECT_EQ(Frame(ask({{"Authorization", "bearer k"}}, "{}").body).number("expires_in"), 30);
}

TEST_F(GrantRequest, TokenOpensConnectionsUntilItExpires) {
  std::string granted = token(R"({"ttl_seconds": 5})");
  EXPECT_EQ(status({{"Authorization", "Bearer " + granted}}), 101);
  EXPECT_EQ(status({{"Sec-WebSocket-Protocol", "bearer, " + granted}}), 101);
  // It is no key.
  EXPECT_EQ(status({{"Authorization", "Token " + granted}}), 401);
  EXPECT_EQ(status({{"Sec-WebSocket-Protocol", "token, " + granted}}), 401);
  now_ = kNow + 4;
  EXPECT_EQ(status({{"Authorization", "Bearer " + granted}}), 101);
  now_ = kNow + 5;
  Client late(server_->url(), {{"Authorization", "Bearer " + granted}});
  EXPECT_EQ(late.status(), 401);
  EXPECT_EQ(late.header("dg-error"), "Invalid credentials.");
}

// It is checked at the handshake alone.
TEST_F(GrantRequest, TokenMayExpireWhileAConnectionIsOpen) {
  Client client(server_->url() + "?encoding=linear16&sample_rate=16000",
                {{"Authorization", "Bearer " + token()}});
  ASSERT_EQ(client.status(), 101);
  now_ = kNow + 3600;
  client.send(R"({"type":"CloseStream"})");
  client.rest();
  EXPECT_EQ(client.close_code(), 1000);
}

struct Refused {
  const char* name;
  const char* method;
  RequestHeaders headers;
  const char* body;
  unsigned status;
  const char *code, *message;
};
void PrintTo(const Refused& refused, std::ostream* out) {
  *out << refused.name;
}
const Refused kRefused[] = {
    {"NoKey", "POST", {}, "", 401, "INVALID_AUTH", "Invalid credentials."},
    {"WrongKey",
     "POST",
     {{"Authorization", "Token x"}},
     "",
     401,
     "INVALID_AUTH",
     "Invalid credentials."},
    {"NoJson",
     "POST",
     {{"Authorization", "Token k"}},
     "{",
     400,
     "Bad Request",
     "Bad Request: the body is no JSON object."},
    {"TooLong",
     "POST",
     {{"Authorization", "Token k"}},
     R"({"ttl_seconds":3601})",
     400,
     "Bad Request",
     "Bad Request: ttl_seconds is a whole number from 1 to 3600."},
    {"OtherMethod",
     "GET",
     {{"Authorization", "Token k"}},
     "",
     405,
     "Method Not Allowed",
     "Method Not Allowed"},
};

class RefusedGrantRequest : public GrantRequest, public testing::WithParamInterface<Refused> {};

TEST_P(RefusedGrantRequest, SaysWhy) {
  const Refused& it = GetParam();
  Answer answer = request(it.method, server_->url(), kPath, it.headers, it.body);
  EXPECT_EQ(answer.status, it.status);
  EXPECT_EQ(answer.error, it.message);
  Frame body(answer.body);
  EXPECT_EQ(body.text("err_code"), it.code);
  EXPECT_EQ(body.text("err_msg"), it.message);
  EXPECT_EQ(body.text("request_id"), answer.request_id);
}

INSTANTIATE_TEST_SUITE_P(Kinds, RefusedGrantRequest, testing::ValuesIn(kRefused),
                         [](const auto& it) { return it.param.name; });

TEST_F(GrantRequest, NeedsMoreThanAToken) {
  Answer answer = ask({{"Authorization", "Bearer " + token()}});
  EXPECT_EQ(answer.status, 403u);
  EXPECT_EQ(Frame(answer.body).text("err_code"), "FORBIDDEN");
  EXPECT_EQ(answer.error, "Insufficient permissions.");
}

TEST(OpenServer, GrantsToWhoeverAsks) {
  auto server = Server::start({});
  Answer answer = request("POST", (*server)->url(), kPath);
  EXPECT_EQ(answer.status, 200u);
  EXPECT_EQ(Frame(answer.body).number("expires_in"), 30);
}

}  // namespace
}  // namespace dg::server
