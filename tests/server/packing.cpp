// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/packing.h"

#include <FLAC/stream_encoder.h>
#include <memory>
#include <opus/opus.h>

#include <gtest/gtest.h>

namespace dg::server {
namespace {

struct Destroy {
  void operator()(FLAC__StreamEncoder* encoder) const { FLAC__stream_encoder_delete(encoder); }
  void operator()(OpusEncoder* encoder) const { opus_encoder_destroy(encoder); }
};

std::unique_ptr<OpusEncoder, Destroy> opus_encoder(int rate, int channels) {
  std::unique_ptr<OpusEncoder, Destroy> encoder(
      opus_encoder_create(rate, channels, OPUS_APPLICATION_AUDIO, nullptr));
  opus_encoder_ctl(encoder.get(), OPUS_SET_BITRATE(64000));
  return encoder;
}

}  // namespace

Packets flac_of(const Samples& samples, int rate, int channels, int bits) {
  Packets packets(1);
  auto on_write = +[](const FLAC__StreamEncoder*, const FLAC__byte bytes[], size_t size,
                      uint32_t count, uint32_t, void* to) {
    auto made = std::as_bytes(std::span(bytes, size));
    auto& all = *static_cast<Packets*>(to);
    if (count > 0) all.emplace_back();
    all.back().insert(all.back().end(), made.begin(), made.end());
    return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
  };
  std::unique_ptr<FLAC__StreamEncoder, Destroy> encoder(FLAC__stream_encoder_new());
  FLAC__stream_encoder_set_sample_rate(encoder.get(), static_cast<unsigned>(rate));
  FLAC__stream_encoder_set_channels(encoder.get(), static_cast<unsigned>(channels));
  FLAC__stream_encoder_set_bits_per_sample(encoder.get(), static_cast<unsigned>(bits));
  FLAC__stream_encoder_set_blocksize(encoder.get(), 1000);
  FLAC__stream_encoder_init_stream(encoder.get(), on_write, nullptr, nullptr, nullptr, &packets);
  std::vector<FLAC__int32> values(samples.begin(), samples.end());
  for (FLAC__int32& value : values) value = value * (1 << (bits - 16));
  EXPECT_TRUE(FLAC__stream_encoder_process_interleaved(
      encoder.get(), values.data(), static_cast<unsigned>(samples.size()) / channels));
  FLAC__stream_encoder_finish(encoder.get());
  return packets;
}

Packets opus_of(const Samples& samples, int rate, int channels) {
  auto encoder = opus_encoder(rate, channels);
  const auto frame = static_cast<std::size_t>(rate / 50);
  const std::size_t step = frame * static_cast<std::size_t>(channels);
  Packets packets;
  for (std::size_t at = 0; at < samples.size(); at += step) {
    Samples part(
        samples.begin() + static_cast<std::ptrdiff_t>(at),
        samples.begin() + static_cast<std::ptrdiff_t>(std::min(at + step, samples.size())));
    part.resize(step);
    std::vector<std::byte> packet(4000);
    int size = opus_encode(encoder.get(), part.data(), static_cast<int>(frame),
                           reinterpret_cast<unsigned char*>(packet.data()),
                           static_cast<opus_int32>(packet.size()));
    packet.resize(static_cast<std::size_t>(std::max(size, 0)));
    packets.push_back(std::move(packet));
  }
  return packets;
}

int opus_delay(int rate, int channels) {
  int delay = 0;
  opus_encoder_ctl(opus_encoder(rate, channels).get(), OPUS_GET_LOOKAHEAD(&delay));
  return delay;
}

}  // namespace dg::server
