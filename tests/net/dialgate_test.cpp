// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/dialgate.h"

#include <vector>

#include <gtest/gtest.h>

namespace dg {
namespace {

using namespace std::chrono_literals;
using Pass = DialGate::Pass;

class DialGateTest : public ::testing::Test {
 protected:
  std::optional<Pass> pass(const char* service, bool again = false) {
    auto answer = gate.ask(service, again, now);
    if (auto* wait = std::get_if<DialGate::Wait>(&answer)) {
      asked_back = wait->until;
      failing = wait->failing;
      return std::nullopt;
    }
    return std::get<Pass>(std::move(answer));
  }
  std::optional<Nanos> fails(const char* service, FaultClass kind = FaultClass::Transient) {
    return gate.failed(service, kind, std::nullopt, now);
  }
  // Three failures in a row; when the next may dial.
  Nanos open(const char* service) {
    EXPECT_FALSE(fails(service));
    EXPECT_FALSE(fails(service));
    auto at = fails(service);
    EXPECT_TRUE(at);
    return at.value_or(0s);
  }

  Nanos now = 1000s;
  Nanos asked_back{};
  bool failing = false;
  DialGate gate{1};
};

TEST_F(DialGateTest, DoesNotLimitFirstDials) {
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(pass("a"));
}

TEST_F(DialGateTest, LimitsTheHandshakesUnderWay) {
  std::vector<Pass> under_way;
  for (int i = 0; i < 64; ++i) {
    auto one = pass(i % 2 ? "a" : "b");
    ASSERT_TRUE(one);
    under_way.push_back(std::move(*one));
  }
  EXPECT_FALSE(pass("c"));
  EXPECT_GT(asked_back, now);
  EXPECT_LE(asked_back, now + 1s);
  under_way.pop_back();
  EXPECT_TRUE(pass("c"));
}

TEST_F(DialGateTest, LetsTwentyASecondDialAgain) {
  std::vector<Nanos> asks(100, now);
  std::vector<Nanos> dials;
  while (!asks.empty()) {
    auto next = std::min_element(asks.begin(), asks.end());
    now = *next;
    if (pass("a", true)) {
      dials.push_back(now);
      asks.erase(next);
    } else {
      *next = asked_back;
    }
  }
  for (std::size_t i = 20; i < dials.size(); ++i) EXPECT_GE(dials[i] - dials[i - 20], 1s);
  EXPECT_LE(dials.back() - dials.front(), 8s);  // 5 s at best
}

// Timers ring late, and some of those who were told to come later never do.
TEST_F(DialGateTest, IsNotHeldUpByThoseWhoCameTooEarly) {
  EXPECT_TRUE(pass("a", true));
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(pass("a", true));
  now += 10s;
  EXPECT_TRUE(pass("a", true));
  EXPECT_FALSE(pass("a", true));
  EXPECT_LE(asked_back, now + 100ms);
}

TEST_F(DialGateTest, LetsLateOnesDialAtNearlyThePace) {
  std::vector<Nanos> asks(200, now);
  while (!asks.empty()) {
    auto next = std::min_element(asks.begin(), asks.end());
    now = *next;
    if (pass("a", true))
      asks.erase(next);
    else
      *next = asked_back + 1ms;
  }
  EXPECT_LE(now, 1000s + 15s);  // 10 s at best
}

TEST_F(DialGateTest, LetsEachServiceHaveItsOwnPace) {
  EXPECT_TRUE(pass("a", true));
  EXPECT_FALSE(pass("a", true));
  EXPECT_TRUE(pass("b", true));
}

TEST_F(DialGateTest, MakesAllWaitAfterThreeFailures) {
  Nanos at = open("a");
  EXPECT_GT(at, now);
  EXPECT_FALSE(pass("a"));
  EXPECT_EQ(asked_back, at);
  EXPECT_TRUE(pass("b"));
}

TEST_F(DialGateTest, LetsOneProbe) {
  now = open("a");
  auto probe = pass("a");
  ASSERT_TRUE(probe);
  EXPECT_FALSE(pass("a"));
  probe.reset();
  EXPECT_TRUE(pass("a"));
}

TEST_F(DialGateTest, WaitsLongerWhenTheProbeFails) {
  Nanos longest{};
  now = open("a");
  for (int i = 0; i < 20; ++i) {
    auto probe = pass("a");
    ASSERT_TRUE(probe);
    Nanos at = *fails("a");
    longest = std::max(longest, at - now);
    EXPECT_LE(at - now, 10s);
    now = at;
  }
  EXPECT_GT(longest, 5s);
}

TEST_F(DialGateTest, OpensToAllWhenOneIsUseful) {
  open("a");
  gate.useful("a", now);
  std::vector<Pass> all;
  for (int i = 0; i < 10; ++i) {
    auto one = pass("a");
    ASSERT_TRUE(one);
    all.push_back(std::move(*one));
  }
}

TEST_F(DialGateTest, DoesNotOpenForAConnectionFromBefore) {
  Nanos before = now;
  now += 60s;
  open("a");
  gate.useful("a", before);
  EXPECT_FALSE(pass("a"));
  EXPECT_TRUE(failing);
}

TEST_F(DialGateTest, CountsOnlyWhatIsTheServices) {
  for (FaultClass kind :
       {FaultClass::Auth, FaultClass::Config, FaultClass::Money, FaultClass::Data})
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(fails("a", kind));
  EXPECT_TRUE(pass("a"));
}

TEST_F(DialGateTest, HeedsRetryAfter) {
  open("a");
  EXPECT_GE(*gate.failed("a", FaultClass::Capacity, 30s, now), now + 30s);
}

TEST_F(DialGateTest, ForgetsInTime) {
  now = open("a") + 61s;
  EXPECT_TRUE(pass("a"));
  EXPECT_FALSE(fails("a"));
}

TEST_F(DialGateTest, TellsServicesApartByHostAndKey) {
  auto name = [](const char* url, const char* key) {
    return DialGate::service_of({url, {{"Authorization", key}}});
  };
  EXPECT_EQ(name("ws://h:1/v1/listen?a=b", "Token x"), name("ws://h:1?c", "Token x"));
  EXPECT_NE(name("ws://h:1/", "Token x"), name("ws://h:2/", "Token x"));
  EXPECT_NE(name("ws://h:1/", "Token x"), name("ws://h:1/", "Token y"));
  EXPECT_EQ(name("ws://h:1/", "Token secret").find("secret"), std::string::npos);
}

}  // namespace
}  // namespace dg
