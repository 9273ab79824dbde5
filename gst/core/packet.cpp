// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/packet.h"

#include <bit>

namespace dg {
namespace {

unsigned at(std::span<const std::byte> bytes, std::size_t index) {
  return index < bytes.size() ? std::to_integer<unsigned>(bytes[index]) : 0;
}

// The number of the frame, or of its first sample, is written as UTF-8 writes letters.
std::size_t number_length(unsigned first) {
  int ones = std::countl_one(static_cast<unsigned char>(first));
  return ones == 0 ? 1 : static_cast<std::size_t>(ones);
}

}  // namespace

std::int64_t flac_samples(std::span<const std::byte> frame) {
  bool is_frame = at(frame, 0) == 0xFF && (at(frame, 1) & 0xFEU) == 0xF8;
  if (!is_frame || frame.size() < 6) return 0;
  unsigned code = at(frame, 2) >> 4;
  std::size_t behind = 4 + number_length(at(frame, 4));
  if (code == 0) return 0;  // reserved
  if (code == 1) return 192;
  if (code <= 5) return 576 << (code - 2);
  if (code == 6) return at(frame, behind) + 1;
  if (code == 7) return (at(frame, behind) << 8 | at(frame, behind + 1)) + 1;
  return 256 << (code - 8);
}

std::int64_t opus_samples(std::span<const std::byte> packet) {
  constexpr std::int64_t kMillisecond = 48;
  constexpr std::int64_t kSilk[] = {10 * kMillisecond, 20 * kMillisecond, 40 * kMillisecond,
                                    60 * kMillisecond};
  constexpr std::int64_t kLongest = 120 * kMillisecond;
  if (packet.empty()) return 0;
  unsigned config = at(packet, 0) >> 3, code = at(packet, 0) & 3U;
  std::int64_t frame = (5 * kMillisecond / 2) << (config & 3U);
  if (config < 12)
    frame = kSilk[config & 3U];
  else if (config < 16)
    frame = kSilk[config & 1U];
  std::int64_t frames = code == 0 ? 1 : 2;
  if (code == 3) frames = at(packet, 1) & 0x3FU;
  return frame * frames <= kLongest ? frame * frames : 0;
}

}  // namespace dg
