// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/silencegate.h"

#include <array>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "base/overloaded.h"
#include "support/packets.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr AudioFormat kFormat{Encoding::Linear16, 1000, 1};

std::vector<std::byte> constant(std::int16_t value, std::size_t samples) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < samples; ++i) {
    bytes.push_back(static_cast<std::byte>(value & 0xFF));
    bytes.push_back(static_cast<std::byte>(value >> 8 & 0xFF));
  }
  return bytes;
}

TEST(Level, IsThatOfASquareWave) {
  EXPECT_NEAR(level(kFormat, constant(32767, 100)), 0, 0.01);
  EXPECT_NEAR(level(kFormat, constant(-3277, 100)), -20, 0.01);
  EXPECT_NEAR(level(kFormat, constant(1, 100)), -90.3, 0.01);
  EXPECT_EQ(level(kFormat, constant(0, 100)), SilencePolicy::kOff);
  EXPECT_EQ(level(kFormat, {}), SilencePolicy::kOff);
}

TEST(Level, IsThatOfTheLoudestChannel) {
  std::vector<std::byte> bytes;
  for (int i = 0; i < 100; ++i)
    for (std::int16_t value : std::to_array<std::int16_t>({0, 3277, 10})) {
      auto one = constant(value, 1);
      bytes.insert(bytes.end(), one.begin(), one.end());
    }
  EXPECT_NEAR(level({Encoding::Linear16, 1000, 3}, bytes), -20, 0.01);
}

TEST(Level, KnowsFloats) {
  auto of = [](std::vector<float> values) {
    auto bytes = std::as_bytes(std::span(values));
    return level({Encoding::Linear32, 8000, 1}, bytes);
  };
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  constexpr float kLoud = std::numeric_limits<float>::infinity();
  EXPECT_NEAR(of({0.1F, -0.1F, 0.1F, -0.1F}), -20, 0.001);
  EXPECT_EQ(of({0, -0.0F}), SilencePolicy::kOff);
  EXPECT_EQ(of({kNone, kNone}), SilencePolicy::kOff);
  EXPECT_NEAR(of({0.1F, kNone, -0.1F, kNone}), -23.01, 0.001);
  EXPECT_NEAR(of({kLoud, -kLoud, 7, 1e38F}), 0, 0.001);
}

// Codes and values of ITU-T G.711.
TEST(Level, KnowsTheLawsOfTelephones) {
  auto of = [](Encoding encoding, int code) {
    std::vector<std::byte> bytes(80, static_cast<std::byte>(code));
    return level({encoding, 8000, 1}, bytes);
  };
  auto decibels = [](double value) { return 20 * std::log10(value / 32768); };
  EXPECT_NEAR(of(Encoding::Mulaw, 0x00), decibels(32124), 0.001);
  EXPECT_NEAR(of(Encoding::Mulaw, 0x80), decibels(32124), 0.001);
  EXPECT_NEAR(of(Encoding::Mulaw, 0x8F), decibels(16764), 0.001);
  EXPECT_NEAR(of(Encoding::Mulaw, 0xEF), decibels(132), 0.001);
  EXPECT_EQ(of(Encoding::Mulaw, 0xFF), SilencePolicy::kOff);
  EXPECT_NEAR(of(Encoding::Alaw, 0x2A), decibels(32256), 0.001);
  EXPECT_NEAR(of(Encoding::Alaw, 0xAA), decibels(32256), 0.001);
  EXPECT_NEAR(of(Encoding::Alaw, 0xD5), decibels(8), 0.001);
  EXPECT_NEAR(of(Encoding::Alaw, 0xC5), decibels(264), 0.001);
}

// A gate at -40 dBFS, and what it lets through of loud and silent milliseconds.
class SilenceGateTest : public ::testing::Test {
 protected:
  void loud(Nanos duration) { give(10000, duration); }
  void silent(Nanos duration) { give(10, duration); }
  void give(std::int16_t value, Nanos duration) {
    auto samples = static_cast<std::size_t>(duration / 1ms);
    note(gate.take({now, kFormat, constant(value, samples), false}));
    now += duration;
  }
  void note(const std::vector<SilenceGate::Item>& items) {
    for (const auto& item : items)
      std::visit(overloaded{[&](const Backlog::Piece& piece) {
                              auto duration =
                                  kFormat.duration_of(kFormat.samples_in(piece.bytes.size()));
                              EXPECT_EQ(piece.pts, until);
                              until = piece.pts + duration;
                              passed += duration;
                            },
                            [&](const SilenceGate::Withheld& is) {
                              EXPECT_EQ(is.from, until);
                              EXPECT_EQ(is.to - is.from, kFormat.duration_of(is.samples));
                              until = is.to;
                              withheld += is.to - is.from;
                              closings += is.samples == 0;
                            }},
                 item);
  }

  SilencePolicy policy{.threshold = -40, .hold = 1s, .pre_roll = 300ms};
  SilenceGate gate{policy};
  Nanos now = 50s, until = 50s;
  Nanos passed{}, withheld{};
  int closings = 0;
};

TEST_F(SilenceGateTest, IsOffUnlessAsked) {
  SilenceGate off{SilencePolicy{}};
  for (int i = 0; i < 100; ++i) note(off.take({now + i * 1s, kFormat, constant(0, 1000), false}));
  EXPECT_EQ(passed, 100s);
  EXPECT_EQ(withheld, 0s);
}

// What a packet holds only a decoder knows.
TEST_F(SilenceGateTest, LetsPacketsThrough) {
  silent(10s);
  EXPECT_EQ(withheld, 9s - 300ms);
  for (int i = 0; i < 2; ++i) {
    auto items = gate.take({now, testing::kPackets, testing::packet(10, {})});
    ASSERT_EQ(items.size(), i == 0 ? 2u : 1u);  // the first ends what was kept back
    EXPECT_EQ(std::get<Backlog::Piece>(items.back()).pts, now);
  }
  EXPECT_TRUE(gate.give_up().empty());
}

TEST_F(SilenceGateTest, LetsSpeechAndShortPausesThrough) {
  for (int i = 0; i < 20; ++i) {
    loud(300ms);
    silent(1s);
  }
  EXPECT_EQ(passed, 26s);
  EXPECT_EQ(closings, 0);
}

TEST_F(SilenceGateTest, ClosesAfterTheHold) {
  loud(500ms);
  silent(10s);
  EXPECT_EQ(passed, 1500ms);
  EXPECT_EQ(withheld, 9s - 300ms);
}

// Before anything is withheld, so that what was said is asked for at once.
TEST_F(SilenceGateTest, TellsWhenItCloses) {
  loud(500ms);
  silent(1s);
  EXPECT_EQ(closings, 0);
  silent(20ms);
  EXPECT_EQ(closings, 1);
  EXPECT_EQ(withheld, 0s);
}

TEST_F(SilenceGateTest, OpensWithWhatCameShortlyBefore) {
  loud(500ms);
  silent(10s);
  loud(1s);
  EXPECT_EQ(passed, 1500ms + 300ms + 1s);
  EXPECT_EQ(until, now);
}

TEST_F(SilenceGateTest, JudgesInsideOfLongBuffers) {
  auto bytes = constant(10000, 500);
  for (auto [value, samples] : {std::pair<std::int16_t, std::size_t>{10, 10000}, {10000, 1000}}) {
    auto more = constant(value, samples);
    bytes.insert(bytes.end(), more.begin(), more.end());
  }
  note(gate.take({now, kFormat, bytes, false}));
  EXPECT_EQ(passed, 1500ms + 300ms + 1s);
}

TEST_F(SilenceGateTest, WithholdsTheRestWhenItGivesUp) {
  silent(10s);
  note(gate.give_up());
  EXPECT_EQ(passed, 1s);
  EXPECT_EQ(withheld, 9s);
  EXPECT_TRUE(gate.give_up().empty());
  loud(1s);
  EXPECT_EQ(passed, 2s);
}

TEST_F(SilenceGateTest, DoesNotJoinWhatDoesNotFollow) {
  silent(10s);
  now += 5s;
  auto items = gate.take({now, kFormat, constant(10000, 100), false});
  ASSERT_GE(items.size(), 2u);
  auto* rest = std::get_if<SilenceGate::Withheld>(&items[0]);
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->to, now - 5s);
  EXPECT_EQ(std::get<Backlog::Piece>(items[1]).pts, now);
}

// A packet is lost shortly before somebody speaks.
TEST_F(SilenceGateTest, KeepsWhatCameBeforeAShortHole) {
  silent(10s);
  EXPECT_TRUE(gate.may_follow(now + 20ms));
  EXPECT_FALSE(gate.may_follow(now + 300ms));
  now += 20ms;
  std::vector<SilenceGate::Item> items = gate.take({now, kFormat, constant(10000, 100), false});
  Nanos sent{};
  for (const auto& item : items)
    if (auto* piece = std::get_if<Backlog::Piece>(&item))
      sent += kFormat.duration_of(kFormat.samples_in(piece->bytes.size()));
  EXPECT_EQ(sent, 300ms + 100ms);
}

}  // namespace
}  // namespace dg
