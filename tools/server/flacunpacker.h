// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <FLAC/stream_decoder.h>
#include <cstddef>
#include <memory>

#include "server/unpacker.h"

namespace dg::server {

// A stream of FLAC, wherever the frames of the WebSocket cut it. The decoder wants to be given more
// whenever it asks; when there is none it has to try again later, from where its frame begins.
class FlacUnpacker final : public Unpacker {
 public:
  static constexpr int kMostChannels = 8;

  FlacUnpacker(int rate, int channels);

  std::optional<std::vector<std::byte>> unpack(std::span<const std::byte> frame) override;

 private:
  struct Destroy {
    void operator()(FLAC__StreamDecoder* decoder) const;
  };

  bool decode_next();
  void read(FLAC__byte* to, std::size_t* size);
  void write(const FLAC__Frame& frame, const FLAC__int32* const* channels);

  std::vector<std::byte> waiting_;  // from where the first begins that is not decoded
  std::size_t read_ = 0;            // of these, by the decoder
  std::vector<std::byte> decoded_;
  bool corrupt_ = false, begun_ = false;  // begun_: behind the metadata
  std::unique_ptr<FLAC__StreamDecoder, Destroy> decoder_;
};

}  // namespace dg::server
