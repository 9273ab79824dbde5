// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/backoff.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include <gtest/gtest.h>

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr int kStreams = 400;

// What many streams that fail at once are told at their attempt `attempt`, from 0.
std::vector<Nanos> waits(FaultClass kind, int attempt,
                         std::optional<Nanos> retry_after = std::nullopt) {
  static const std::uint64_t seed = [] {
    std::uint64_t fresh = std::random_device{}();
    std::printf("seed %lu\n", static_cast<unsigned long>(fresh));
    return fresh;
  }();
  std::vector<Nanos> out;
  for (int stream = 0; stream < kStreams; ++stream) {
    Backoff backoff(seed + static_cast<std::uint64_t>(stream));
    for (int i = 0; i < attempt; ++i) (void)backoff.next(kind, std::nullopt);
    out.push_back(backoff.next(kind, retry_after));
  }
  return out;
}

// All lie in [least, most], and they fill it: no quarter of it is empty. By chance one would be in
// one of 10^49 runs.
void expect_spread(const std::vector<Nanos>& waits, Nanos least, Nanos most) {
  int quarters[4] = {};
  for (Nanos wait : waits) {
    ASSERT_GE(wait, least);
    ASSERT_LE(wait, most);
    ++quarters[std::min<Nanos::rep>((wait - least) * 4 / (most - least), 3)];
  }
  for (int quarter : quarters) EXPECT_GT(quarter, 0);
}

TEST(Backoff, RetriesAtOnceTheFirstTime) {
  for (FaultClass kind : {FaultClass::Transient, FaultClass::Data})
    for (Nanos wait : waits(kind, 0)) EXPECT_EQ(wait, 0s);
}

TEST(Backoff, WaitsLongerWithEachFailureUpToItsCap) {
  const struct {
    int attempt;
    Nanos most;
  } rows[] = {{1, 1s}, {2, 2s}, {3, 4s}, {4, 8s}, {5, 10s}, {6, 10s}, {40, 10s}, {1000, 10s}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.attempt);
    expect_spread(waits(FaultClass::Transient, row.attempt), 0s, row.most);
  }
}

// Streams are many when their number is at its limit: they must not all come back at once.
TEST(Backoff, SpreadsWhatWaitsForRoom) {
  const struct {
    int attempt;
    Nanos most;
  } rows[] = {{0, 10s}, {1, 20s}, {2, 40s}, {3, 60s}, {4, 60s}, {1000, 60s}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.attempt);
    expect_spread(waits(FaultClass::Capacity, row.attempt), 5s, row.most);
  }
}

TEST(Backoff, HonoursRetryAfterWithinReason) {
  for (Nanos wait : waits(FaultClass::Transient, 0, 7s)) EXPECT_EQ(wait, 7s);
  for (Nanos wait : waits(FaultClass::Transient, 5, 30s)) EXPECT_EQ(wait, 30s);
  for (Nanos wait : waits(FaultClass::Capacity, 0, 30s)) EXPECT_EQ(wait, 30s);
  for (Nanos wait : waits(FaultClass::Capacity, 0, 24h)) EXPECT_EQ(wait, 60s);
  for (Nanos wait : waits(FaultClass::Transient, 0, 24h)) EXPECT_EQ(wait, 60s);
}

TEST(Backoff, IsNotHurriedByRetryAfter) {
  for (Nanos wait : waits(FaultClass::Capacity, 0, 1s)) EXPECT_GE(wait, 5s);
  for (Nanos wait : waits(FaultClass::Capacity, 0, -1h)) EXPECT_GE(wait, 5s);
  for (Nanos wait : waits(FaultClass::Transient, 0, -1h)) EXPECT_EQ(wait, 0s);
}

TEST(Backoff, BeginsAgainWhenAConnectionWasUseful) {
  Backoff backoff(1);
  for (int i = 1; i <= 8; ++i) {
    (void)backoff.next(FaultClass::Transient, std::nullopt);
    EXPECT_EQ(backoff.failures(), i);
  }
  backoff.reset();
  EXPECT_EQ(backoff.failures(), 0);
  EXPECT_EQ(backoff.next(FaultClass::Transient, std::nullopt), 0s);
}

}  // namespace
}  // namespace dg
