// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/packet.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace dg {
namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values) {
  std::vector<std::byte> made;
  for (int value : values) made.push_back(static_cast<std::byte>(value));
  return made;
}

std::int64_t flac(std::initializer_list<int> values) {
  return flac_samples(bytes(values));
}

// RFC 9639, table 14.
TEST(FlacSamples, KnowsEveryBlockSize) {
  const std::int64_t sizes[] = {0,   192, 576,  1152, 2304, 4608, 0x34 + 1, 0x3456 + 1,
                                256, 512, 1024, 2048, 4096, 8192, 16384,    32768};
  for (int code = 0; code < 16; ++code)
    EXPECT_EQ(flac({0xFF, 0xF8, code << 4 | 5, 0x08, 0x00, 0x34, 0x56, 0x00}),
              sizes[static_cast<std::size_t>(code)])
        << code;
}

TEST(FlacSamples, FindsTheSizeBehindANumberOfAnyLength) {
  EXPECT_EQ(flac({0xFF, 0xF8, 0x65, 0, 0x7F, 9, 0}), 10);
  EXPECT_EQ(flac({0xFF, 0xF8, 0x65, 0, 0xC2, 0x80, 9, 0}), 10);
  EXPECT_EQ(flac({0xFF, 0xF8, 0x75, 0, 0xE0, 0xA0, 0x80, 1, 9, 0}), 266);
  EXPECT_EQ(flac({0xFF, 0xF9, 0x75, 0, 0xFE, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 9, 0}), 266);
}

TEST(FlacSamples, AreNoneOfWhatIsNoFrame) {
  EXPECT_EQ(flac({}), 0);
  EXPECT_EQ(flac({0xFF}), 0);
  EXPECT_EQ(flac({0x66, 0x4C, 0x61, 0x43, 0, 0, 0, 0x22}), 0);
  EXPECT_EQ(flac({0xFF, 0xFA, 0x55, 0x08, 0, 0xC6, 0x48}), 0);
  EXPECT_EQ(flac({0xFF, 0xF8, 0x55, 0x08, 0}), 0);
}

// RFC 6716, table 2; one frame a packet.
TEST(OpusSamples, KnowEveryConfiguration) {
  constexpr double kMilliseconds[] = {10, 20, 40,  60, 10, 20,  40,  60, 10, 20,  40,
                                      60, 10, 20,  10, 20, 2.5, 5,   10, 20, 2.5, 5,
                                      10, 20, 2.5, 5,  10, 20,  2.5, 5,  10, 20};
  for (int config = 0; config < 32; ++config)
    EXPECT_EQ(opus_samples(bytes({config << 3, 1, 2})),
              static_cast<std::int64_t>(kMilliseconds[config] * 48))
        << config;
}

TEST(OpusSamples, CountTheFrames) {
  EXPECT_EQ(opus_samples(bytes({0xF8, 1})), 960);      // 20 ms
  EXPECT_EQ(opus_samples(bytes({0xFC, 1})), 960);      // in stereo
  EXPECT_EQ(opus_samples(bytes({0xF9, 1})), 1920);     // two
  EXPECT_EQ(opus_samples(bytes({0xFA, 1, 1})), 1920);  // two, of different sizes
  EXPECT_EQ(opus_samples(bytes({0xFB, 0x03})), 2880);  // as many as it says
  EXPECT_EQ(opus_samples(bytes({0xFB, 0xC6})), 5760);  // whatever else it says
  EXPECT_EQ(opus_samples(bytes({0xF8})), 960);         // nothing is said: DTX
}

TEST(OpusSamples, AreNoneOfWhatIsNoPacket) {
  EXPECT_EQ(opus_samples({}), 0);
  EXPECT_EQ(opus_samples(bytes({0xFB})), 0);
  EXPECT_EQ(opus_samples(bytes({0xFB, 0x40})), 0);
  EXPECT_EQ(opus_samples(bytes({0xFB, 0x07})), 0);  // more than 120 ms
  EXPECT_EQ(opus_samples(bytes({'O', 'p', 'u', 's', 'H', 'e', 'a', 'd'})), 0);
}

TEST(Packets, OfAnyBytesHaveASaneLength) {
  std::mt19937 random(1);
  for (int i = 0; i < 100'000; ++i) {
    std::vector<std::byte> any(random() % (kPacketStart + 1));
    for (std::byte& byte : any) byte = static_cast<std::byte>(random());
    if (i % 2 && any.size() > 1) any[0] = std::byte{0xFF}, any[1] = std::byte{0xF8};
    std::int64_t flac = flac_samples(any), opus = opus_samples(any);
    EXPECT_TRUE(flac >= 0 && flac <= 65536) << flac;
    EXPECT_TRUE(opus >= 0 && opus <= 5760) << opus;
  }
}

}  // namespace
}  // namespace dg
