// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/silencegate.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace dg {
namespace {

using namespace std::chrono_literals;

// What is judged at a time.
constexpr Nanos kBlock = 20ms;

// ITU-T G.711, tables 1a and 2a, as values of 16 bits.
int from_mulaw(unsigned char code) {
  unsigned bits = ~code & 0xFFU;
  int exponent = static_cast<int>(bits >> 4 & 7U), mantissa = static_cast<int>(bits & 15U);
  int magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84;
  return bits & 0x80U ? -magnitude : magnitude;
}

int from_alaw(unsigned char code) {
  unsigned bits = code ^ 0x55U;
  int exponent = static_cast<int>(bits >> 4 & 7U), mantissa = static_cast<int>(bits & 15U);
  int magnitude = (mantissa << 4) + 8;
  if (exponent > 0) magnitude = (magnitude + 0x100) << (exponent - 1);
  return bits & 0x80U ? magnitude : -magnitude;
}

// Whatever a producer makes of a fault of its own is no speech, and must not hide what is.
double from_float(std::uint32_t bits) {
  auto value = std::bit_cast<float>(bits);
  return std::isnan(value) ? 0 : std::clamp(value, -1.0F, 1.0F);
}

std::uint32_t little_endian(const std::byte* at, int width) {
  std::uint32_t bits = 0;
  for (int i = 0; i < width; ++i) bits |= std::to_integer<std::uint32_t>(at[i]) << (8 * i);
  return bits;
}

// From -1 to 1.
double value_at(Encoding encoding, const std::byte* at) {
  constexpr double kFull = 32768.0;
  switch (encoding) {
    case Encoding::Linear16:
      return static_cast<std::int16_t>(little_endian(at, 2)) / kFull;
    case Encoding::Linear32:
      return from_float(little_endian(at, 4));
    case Encoding::Mulaw:
      return from_mulaw(std::to_integer<unsigned char>(*at)) / kFull;
    case Encoding::Alaw:
      return from_alaw(std::to_integer<unsigned char>(*at)) / kFull;
    case Encoding::Flac:
    case Encoding::Opus:
      break;
  }
  return 0;
}

Nanos duration_of(const Backlog::Piece& piece) {
  return piece.format.duration_of(piece.format.samples_in(piece.bytes));
}

}  // namespace

double level(const AudioFormat& format, std::span<const std::byte> bytes) {
  std::size_t step = format.bytes_per_sample();
  std::size_t width = step / static_cast<std::size_t>(format.channels);
  double loudest = 0;
  for (std::size_t channel = 0; channel < step; channel += width) {
    double sum = 0;
    for (std::size_t at = channel; at + width <= bytes.size(); at += step) {
      double value = value_at(format.encoding, bytes.data() + at);
      sum += value * value;
    }
    loudest = std::max(loudest, sum);
  }
  std::size_t samples = std::max<std::size_t>(bytes.size() / step, 1);
  double mean = loudest / static_cast<double>(samples);
  return mean > 0 ? std::max(10 * std::log10(mean), SilencePolicy::kOff) : SilencePolicy::kOff;
}

std::vector<SilenceGate::Item> SilenceGate::take(Backlog::Piece piece) {
  if (!follows(piece)) out_ = give_up();
  if (policy_.threshold <= SilencePolicy::kOff || piece.format.is_packets()) {
    out_.emplace_back(std::move(piece));
    return std::exchange(out_, {});
  }
  std::size_t size = piece.format.bytes_per_sample();
  std::size_t block =
      std::max<std::size_t>(static_cast<std::size_t>(piece.format.samples_in(kBlock)) * size, size);
  for (std::size_t at = 0; at < piece.bytes.size(); at += block) {
    auto bytes = std::span(piece.bytes).subspan(at, std::min(block, piece.bytes.size() - at));
    Nanos offset = piece.format.duration_of(static_cast<std::int64_t>(at / size));
    take_block({piece.pts + offset, piece.format, {bytes.begin(), bytes.end()}, piece.filled});
  }
  return std::exchange(out_, {});
}

// A packet that was lost must not cost the beginning of a word.
bool SilenceGate::may_follow(Nanos time) const {
  if (kept_.empty()) return false;
  Nanos end = kept_.back().pts + duration_of(kept_.back());
  return time >= end - kJitter && time < end + policy_.pre_roll;
}

bool SilenceGate::follows(const Backlog::Piece& piece) const {
  return kept_.empty() || (kept_.back().format == piece.format && may_follow(piece.pts));
}

void SilenceGate::take_block(Backlog::Piece block) {
  bool silence = level(block.format, block.bytes) < policy_.threshold;
  Nanos duration = duration_of(block);
  silent_ = silence ? silent_ + duration : Nanos(0);
  if (!silence) open();
  if (open_ && silent_ > policy_.hold) close(block.pts);
  if (open_) {
    out_.emplace_back(std::move(block));
    return;
  }
  Nanos end = block.pts + duration;
  kept_.push_back(std::move(block));
  trim(end);
}

// Keeps no more than the pre-roll that ends there.
void SilenceGate::trim(Nanos end) {
  while (end - kept_.front().pts > policy_.pre_roll) {
    withhold(kept_.front());
    kept_.pop_front();
  }
}

void SilenceGate::open() {
  open_ = true;
  for (Backlog::Piece& block : kept_) out_.emplace_back(std::move(block));
  kept_.clear();
}

void SilenceGate::close(Nanos at) {
  open_ = false;
  out_.emplace_back(Withheld{at, at});
}

void SilenceGate::withhold(const Backlog::Piece& block) {
  std::int64_t samples = block.format.samples_in(block.bytes);
  Nanos to = block.pts + duration_of(block);
  auto* last = out_.empty() ? nullptr : std::get_if<Withheld>(&out_.back());
  if (!last) {
    out_.emplace_back(Withheld{block.pts, to, samples});
    return;
  }
  last->to = to;
  last->samples += samples;
}

std::vector<SilenceGate::Item> SilenceGate::give_up() {
  for (const Backlog::Piece& block : kept_) withhold(block);
  kept_.clear();
  return std::exchange(out_, {});
}

}  // namespace dg
