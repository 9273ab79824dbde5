// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/audioformat.h"

namespace dg::testing {

// A format that comes in packets, a sample a millisecond: to all but a decoder this is FLAC.
inline const AudioFormat kPackets{
    Encoding::Flac, 1000, 1, {std::byte{'f'}, std::byte{'L'}, std::byte{'a'}, std::byte{'C'}}};

// What stands in front of a packet's bytes.
inline constexpr std::size_t kPacketHead = 8;

// A packet of so many samples, made of these bytes.
inline std::vector<std::byte> packet(std::int64_t samples, const std::vector<std::byte>& bytes) {
  auto last = static_cast<std::uint16_t>(samples - 1);
  std::vector<std::byte> made(kPacketHead);
  made[0] = std::byte{0xFF};
  made[1] = std::byte{0xF8};
  made[2] = std::byte{0x70};
  made[5] = static_cast<std::byte>(last >> 8);
  made[6] = static_cast<std::byte>(last & 0xFF);
  for (std::byte byte : bytes) made.push_back(byte);  // gcc 12 warns of a copy behind eight bytes
  return made;
}

}  // namespace dg::testing
