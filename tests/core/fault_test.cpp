// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/fault.h"

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace dg {
namespace {

using namespace std::chrono_literals;

Loss http(int status, std::optional<Nanos> retry_after = std::nullopt) {
  Loss loss;
  loss.cause = Cause::Http;
  loss.http_status = status;
  loss.retry_after = retry_after;
  return loss;
}

Loss closed(int code, std::string reason = "") {
  Loss loss;
  loss.cause = Cause::Closed;
  loss.close_code = code;
  loss.close_reason = std::move(reason);
  return loss;
}

Loss by(Cause cause, std::string text = "") {
  Loss loss;
  loss.cause = cause;
  loss.text = std::move(text);
  return loss;
}

struct Row {
  Loss loss;
  FaultClass first, later;  // before and after a useful connection
};

Row same(Loss loss, FaultClass kind) {
  return {std::move(loss), kind, kind};
}

const std::vector<Row>& table() {
  static const std::vector<Row> rows = [] {
    std::vector<Row> all;
    for (int status : {200, 204, 301, 302, 307, 308, 400, 404, 405, 407, 410, 413, 414, 422, 499})
      all.push_back(same(http(status), FaultClass::Config));
    for (int status : {401, 403}) all.push_back(same(http(status), FaultClass::Auth));
    all.push_back(same(http(402), FaultClass::Money));
    all.push_back(same(http(429), FaultClass::Capacity));
    all.push_back(same(http(429, 5s), FaultClass::Capacity));
    all.push_back(same(http(503, 5s), FaultClass::Capacity));
    for (int status : {408, 500, 502, 503, 504, 599})
      all.push_back(same(http(status), FaultClass::Transient));
    all.push_back(same(http(500, 5s), FaultClass::Transient));
    for (int code : {1002, 1003, 1007}) all.push_back(same(closed(code), FaultClass::Config));
    for (int code : {1008, 1009}) all.push_back(same(closed(code), FaultClass::Data));
    all.push_back(same(closed(1013), FaultClass::Capacity));
    for (int code : {1000, 1001, 1005, 1006, 1010, 1011, 1012, 1014, 1015, 3000, 4000, 4999, 0})
      all.push_back(same(closed(code), FaultClass::Transient));
    for (const char* reason :
         {"DATA-0000", "data-0000", "The payload is not audio (Data-0000).",
          "Could not decode. See https://dpgr.am/data0000", "https://dpgr.am/DATA0000"})
      all.push_back(same(closed(1011, reason), FaultClass::Data));
    for (const char* reason : {"NET-0001", "See https://dpgr.am/net0001", "NET-0000", "data-00"})
      all.push_back(same(closed(1011, reason), FaultClass::Transient));
    for (auto [status, kind] :
         {std::pair{403, FaultClass::Config}, std::pair{407, FaultClass::Config},
          std::pair{502, FaultClass::Transient}, std::pair{503, FaultClass::Transient}}) {
      Loss loss = http(status);
      loss.cause = Cause::Proxy;
      all.push_back(same(loss, kind));
    }
    all.push_back(same(by(Cause::Settings), FaultClass::Config));
    all.push_back(same(by(Cause::NoKey), FaultClass::Auth));
    for (Cause cause : {Cause::Resolve, Cause::Certificate})
      all.push_back({by(cause), FaultClass::Config, FaultClass::Transient});
    for (Cause cause : {Cause::Connect, Cause::Lost, Cause::Timeout, Cause::Stalled})
      all.push_back(same(by(cause), FaultClass::Transient));
    return all;
  }();
  return rows;
}

TEST(Classify, FollowsTheTable) {
  for (const Row& row : table()) {
    EXPECT_EQ(classify(row.loss, {false, false}), row.first) << details(row.loss);
    EXPECT_EQ(classify(row.loss, {true, false}), row.later) << details(row.loss);
    EXPECT_EQ(classify(row.loss, {true, true}), row.later) << details(row.loss);
  }
}

TEST(Retryable, DependsOnTheClass) {
  for (ConnectionHistory history :
       {ConnectionHistory{false, false}, ConnectionHistory{true, true}}) {
    EXPECT_FALSE(retryable(FaultClass::Config, history));
    EXPECT_FALSE(retryable(FaultClass::Auth, history));
    EXPECT_FALSE(retryable(FaultClass::Money, history));
    EXPECT_TRUE(retryable(FaultClass::Capacity, history));
    EXPECT_TRUE(retryable(FaultClass::Transient, history));
  }
}

TEST(Retryable, TriesDataAgainWhereItWorked) {
  EXPECT_TRUE(retryable(FaultClass::Data, {.ever_useful = false, .had_results = true}));
  EXPECT_FALSE(retryable(FaultClass::Data, {.ever_useful = true, .had_results = false}));
}

TEST(Names, AreThoseOfTheTable) {
  EXPECT_STREQ(fault_class_name(FaultClass::Config), "config");
  EXPECT_STREQ(fault_class_name(FaultClass::Auth), "auth");
  EXPECT_STREQ(fault_class_name(FaultClass::Money), "money");
  EXPECT_STREQ(fault_class_name(FaultClass::Capacity), "capacity");
  EXPECT_STREQ(fault_class_name(FaultClass::Data), "data");
  EXPECT_STREQ(fault_class_name(FaultClass::Transient), "transient");
}

// Every row has a line of its own that says what to do.
TEST(Advice, IsOneLineForEveryRow) {
  for (const Row& row : table()) {
    std::string line = advice(row.loss);
    EXPECT_GT(line.size(), 15u) << details(row.loss);
    EXPECT_EQ(line.find('\n'), line.npos) << line;
    EXPECT_TRUE(line.ends_with('.') || line.find(": ") != line.npos) << line;
    std::string status = "(" + std::to_string(row.loss.http_status) + ")";
    EXPECT_TRUE(row.loss.http_status == 0 || line.find(status) != line.npos) << line;
  }
}

TEST(Advice, QuotesTheService) {
  Loss loss = http(401);
  loss.dg_error = "Invalid credentials.";
  EXPECT_EQ(advice(loss),
            "Deepgram refused the key (401). Check the api-key property or DEEPGRAM_API_KEY: "
            "Invalid credentials.");
  EXPECT_EQ(advice(closed(1008, "DATA-0000")),
            "Deepgram could not decode the audio (1008). Check that the caps say what the audio "
            "is: DATA-0000");
}

TEST(Advice, FallsBackOnTheLibrary) {
  EXPECT_EQ(advice(by(Cause::Lost, "Connection reset by peer")),
            "The connection broke. Check the network: Connection reset by peer");
  EXPECT_EQ(advice(by(Cause::Settings, "dictation needs punctuate=true")),
            "Correct the settings: dictation needs punctuate=true");
  EXPECT_EQ(advice(by(Cause::NoKey)),
            "Deepgram needs a key. Set the api-key property or DEEPGRAM_API_KEY.");
}

TEST(Advice, TellsProxiesFromServers) {
  Loss loss = http(403);
  loss.cause = Cause::Proxy;
  EXPECT_EQ(advice(loss),
            "The proxy does not lead to the server (403). Check the proxy and url properties.");
  EXPECT_EQ(details(loss), "refused by the proxy, HTTP status: 403");
}

TEST(Advice, TellsCertificatesApart) {
  for (auto [distrust, said, done] : {
           std::tuple{Distrust::Unsaid, "is not trusted", "clock"},
           std::tuple{Distrust::UnknownAuthority, "authority", "SSL_CERT_FILE"},
           std::tuple{Distrust::OtherHost, "another host", "url property"},
           std::tuple{Distrust::NotYetValid, "not valid yet", "clock"},
           std::tuple{Distrust::Expired, "has expired", "clock"},
           std::tuple{Distrust::Revoked, "revoked", "who runs the server"},
           std::tuple{Distrust::Weak, "too weak", "who runs the server"},
           std::tuple{Distrust::Unsuitable, "chain is broken", "who runs the server"},
           std::tuple{Distrust::OursWanted, "of this client", "tls-interaction"},
       }) {
    Loss loss = by(Cause::Certificate, "it has expired, it is for another host");
    loss.distrust = distrust;
    std::string line = advice(loss);
    EXPECT_NE(line.find(said), line.npos) << line;
    EXPECT_NE(line.find(done), line.npos) << line;
    EXPECT_TRUE(line.ends_with(": it has expired, it is for another host")) << line;
  }
}

TEST(Advice, TellsTheTimeoutsApart) {
  EXPECT_NE(advice(closed(1011, "See https://dpgr.am/net0001")).find("heard nothing"),
            std::string::npos);
  EXPECT_NE(advice(closed(1011, "NET-0000")).find("caps"), std::string::npos);
}

TEST(Advice, KeepsToOneLineWhateverTheServerSays) {
  Loss loss = http(400);
  loss.dg_error = "a\r\nb\x1b[31m" + std::string(1000, 'x');
  std::string line = advice(loss);
  EXPECT_EQ(line.find_first_of("\r\n\x1b"), line.npos);
  EXPECT_LT(line.size(), 500u);
  EXPECT_TRUE(line.ends_with("..."));
}

TEST(Advice, CutsBetweenCharacters) {
  Loss loss = http(400);
  loss.dg_error = std::string(299, 'x') + "üüü";
  EXPECT_TRUE(advice(loss).ends_with("x..."));
  loss.dg_error = std::string(298, 'x') + "üüü";
  EXPECT_TRUE(advice(loss).ends_with("xü..."));
}

TEST(Details, HaveTheRest) {
  Loss loss = http(429, 5s);
  loss.dg_error = "Too many requests";
  loss.request_id = "4711";
  loss.text = "Too Many Requests";
  EXPECT_EQ(details(loss),
            "refused, HTTP status: 429, dg-error: Too many requests, request id: 4711, retry "
            "after: 5 s, text: Too Many Requests");
  EXPECT_EQ(details(closed(1011, "NET-0001")), "closed, close code: 1011, close reason: NET-0001");
}

}  // namespace
}  // namespace dg
