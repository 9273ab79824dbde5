// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/audioformat.h"

namespace dg::server {

using Samples = std::vector<std::int16_t>;

// The two codes of ITU-T G.711.
std::int16_t mulaw_to_linear(std::uint8_t code);
std::int16_t alaw_to_linear(std::uint8_t code);
std::uint8_t linear_to_mulaw(std::int16_t sample);
std::uint8_t linear_to_alaw(std::int16_t sample);

enum class Split { PerChannel, MixedDown };

// Makes linear samples of a connection's bytes, wherever its frames are cut: one list a channel,
// or one for all of them.
class AudioReader {
 public:
  AudioReader(const AudioFormat& format, Split split);

  std::size_t tracks() const { return tracks_.size(); }
  // Valid until the next call.
  const std::vector<Samples>& read(std::span<const std::byte> bytes);

 private:
  std::int16_t value(const std::byte* at) const;
  void append(const std::byte* sample);

  const AudioFormat format_;
  const Split split_;
  std::vector<std::byte> rest_;  // of a sample whose end has not come yet
  std::vector<Samples> tracks_;
};

}  // namespace dg::server
