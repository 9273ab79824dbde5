// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/flacunpacker.h"

#include <algorithm>
#include <utility>

namespace dg::server {
namespace {

std::int16_t to_sixteen(FLAC__int32 value, int bits) {
  return static_cast<std::int16_t>(bits > 16 ? value >> (bits - 16) : value * (1 << (16 - bits)));
}

}  // namespace

void FlacUnpacker::Destroy::operator()(FLAC__StreamDecoder* decoder) const {
  FLAC__stream_decoder_delete(decoder);
}

FlacUnpacker::FlacUnpacker(int rate, int channels)
    : Unpacker(rate, channels), decoder_(FLAC__stream_decoder_new()) {
  auto on_read = +[](const FLAC__StreamDecoder*, FLAC__byte to[], size_t* size, void* self) {
    static_cast<FlacUnpacker*>(self)->read(to, size);
    return *size > 0 ? FLAC__STREAM_DECODER_READ_STATUS_CONTINUE
                     : FLAC__STREAM_DECODER_READ_STATUS_ABORT;
  };
  auto on_tell = +[](const FLAC__StreamDecoder*, FLAC__uint64* position, void* self) {
    *position = static_cast<FlacUnpacker*>(self)->read_;
    return FLAC__STREAM_DECODER_TELL_STATUS_OK;
  };
  auto on_write = +[](const FLAC__StreamDecoder*, const FLAC__Frame* frame,
                      const FLAC__int32* const samples[], void* self) {
    static_cast<FlacUnpacker*>(self)->write(*frame, samples);
    return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
  };
  auto on_error = +[](const FLAC__StreamDecoder*, FLAC__StreamDecoderErrorStatus, void* self) {
    static_cast<FlacUnpacker*>(self)->corrupt_ = true;
  };
  FLAC__stream_decoder_init_stream(decoder_.get(), on_read, nullptr, on_tell, nullptr, nullptr,
                                   on_write, nullptr, on_error, this);
}

std::optional<std::vector<std::byte>> FlacUnpacker::unpack(std::span<const std::byte> frame) {
  waiting_.insert(waiting_.end(), frame.begin(), frame.end());
  while (!waiting_.empty() && decode_next()) continue;
  if (corrupt_) return std::nullopt;
  return std::exchange(decoded_, {});
}

// The metadata, or a frame; false if there is none, or not all of it. Each frame is decoded as if
// it were the first: libFLAC would put silence where the frames' numbers say that some are missing.
bool FlacUnpacker::decode_next() {
  FLAC__StreamDecoder* decoder = decoder_.get();
  bool fine = begun_ ? FLAC__stream_decoder_process_single(decoder)
                     : FLAC__stream_decoder_process_until_end_of_metadata(decoder);
  FLAC__StreamDecoderState state = FLAC__stream_decoder_get_state(decoder);
  if (state == FLAC__STREAM_DECODER_ABORTED) {
    read_ = 0;
    begun_ ? FLAC__stream_decoder_flush(decoder) : FLAC__stream_decoder_reset(decoder);
    return false;
  }
  FLAC__uint64 done = 0;
  // A decoder may begin with any frame; a stream begins with its metadata.
  corrupt_ = corrupt_ || !fine || state != FLAC__STREAM_DECODER_SEARCH_FOR_FRAME_SYNC ||
             !FLAC__stream_decoder_get_decode_position(decoder, &done);
  if (corrupt_) return false;
  begun_ = true;
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(done));
  FLAC__stream_decoder_flush(decoder);
  read_ = 0;
  return true;
}

void FlacUnpacker::read(FLAC__byte* to, std::size_t* size) {
  *size = std::min(*size, waiting_.size() - read_);
  std::transform(waiting_.data() + read_, waiting_.data() + read_ + *size, to,
                 [](std::byte byte) { return std::to_integer<FLAC__byte>(byte); });
  read_ += *size;
}

void FlacUnpacker::write(const FLAC__Frame& frame, const FLAC__int32* const* channels) {
  if (static_cast<int>(frame.header.channels) != format().channels) {
    corrupt_ = true;
    return;
  }
  std::vector<std::int16_t> samples;
  for (unsigned i = 0; i < frame.header.blocksize; ++i)
    for (unsigned channel = 0; channel < frame.header.channels; ++channel)
      samples.push_back(
          to_sixteen(channels[channel][i], static_cast<int>(frame.header.bits_per_sample)));
  auto bytes = std::as_bytes(std::span(samples));
  decoded_.insert(decoded_.end(), bytes.begin(), bytes.end());
}

}  // namespace dg::server
