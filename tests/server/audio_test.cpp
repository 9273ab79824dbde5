// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/audio.h"

#include <cmath>
#include <cstdlib>

#include <gtest/gtest.h>

namespace dg::server {
namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values) {
  std::vector<std::byte> out;
  for (int value : values) out.push_back(static_cast<std::byte>(value));
  return out;
}

// Tables 2a and 2b of ITU-T G.711: the values of the codes 0x00, 0x10, ... 0x70.
TEST(G711, HasTheValuesOfTheStandard) {
  constexpr int mulaw[] = {-32124, -15996, -7932, -3900, -1884, -876, -372, -120};
  constexpr int alaw[] = {-5504, -2752, -22016, -11008, -344, -88, -1376, -688};
  for (int high = 0; high < 8; ++high) {
    auto code = static_cast<std::uint8_t>(high << 4);
    EXPECT_EQ(mulaw_to_linear(code), mulaw[high]);
    EXPECT_EQ(alaw_to_linear(code), alaw[high]);
  }
  EXPECT_EQ(mulaw_to_linear(0xFF), 0);
  EXPECT_EQ(mulaw_to_linear(0x80), 32124);
  EXPECT_EQ(alaw_to_linear(0xD5), 8);
  EXPECT_EQ(alaw_to_linear(0x55), -8);
  EXPECT_EQ(alaw_to_linear(0xAA), 32256);
  EXPECT_EQ(alaw_to_linear(0x2A), -32256);
}

TEST(G711, EveryCodeSurvivesBothWays) {
  for (int code = 0; code < 256; ++code) {
    auto byte = static_cast<std::uint8_t>(code);
    EXPECT_EQ(linear_to_alaw(alaw_to_linear(byte)), byte);
    bool is_minus_zero = byte == 0x7F;
    EXPECT_EQ(linear_to_mulaw(mulaw_to_linear(byte)), is_minus_zero ? 0xFF : byte);
  }
}

TEST(G711, EverySampleIsNear) {
  for (int value = -32768; value < 32768; ++value) {
    auto sample = static_cast<std::int16_t>(value);
    int room = std::abs(value) / 16 + 16;
    EXPECT_NEAR(mulaw_to_linear(linear_to_mulaw(sample)), value, value == -32768 ? 644 : room);
    EXPECT_NEAR(alaw_to_linear(linear_to_alaw(sample)), value, room);
  }
}

TEST(AudioReader, PutsSamplesTogetherWhereverTheyAreCut) {
  AudioReader reader({Encoding::Linear16, 16000, 2}, Split::PerChannel);
  auto all = bytes({1, 0, 2, 0, 3, 1, 4, 0xFF});
  std::vector<Samples> heard(2);
  for (std::size_t at = 0; at < all.size(); ++at) {
    const auto& now = reader.read(std::span(all).subspan(at, 1));
    for (int channel : {0, 1})
      heard[channel].insert(heard[channel].end(), now[channel].begin(), now[channel].end());
  }
  EXPECT_EQ(heard[0], (Samples{1, 259}));
  EXPECT_EQ(heard[1], (Samples{2, -252}));
}

TEST(AudioReader, BringsFloatsToSixteenBits) {
  constexpr float kValues[] = {0, 0.5F, -0.5F, 1, -1, 2, -2, INFINITY, -INFINITY, NAN};
  AudioReader reader({Encoding::Linear32, 16000, 1}, Split::MixedDown);
  EXPECT_EQ(reader.read(std::as_bytes(std::span(kValues)))[0],
            (Samples{0, 16384, -16384, 32767, -32768, 32767, -32768, 32767, -32768, 0}));
}

TEST(AudioReader, MixesDown) {
  AudioReader reader({Encoding::Linear16, 16000, 2}, Split::MixedDown);
  EXPECT_EQ(reader.tracks(), 1u);
  EXPECT_EQ(reader.read(bytes({0, 0x7F, 0, 0x7F, 100, 0, 0, 0}))[0], (Samples{0x7F00, 50}));
}

}  // namespace
}  // namespace dg::server
