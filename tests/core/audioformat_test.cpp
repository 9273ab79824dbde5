// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/audioformat.h"

#include <gtest/gtest.h>

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr AudioFormat kStereo{Encoding::Linear16, 44100, 2};

TEST(AudioFormat, CountsSamplesAcrossChannels) {
  EXPECT_EQ(kStereo.bytes_per_sample(), 4u);
  EXPECT_EQ(kStereo.samples_in(std::size_t{40}), 10);
  EXPECT_EQ((AudioFormat{Encoding::Linear32, 48000, 3}.bytes_per_sample()), 12u);
  EXPECT_EQ((AudioFormat{Encoding::Mulaw, 8000, 2}.bytes_per_sample()), 2u);
}

TEST(AudioFormat, CountsPackets) {
  AudioFormat flac{Encoding::Flac, 44100, 2}, opus{Encoding::Opus, 16000, 1};
  EXPECT_FALSE(kStereo.is_packets());
  EXPECT_TRUE(flac.is_packets());
  EXPECT_TRUE(opus.is_packets());
  std::vector<std::byte> frame = {std::byte{0xFF}, std::byte{0xF8}, std::byte{0xC9},
                                  std::byte{0},    std::byte{0},    std::byte{0}};
  EXPECT_EQ(flac.samples_in(frame), 4096);
  EXPECT_EQ(kStereo.samples_in(frame), 1);
  EXPECT_EQ(opus.samples_in(std::vector<std::byte>(3)), 480);
}

// Of Opus at 48 kHz, whatever was encoded.
TEST(AudioFormat, HasAClock) {
  EXPECT_EQ(kStereo.clock_rate(), 44100);
  EXPECT_EQ((AudioFormat{Encoding::Flac, 8000, 2}.clock_rate()), 8000);
  AudioFormat opus{Encoding::Opus, 16000, 1};
  EXPECT_EQ(opus.clock_rate(), 48000);
  EXPECT_EQ(opus.duration_of(960), 20ms);
  EXPECT_EQ(opus.samples_in(Nanos(20ms)), 960);
}

TEST(AudioFormat, IsAnotherWithAnotherHeader) {
  AudioFormat flac{Encoding::Flac, 44100, 2, {std::byte{1}}}, other = flac;
  EXPECT_EQ(flac, other);
  other.header.front() = std::byte{2};
  EXPECT_NE(flac, other);
}

TEST(AudioFormat, IsExactOverADay) {
  EXPECT_EQ(kStereo.duration_of(44100LL * 86400), 24h);
  EXPECT_EQ(kStereo.samples_in(Nanos(24h)), 44100LL * 86400);
}

TEST(AudioFormat, RoundsToTheNearestSample) {
  for (std::int64_t n : {1, 7, 44099, 12345678})
    EXPECT_EQ(kStereo.samples_in(kStereo.duration_of(n)), n) << n;
}

TEST(AudioFormat, WritesItsPartOfTheQuery) {
  EXPECT_EQ(kStereo.query(), "encoding=linear16&sample_rate=44100&channels=2");
  EXPECT_EQ((AudioFormat{Encoding::Linear32, 48000, 1}.query()),
            "encoding=linear32&sample_rate=48000&channels=1");
  EXPECT_EQ((AudioFormat{Encoding::Flac, 44100, 2}.query()),
            "encoding=flac&sample_rate=44100&channels=2");
  EXPECT_EQ((AudioFormat{Encoding::Opus, 16000, 1}.query()),
            "encoding=opus&sample_rate=16000&channels=1");
  EXPECT_EQ((AudioFormat{Encoding::Alaw, 8000, 1}.query()),
            "encoding=alaw&sample_rate=8000&channels=1");
}

TEST(AudioFormat, KnowsSilence) {
  EXPECT_EQ(kStereo.silence(), std::byte{0});
  EXPECT_EQ((AudioFormat{Encoding::Linear32, 8000, 1}.silence()), std::byte{0});
  EXPECT_EQ((AudioFormat{Encoding::Mulaw, 8000, 1}.silence()), std::byte{0xFF});
  EXPECT_EQ((AudioFormat{Encoding::Alaw, 8000, 1}.silence()), std::byte{0xD5});
}

}  // namespace
}  // namespace dg
