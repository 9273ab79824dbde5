// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/opusunpacker.h"

#include <algorithm>
#include <iterator>
#include <opus/opus.h>

namespace dg::server {
namespace {

// A decoder gives any of these, whatever was encoded.
int decoded_rate(int rate) {
  constexpr int kRates[] = {8000, 12000, 16000, 24000, 48000};
  return std::find(std::begin(kRates), std::end(kRates), rate) != std::end(kRates) ? rate : 48000;
}

}  // namespace

void OpusUnpacker::Destroy::operator()(OpusDecoder* decoder) const {
  opus_decoder_destroy(decoder);
}

OpusUnpacker::OpusUnpacker(int rate, int channels)
    : Unpacker(decoded_rate(rate), channels),
      decoder_(opus_decoder_create(format().rate, channels, nullptr)) {}

std::optional<std::vector<std::byte>> OpusUnpacker::unpack(std::span<const std::byte> frame) {
  const auto channels = static_cast<std::size_t>(format().channels);
  const int most = format().rate * 120 / 1000;  // RFC 6716, section 3.2.5
  std::vector<opus_int16> samples(static_cast<std::size_t>(most) * channels);
  auto* data = reinterpret_cast<const unsigned char*>(frame.data());
  int count = opus_decode(decoder_.get(), data, static_cast<opus_int32>(frame.size()),
                          samples.data(), most, 0);
  if (count < 0) return std::nullopt;
  samples.resize(static_cast<std::size_t>(count) * channels);
  auto bytes = std::as_bytes(std::span(samples));
  return std::vector<std::byte>(bytes.begin(), bytes.end());
}

}  // namespace dg::server
