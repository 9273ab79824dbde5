// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/nanos.h"

namespace dg::server {

// Words made of tones, which say their number in a way that a test can trust: word i is in the
// audio at i * 0.5 s, 0.3 s long. A sweep that shows where it begins comes first, then thirteen
// tones of four bits each: twenty bits of number, thirty-two of checksum. All is below 2.1 kHz, so
// that telephone audio carries it.
namespace tones {

inline constexpr double kSpacing = 0.5, kSweep = 0.04, kTone = 0.02;
inline constexpr int kTones = 13, kPitches = 16;
inline constexpr double kLength = kSweep + kTones * kTone;
inline constexpr double kLowest = 500, kStep = 100;  // Hz
inline constexpr std::int64_t kNumbers = 1 << 20;

using Symbols = std::array<std::uint8_t, kTones>;

// The sweep at `t` seconds from its start, without the rise; from -1 to 1, 0 outside.
double sweep(double t);
// A tone at `t` seconds from its start.
double tone(int pitch, double t);

Symbols symbols(std::int64_t number);
// The number that the symbols say, -1 if they do not fit together.
std::int64_t number(const Symbols& symbols);
// The whole word at `t` seconds from its start, from -1 to 1, 0 outside.
double word(const Symbols& symbols, double t);

// Writes the audio of `rate` from sample `position` on.
void write(int rate, std::int64_t position, std::span<std::int16_t> to);

}  // namespace tones
}  // namespace dg::server
