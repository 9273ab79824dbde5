// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/tones.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace dg::server::tones {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;
constexpr double kHighest = kLowest + (kPitches - 1) * kStep;
constexpr double kRise = 0.002;  // s, at either end of a word: no clicks
constexpr double kAmplitude = 16384;
constexpr int kNumberBits = 20, kBitsPerTone = 4;

// CRC-32 of IEEE 802.3.
std::uint32_t checksum(std::uint32_t value) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (int bit = 0; bit < 32; ++bit) {
    bool odd = (crc ^ (value >> bit)) & 1;
    crc = crc >> 1 ^ (odd ? 0xEDB88320 : 0);
  }
  return ~crc;
}

double envelope(double t) {
  double edge = std::min(t, kLength - t);
  return edge >= kRise ? 1 : (1 - std::cos(std::numbers::pi * edge / kRise)) / 2;
}

}  // namespace

double sweep(double t) {
  if (t < 0 || t >= kSweep) return 0;
  return std::sin(kTurn * (kLowest * t + (kHighest - kLowest) / (2 * kSweep) * t * t));
}

double tone(int pitch, double t) {
  if (t < 0 || t >= kTone) return 0;
  return std::sin(kTurn * (kLowest + pitch * kStep) * t);
}

// The lowest four bits come first, so that the words near one another differ from their first tone
// on, and no splice of two of them is a third.
Symbols symbols(std::int64_t number) {
  auto value = static_cast<std::uint64_t>(number);
  std::uint64_t bits = value | std::uint64_t{checksum(static_cast<std::uint32_t>(value))}
                                   << kNumberBits;
  Symbols out{};
  for (std::uint8_t& symbol : out) {
    symbol = static_cast<std::uint8_t>(bits & (kPitches - 1));
    bits >>= kBitsPerTone;
  }
  return out;
}

std::int64_t number(const Symbols& symbols) {
  static_assert(kTones * kBitsPerTone == kNumberBits + 32 && kNumbers == 1 << kNumberBits);
  std::uint64_t bits = 0;
  for (std::size_t i = symbols.size(); i-- > 0;) bits = bits << kBitsPerTone | symbols[i];
  auto value = static_cast<std::uint32_t>(bits & (kNumbers - 1));
  return checksum(value) == bits >> kNumberBits ? static_cast<std::int64_t>(value) : -1;
}

double word(const Symbols& symbols, double t) {
  if (t < 0 || t >= kLength) return 0;
  if (t < kSweep) return envelope(t) * sweep(t);
  auto which = std::min(static_cast<std::size_t>((t - kSweep) / kTone), symbols.size() - 1);
  // Not t - start: that may fall a hair outside of the tone.
  double into = std::clamp(t - kSweep - static_cast<double>(which) * kTone, 0.0, kTone * 0.999999);
  return envelope(t) * tone(symbols[which], into);
}

void write(int rate, std::int64_t position, std::span<std::int16_t> to) {
  std::int64_t last = -1;
  Symbols now{};
  for (std::int16_t& sample : to) {
    std::int64_t which = position * 2 / rate;
    if (which != last) now = symbols(which % kNumbers);
    last = which;
    double t = static_cast<double>(position * 2 - which * rate) / (2.0 * rate);
    sample = static_cast<std::int16_t>(std::lround(kAmplitude * word(now, t)));
    ++position;
  }
}

}  // namespace dg::server::tones
