// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/endpointer.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace dg::server {
namespace {

constexpr int kRate = 8000;

std::vector<std::int16_t> noise(double seconds, double level) {
  std::mt19937 random(1);  // the same each time
  std::normal_distribution<double> value(0, level);
  std::vector<std::int16_t> out(static_cast<std::size_t>(seconds * kRate));
  for (std::int16_t& sample : out) sample = static_cast<std::int16_t>(value(random));
  return out;
}

TEST(Endpointer, HearsSpeechBeginAndEnd) {
  Endpointer endpointer(kRate);
  endpointer.hear(noise(1, 0));
  EXPECT_FALSE(endpointer.speaking());
  EXPECT_EQ(endpointer.silence(), kRate);
  endpointer.hear(noise(0.5, 3000));
  EXPECT_TRUE(endpointer.speaking());
  EXPECT_EQ(endpointer.take_onset(), kRate);
  EXPECT_FALSE(endpointer.take_onset());
  EXPECT_EQ(endpointer.silence(), 0);
  endpointer.hear(noise(0.25, 0));
  EXPECT_EQ(endpointer.silence(), kRate / 4);
  endpointer.rest();
  EXPECT_FALSE(endpointer.speaking());
}

TEST(Endpointer, DoesNotHearAClick) {
  Endpointer endpointer(kRate);
  endpointer.hear(noise(1, 0));
  endpointer.hear(noise(0.02, 8000));
  endpointer.hear(noise(1, 0));
  EXPECT_FALSE(endpointer.speaking());
  EXPECT_FALSE(endpointer.take_onset());
}

TEST(Endpointer, HearsSpeechOverNoise) {
  Endpointer endpointer(kRate);
  endpointer.hear(noise(3, 60));
  EXPECT_FALSE(endpointer.speaking());
  endpointer.hear(noise(1, 3000));
  EXPECT_TRUE(endpointer.speaking());
  endpointer.hear(noise(0.5, 60));
  EXPECT_EQ(endpointer.silence(), kRate / 2);
}

TEST(Endpointer, TakesNoiseThatStaysForSilence) {
  Endpointer endpointer(kRate);
  endpointer.hear(noise(1, 0));
  endpointer.hear(noise(20, 250));
  EXPECT_GT(endpointer.silence(), kRate);
}

}  // namespace
}  // namespace dg::server
