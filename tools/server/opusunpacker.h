// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>

#include "server/unpacker.h"

struct OpusDecoder;

namespace dg::server {

// Opus as raw packets, one in each frame of the WebSocket. What an encoder puts in front of the
// audio is heard, too: no header says how much it is.
class OpusUnpacker final : public Unpacker {
 public:
  static constexpr int kMostChannels = 2;

  OpusUnpacker(int rate, int channels);

  std::optional<std::vector<std::byte>> unpack(std::span<const std::byte> frame) override;

 private:
  struct Destroy {
    void operator()(OpusDecoder* decoder) const;
  };

  std::unique_ptr<OpusDecoder, Destroy> decoder_;
};

}  // namespace dg::server
