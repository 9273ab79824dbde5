// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/audioformat.h"

#include "core/packet.h"

namespace dg {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr int kOpusRate = 48000;

std::size_t width_of(Encoding encoding) {
  switch (encoding) {
    case Encoding::Linear16:
      return 2;
    case Encoding::Linear32:
      return 4;
    case Encoding::Mulaw:
    case Encoding::Alaw:
      return 1;
    case Encoding::Flac:
    case Encoding::Opus:
      return 0;
  }
  return 0;
}

}  // namespace

const char* encoding_name(Encoding encoding) {
  switch (encoding) {
    case Encoding::Linear16:
      return "linear16";
    case Encoding::Linear32:
      return "linear32";
    case Encoding::Mulaw:
      return "mulaw";
    case Encoding::Alaw:
      return "alaw";
    case Encoding::Flac:
      return "flac";
    case Encoding::Opus:
      return "opus";
  }
  return "";
}

bool AudioFormat::is_packets() const {
  return width_of(encoding) == 0;
}

int AudioFormat::clock_rate() const {
  return encoding == Encoding::Opus ? kOpusRate : rate;
}

std::size_t AudioFormat::bytes_per_sample() const {
  return static_cast<std::size_t>(channels) * width_of(encoding);
}

std::int64_t AudioFormat::samples_in(std::size_t bytes) const {
  return static_cast<std::int64_t>(bytes / bytes_per_sample());
}

std::int64_t AudioFormat::samples_in(std::span<const std::byte> audio) const {
  if (encoding == Encoding::Flac) return flac_samples(audio);
  if (encoding == Encoding::Opus) return opus_samples(audio);
  return samples_in(audio.size());
}

Nanos AudioFormat::duration_of(std::int64_t samples) const {
  std::int64_t second = clock_rate();
  return Nanos(samples / second * kSecond + samples % second * kSecond / second);
}

std::int64_t AudioFormat::samples_in(Nanos time) const {
  std::int64_t second = clock_rate();
  std::int64_t rest = time.count() % kSecond * second;
  return time.count() / kSecond * second + (rest + (rest < 0 ? -kSecond : kSecond) / 2) / kSecond;
}

std::byte AudioFormat::silence() const {
  switch (encoding) {
    case Encoding::Linear16:
    case Encoding::Linear32:
    case Encoding::Flac:
    case Encoding::Opus:
      return std::byte{0};
    case Encoding::Mulaw:
      return std::byte{0xFF};
    case Encoding::Alaw:
      return std::byte{0xD5};
  }
  return std::byte{0};
}

std::string AudioFormat::query() const {
  return std::string("encoding=") + encoding_name(encoding) +
         "&sample_rate=" + std::to_string(rate) + "&channels=" + std::to_string(channels);
}

}  // namespace dg
