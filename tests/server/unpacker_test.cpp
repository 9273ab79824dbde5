// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/unpacker.h"

#include <algorithm>
#include <cstring>
#include <random>

#include <gtest/gtest.h>

#include "server/packing.h"
#include "server/talk.h"
#include "server/tones.h"

namespace dg::server {
namespace {

using Bytes = std::vector<std::byte>;

std::unique_ptr<Unpacker> flac(int channels = 1) {
  return Unpacker::make({Encoding::Flac, 16000, channels});
}

Bytes joined(const Packets& packets) {
  Bytes all;
  for (const Bytes& packet : packets) all.insert(all.end(), packet.begin(), packet.end());
  return all;
}

// What comes out, or nothing once anything was corrupt.
std::optional<Samples> unpack(Unpacker& unpacker, const Packets& frames) {
  Bytes all;
  for (const Bytes& frame : frames) {
    auto some = unpacker.unpack(frame);
    if (!some) return std::nullopt;
    all.insert(all.end(), some->begin(), some->end());
  }
  Samples samples(all.size() / 2);
  if (!all.empty()) std::memcpy(samples.data(), all.data(), all.size());
  return samples;
}

Packets cut(const Bytes& all, std::size_t size) {
  Packets parts;
  for (std::size_t at = 0; at < all.size(); at += size)
    parts.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(at),
                       all.begin() + static_cast<std::ptrdiff_t>(std::min(at + size, all.size())));
  return parts;
}

TEST(Unpacker, IsThereForCodedAudio) {
  EXPECT_FALSE(Unpacker::make({Encoding::Linear16, 16000, 1}));
  EXPECT_FALSE(Unpacker::make({Encoding::Flac, 16000, 9}));
  EXPECT_FALSE(Unpacker::make({Encoding::Opus, 16000, 3}));
  EXPECT_EQ(Unpacker::make({Encoding::Flac, 44100, 8})->format(),
            (AudioFormat{Encoding::Linear16, 44100, 8}));
  EXPECT_EQ(Unpacker::make({Encoding::Opus, 16000, 2})->format(),
            (AudioFormat{Encoding::Linear16, 16000, 2}));
  EXPECT_EQ(Unpacker::make({Encoding::Opus, 44100, 1})->format().rate, 48000);
}

TEST(FlacUnpacker, IsExact) {
  Samples samples = tones_at(16000, 2);
  for (int channels : {1, 2})
    for (int bits : {16, 20, 24})
      EXPECT_EQ(unpack(*flac(channels), flac_of(samples, 16000, channels, bits)), samples)
          << channels << " channels, " << bits << " bits";
}

TEST(FlacUnpacker, PutsFramesTogetherWhereverTheyAreCut) {
  Samples samples = tones_at(16000, 1);
  Bytes all = joined(flac_of(samples, 16000, 1));
  for (std::size_t size : {1, 7, 1000, 1'000'000})
    EXPECT_EQ(unpack(*flac(), cut(all, size)), samples) << size;
}

// The service must not wait for the next frame to know that one is over.
TEST(FlacUnpacker, HearsAFrameWhenAllOfItIsThere) {
  Packets packets = flac_of(tones_at(16000, 1), 16000, 1);
  auto unpacker = flac();
  EXPECT_EQ(unpacker->unpack(packets[0])->size(), 0u);
  for (std::size_t i = 1; i < packets.size(); ++i) {
    auto last = packets[i].end() - 1;
    EXPECT_EQ(unpacker->unpack({packets[i].begin(), last})->size(), 0u);
    EXPECT_EQ(unpacker->unpack({last, packets[i].end()})->size(), 2000u);
  }
}

// As after a reconnect; and what is missing has no time.
TEST(FlacUnpacker, GoesOnWithAnyFrame) {
  Samples samples = tones_at(16000, 1);
  Packets packets = flac_of(samples, 16000, 1);
  packets.erase(packets.begin() + 1, packets.begin() + 4);
  packets.erase(packets.begin() + 6, packets.begin() + 8);
  Samples expected(samples.begin() + 3000, samples.begin() + 8000);
  expected.insert(expected.end(), samples.begin() + 10000, samples.end());
  auto heard = unpack(*flac(), packets);
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->size(), expected.size());
  EXPECT_EQ(*heard, expected);
}

TEST(FlacUnpacker, RefusesWhatIsCorrupt) {
  Packets good = flac_of(tones_at(16000, 1), 16000, 1);
  Packets without_header(good.begin() + 1, good.end()), flipped = good;
  flipped[3][100] ^= std::byte{4};
  Packets twice = good;
  twice.insert(twice.begin() + 2, good[0]);
  EXPECT_FALSE(unpack(*flac(), without_header));
  EXPECT_FALSE(unpack(*flac(), flipped));
  EXPECT_FALSE(unpack(*flac(), twice));
  EXPECT_FALSE(unpack(*flac(2), good));
  EXPECT_FALSE(unpack(*flac(), {Bytes(1000)}));
}

TEST(OpusUnpacker, HearsAllThatIsPacked) {
  for (int channels : {1, 2}) {
    Samples samples = tones_at(16000, 2);
    auto unpacker = Unpacker::make({Encoding::Opus, 16000, channels});
    auto heard = unpack(*unpacker, opus_of(samples, 16000, channels));
    ASSERT_TRUE(heard);
    ASSERT_EQ(heard->size(), samples.size());
    // Late by what the encoder puts in front.
    auto delay = static_cast<std::size_t>(opus_delay(16000, channels) * channels);
    double together = 0, all = 0;
    for (std::size_t i = delay; i < samples.size(); ++i) {
      together += static_cast<double>((*heard)[i]) * samples[i - delay];
      all += static_cast<double>(samples[i - delay]) * samples[i - delay];
    }
    EXPECT_GT(together, 0.95 * all);
  }
}

TEST(OpusUnpacker, RefusesWhatIsCorrupt) {
  auto unpacker = Unpacker::make({Encoding::Opus, 48000, 1});
  EXPECT_FALSE(unpacker->unpack(Bytes{std::byte{0xFB}, std::byte{0x3F}}));
  EXPECT_FALSE(unpacker->unpack(Bytes{std::byte{'O'}, std::byte{'p'}, std::byte{'u'},
                                      std::byte{'s'}, std::byte{'H'}, std::byte{'e'}}));
}

TEST(Unpackers, SurviveAnything) {
  std::mt19937 random(1);
  Bytes good = joined(flac_of(tones_at(16000, 0.5), 16000, 1));
  for (int i = 0; i < 500; ++i) {
    Bytes bad = good;
    for (int flips = 0; flips < 3; ++flips)
      bad[random() % bad.size()] = static_cast<std::byte>(random());
    unpack(*flac(), cut(bad, 1 + random() % 3000));
    bad.resize(random() % 200);
    Unpacker::make({Encoding::Opus, 16000, 2})->unpack(bad);
  }
}

}  // namespace
}  // namespace dg::server
