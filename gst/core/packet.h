// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace dg {

// How many samples a packet of coded audio has, by its first bytes; none if it is no such packet.

// A frame, by its header: RFC 9639, section 9.1.
std::int64_t flac_samples(std::span<const std::byte> frame);
// At 48 kHz, whatever was encoded: RFC 6716, sections 3.1 and 3.2.
std::int64_t opus_samples(std::span<const std::byte> packet);

// The most that these look at.
inline constexpr std::size_t kPacketStart = 16;

}  // namespace dg
