// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/audioformat.h"

namespace dg::server {

// Makes linear16 of the coded audio of one connection.
class Unpacker {
 public:
  // Nothing for audio that is not coded, or of more channels than its code has.
  static std::unique_ptr<Unpacker> make(const AudioFormat& format);

  virtual ~Unpacker() = default;

  // What it makes.
  const AudioFormat& format() const { return format_; }
  // All that can be heard once this frame of the WebSocket has come; nothing if it is corrupt.
  virtual std::optional<std::vector<std::byte>> unpack(std::span<const std::byte> frame) = 0;

 protected:
  Unpacker(int rate, int channels) : format_{Encoding::Linear16, rate, channels} {}

 private:
  const AudioFormat format_;
};

}  // namespace dg::server
