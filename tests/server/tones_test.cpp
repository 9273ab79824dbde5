// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/tones.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "server/audio.h"
#include "server/resampler.h"
#include "server/tonedecoder.h"

namespace dg::server {
namespace {

using Found = std::vector<ToneDecoder::Found>;
constexpr int kRates[] = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000};

std::mt19937 seeded() {
  auto seed = std::random_device()();
  testing::Test::RecordProperty("seed", std::to_string(seed));
  std::printf("seed %u\n", seed);
  return std::mt19937(seed);
}

int below(std::mt19937& random, int most) {
  return std::uniform_int_distribution(0, most - 1)(random);
}

Samples audio(int rate, std::int64_t from_word, int words) {
  Samples out(static_cast<std::size_t>(words) * static_cast<std::size_t>(rate) / 2);
  tones::write(rate, from_word * rate / 2, out);
  return out;
}

Found decode(int rate, const Samples& samples) {
  return ToneDecoder(rate).hear(samples);
}

// Each word once, in order, at its time to a tenth of a millisecond (resamplers are no better).
void expect_words(const Found& found, int rate, int words, std::int64_t first = 0) {
  ASSERT_EQ(found.size(), static_cast<std::size_t>(words));
  for (int i = 0; i < words; ++i) {
    EXPECT_EQ(found[static_cast<std::size_t>(i)].number, first + i);
    EXPECT_NEAR(found[static_cast<std::size_t>(i)].start / rate, i * 0.5, 0.0001);
  }
}

TEST(Tones, SayEveryNumber) {
  for (std::int64_t number : {0, 1, 2, 15, 16, 4095, 65535, 93600, 100000, 1048575})
    EXPECT_EQ(tones::number(tones::symbols(number)), number);
}

TEST(Tones, NoticeEveryWrongSymbol) {
  for (std::size_t at = 0; at < tones::kTones; ++at) {
    for (std::uint8_t change = 1; change < tones::kPitches; ++change) {
      tones::Symbols symbols = tones::symbols(12345);
      symbols[at] ^= change;
      EXPECT_EQ(tones::number(symbols), -1);
    }
  }
}

TEST(Tones, AreTheSameInWhicheverPiecesTheyAreWritten) {
  Samples whole = audio(11025, 7, 5), pieces;
  for (std::size_t at = 0; at < whole.size();) {
    Samples piece(std::min<std::size_t>(777, whole.size() - at));
    tones::write(11025, 7 * 11025 / 2 + static_cast<std::int64_t>(at), piece);
    pieces.insert(pieces.end(), piece.begin(), piece.end());
    at += piece.size();
  }
  EXPECT_EQ(pieces, whole);
}

TEST(ToneDecoder, FindsEveryWordAtEveryRate) {
  for (int rate : kRates) {
    SCOPED_TRACE(rate);
    expect_words(decode(rate, audio(rate, 0, 40)), rate, 40);
  }
}

TEST(ToneDecoder, HearsHoursAndLargeNumbers) {
  expect_words(decode(8000, audio(8000, 100000, 40)), 8000, 40, 100000);
}

TEST(ToneDecoder, HearsThroughG711) {
  for (int rate : {8000, 16000, 48000}) {
    SCOPED_TRACE(rate);
    Samples mulaw = audio(rate, 1000, 40), alaw = mulaw;
    for (std::int16_t& sample : mulaw) sample = mulaw_to_linear(linear_to_mulaw(sample));
    for (std::int16_t& sample : alaw) sample = alaw_to_linear(linear_to_alaw(sample));
    expect_words(decode(rate, mulaw), rate, 40, 1000);
    expect_words(decode(rate, alaw), rate, 40, 1000);
  }
}

TEST(ToneDecoder, HearsThroughResampling) {
  for (int from : kRates) {
    for (int to : kRates) {
      SCOPED_TRACE(std::to_string(from) + " to " + std::to_string(to));
      Samples out;
      Samples in = audio(from, 500, 20);
      in.resize(in.size() + static_cast<std::size_t>(from) / 10);
      Resampler(from, to).convert(in, out);
      expect_words(decode(to, out), to, 20, 500);
    }
  }
}

TEST(ToneDecoder, HearsSoftWords) {
  for (int part : {2, 20}) {
    Samples soft = audio(16000, 0, 20);
    for (std::int16_t& sample : soft) sample = static_cast<std::int16_t>(sample / part);
    expect_words(decode(16000, soft), 16000, 20);
  }
}

TEST(ToneDecoder, DoesNotMindHowTheAudioIsCut) {
  std::mt19937 random = seeded();
  Samples samples = audio(16000, 0, 60);
  ToneDecoder decoder(16000);
  Found found;
  for (std::size_t at = 0; at < samples.size();) {
    auto size = std::min<std::size_t>(1 + below(random, 2000), samples.size() - at);
    Found now = decoder.hear(std::span(samples).subspan(at, size));
    found.insert(found.end(), now.begin(), now.end());
    at += size;
  }
  expect_words(found, 16000, 60);
}

TEST(ToneDecoder, FindsAWordAsSoonAsItEnds) {
  Samples samples = audio(16000, 9, 1);
  ToneDecoder decoder(16000);
  EXPECT_TRUE(decoder.hear(std::span(samples).first(4799)).empty());
  EXPECT_EQ(decoder.hear(std::span(samples).subspan(4799, 1)).size(), 1u);
}

// Silence between words is cut to 20 ms or drawn out; each word is still there, at its new place.
TEST(ToneDecoder, HasNoGrid) {
  std::mt19937 random = seeded();
  for (int rate : {8000, 16000, 44100}) {
    SCOPED_TRACE(rate);
    Samples out(static_cast<std::size_t>(below(random, rate)));
    std::vector<double> starts;
    for (int word = 0; word < 40; ++word) {
      Samples one = audio(rate, word, 1);
      one.resize(static_cast<std::size_t>(rate) * 3 / 10);
      starts.push_back(static_cast<double>(out.size()));
      out.insert(out.end(), one.begin(), one.end());
      out.resize(out.size() + static_cast<std::size_t>(rate / 50 + below(random, rate)));
    }
    Found found = decode(rate, out);
    ASSERT_EQ(found.size(), starts.size());
    for (std::size_t i = 0; i < starts.size(); ++i) {
      EXPECT_EQ(found[i].number, static_cast<std::int64_t>(i));
      // An odd number of samples between words puts them half a sample beside.
      EXPECT_NEAR(found[i].start, starts[i], 1);
    }
  }
}

// What is not a whole word is none, whatever was done to it, and the words around it are there.
class Damage : public testing::TestWithParam<int> {
 protected:
  void expect_all_but_the_middle(const Samples& samples, int rate) {
    Found found = decode(rate, samples);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].number, 20);
    EXPECT_EQ(found[1].number, 22);
  }
};

TEST_P(Damage, AHoleTakesAWord) {
  std::mt19937 random = seeded();
  int rate = GetParam();
  for (int round = 0; round < 200; ++round) {
    Samples samples = audio(rate, 20, 3);
    int length = rate / 200 + below(random, rate / 5);  // 5 ms at least: less may be no damage
    int latest = rate * 3 / 10 - rate / 1000 - std::min(length, rate / 4);
    auto from = samples.begin() + rate / 2 + rate / 1000 + below(random, std::max(latest, 1));
    samples.erase(from, from + length);
    SCOPED_TRACE(std::to_string(length) + " samples");
    expect_all_but_the_middle(samples, rate);
  }
}

TEST_P(Damage, SilenceInsideTakesAWord) {
  std::mt19937 random = seeded();
  int rate = GetParam();
  for (int round = 0; round < 200; ++round) {
    Samples samples = audio(rate, 20, 3);
    int length = rate / 200 + below(random, rate / 10);
    auto from = samples.begin() + rate / 2 + below(random, rate * 3 / 10 - length);
    std::fill(from, from + length, std::int16_t{0});
    expect_all_but_the_middle(samples, rate);
  }
}

TEST_P(Damage, ASpliceTakesBothWords) {
  std::mt19937 random = seeded();
  int rate = GetParam();
  for (int round = 0; round < 100; ++round) {
    Samples samples = audio(rate, 20, 4);
    // The sweeps are all alike: after them.
    int into = rate * 45 / 1000 + below(random, rate / 4);
    // From inside word 21 to the same place inside word 22.
    auto from = samples.begin() + rate / 2 + into;
    samples.erase(from, from + rate / 2);
    Found found = decode(rate, samples);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].number, 20);
    EXPECT_EQ(found[1].number, 23);
  }
}

TEST_P(Damage, ClippingTakesAWord) {
  int rate = GetParam();
  for (int cut : {rate / 200, rate / 50, rate / 5}) {
    Samples late = audio(rate, 20, 3), early = late;
    late.erase(late.begin(), late.begin() + cut);
    ASSERT_EQ(decode(rate, late).size(), 2u);
    early.resize(early.size() - static_cast<std::size_t>(rate) / 5 - static_cast<std::size_t>(cut));
    ASSERT_EQ(decode(rate, early).size(), 2u);
  }
}

// A damaged word that runs into a whole one without silence between.
TEST_P(Damage, AWholeWordRightBehindIsFound) {
  std::mt19937 random = seeded();
  int rate = GetParam();
  for (int round = 0; round < 100; ++round) {
    Samples samples = audio(rate, 20, 3);
    auto from = samples.begin() + rate / 2 + rate / 50 + below(random, rate / 4);
    samples.erase(from, samples.begin() + rate);
    expect_all_but_the_middle(samples, rate);
  }
}

INSTANTIATE_TEST_SUITE_P(Rates, Damage, testing::Values(8000, 16000, 44100));

TEST(ToneDecoder, ACutInsideAWordLosesItAndACutInAGapNone) {
  Samples samples = audio(16000, 0, 10);
  for (int cut = 100; cut < 16000; cut += 333) {
    SCOPED_TRACE(cut);
    ToneDecoder decoder(16000);
    Found found = decoder.hear(std::span(samples).first(static_cast<std::size_t>(cut)));
    decoder.cut();
    Found rest = decoder.hear(std::span(samples).subspan(static_cast<std::size_t>(cut)));
    found.insert(found.end(), rest.begin(), rest.end());
    bool inside = cut % 8000 < 4800;
    EXPECT_EQ(found.size(), inside ? 9u : 10u);
    EXPECT_EQ(found.back().number, 9);
  }
}

TEST(ToneDecoder, FindsNothingInNoise) {
  std::mt19937 random = seeded();
  std::normal_distribution<double> noise(0, 6000);
  Samples samples(16000 * 5);
  for (std::int16_t& sample : samples) sample = static_cast<std::int16_t>(noise(random));
  EXPECT_TRUE(decode(16000, samples).empty());
}

}  // namespace
}  // namespace dg::server
