// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/audio.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace dg::server {
namespace {

constexpr int kMulawBias = 0x84;
constexpr int kMulawClip = 32635;

// As a decoder's output is brought to 16 bits.
std::int16_t float_to_linear(const std::byte* at) {
  float value = 0;
  std::memcpy(&value, at, sizeof value);
  if (std::isnan(value)) return 0;
  return static_cast<std::int16_t>(std::lrint(std::clamp(value * 32768.0F, -32768.0F, 32767.0F)));
}

// The number of the highest bit that is set, from 0.
int top_bit(int value) {
  return static_cast<int>(std::bit_width(static_cast<unsigned>(value))) - 1;
}

}  // namespace

std::int16_t mulaw_to_linear(std::uint8_t code) {
  int inverted = code ^ 0xFF;
  int segment = (inverted >> 4) & 7;
  int magnitude = ((((inverted & 15) << 3) + kMulawBias) << segment) - kMulawBias;
  return static_cast<std::int16_t>(inverted & 0x80 ? -magnitude : magnitude);
}

std::uint8_t linear_to_mulaw(std::int16_t sample) {
  int magnitude = std::min(std::abs(static_cast<int>(sample)), kMulawClip) + kMulawBias;
  int segment = std::max(top_bit(magnitude) - 7, 0);
  int code = (sample < 0 ? 0x80 : 0) | (segment << 4) | ((magnitude >> (segment + 3)) & 15);
  return static_cast<std::uint8_t>(code ^ 0xFF);
}

std::int16_t alaw_to_linear(std::uint8_t code) {
  int inverted = code ^ 0x55;
  int segment = (inverted >> 4) & 7;
  int magnitude = ((inverted & 15) << 4) + 8;
  if (segment > 0) magnitude = (magnitude + 0x100) << (segment - 1);
  return static_cast<std::int16_t>(inverted & 0x80 ? magnitude : -magnitude);
}

std::uint8_t linear_to_alaw(std::int16_t sample) {
  int magnitude = sample < 0 ? -sample - 1 : sample;
  int segment = std::max(top_bit(std::max(magnitude, 1)) - 7, 0);
  int code = (segment << 4) | ((magnitude >> (segment > 0 ? segment + 3 : 4)) & 15);
  return static_cast<std::uint8_t>((sample < 0 ? code : code | 0x80) ^ 0x55);
}

AudioReader::AudioReader(const AudioFormat& format, Split split)
    : format_(format), split_(split), tracks_(split == Split::PerChannel ? format.channels : 1) {}

const std::vector<Samples>& AudioReader::read(std::span<const std::byte> bytes) {
  for (Samples& track : tracks_) track.clear();
  const std::size_t size = format_.bytes_per_sample();
  if (!rest_.empty()) {
    std::size_t missing = std::min(size - rest_.size(), bytes.size());
    rest_.insert(rest_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(missing));
    bytes = bytes.subspan(missing);
    if (rest_.size() < size) return tracks_;
    append(rest_.data());
    rest_.clear();
  }
  for (; bytes.size() >= size; bytes = bytes.subspan(size)) append(bytes.data());
  rest_.assign(bytes.begin(), bytes.end());
  return tracks_;
}

std::int16_t AudioReader::value(const std::byte* at) const {
  auto code = static_cast<std::uint8_t>(at[0]);
  switch (format_.encoding) {
    case Encoding::Linear16:
      return static_cast<std::int16_t>(code | static_cast<int>(at[1]) << 8);
    case Encoding::Linear32:
      return float_to_linear(at);
    case Encoding::Mulaw:
      return mulaw_to_linear(code);
    case Encoding::Alaw:
      return alaw_to_linear(code);
    case Encoding::Flac:
    case Encoding::Opus:
      break;  // Unpacker's
  }
  return 0;
}

void AudioReader::append(const std::byte* sample) {
  const std::size_t size = format_.bytes_per_sample() / static_cast<std::size_t>(format_.channels);
  int sum = 0;
  for (std::size_t channel = 0; channel < static_cast<std::size_t>(format_.channels); ++channel) {
    std::int16_t one = value(sample + channel * size);
    if (split_ == Split::PerChannel) tracks_[channel].push_back(one);
    sum += one;
  }
  if (split_ == Split::MixedDown)
    tracks_[0].push_back(static_cast<std::int16_t>(sum / format_.channels));
}

}  // namespace dg::server
