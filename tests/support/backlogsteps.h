// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstring>

#include <gtest/gtest.h>

#include "core/backlog.h"
#include "support/packets.h"

namespace dg::testing {

using namespace std::chrono_literals;

inline constexpr AudioFormat kFormat{Encoding::Linear16, 1000, 1};  // a sample a millisecond

// Samples that say at which position they are; the first is stamped `pts`.
inline Backlog::Piece piece(Position from, std::int64_t samples, Nanos pts, bool filled = false) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(samples) * 2);
  for (std::int64_t i = 0; i < samples; ++i) {
    auto value = static_cast<std::uint16_t>(from + i);
    std::memcpy(bytes.data() + i * 2, &value, 2);
  }
  return {pts, kFormat, std::move(bytes), filled};
}

// The same in a packet.
inline Backlog::Piece packet_piece(Position from, std::int64_t samples, Nanos pts) {
  Backlog::Piece made = piece(from, samples, pts);
  return {pts, kPackets, packet(samples, made.bytes)};
}

inline void append_packet(Backlog& backlog, std::int64_t samples) {
  Position from = backlog.end();
  backlog.append(packet_piece(from, samples, kPackets.duration_of(from)));
}

inline void append(Backlog& backlog, std::int64_t samples, bool filled = false) {
  Position from = backlog.end();
  backlog.append(piece(from, samples, kFormat.duration_of(from), filled));
}

// Writes what comes next, as a session does, of packets whole ones; gives the position where it
// began. Its bytes must be those of its positions.
inline Position write(Backlog& backlog, std::int64_t samples) {
  Position from = backlog.cursor();
  while (samples > 0) {
    auto slice = backlog.ahead(samples);
    EXPECT_TRUE(slice);
    if (!slice) break;
    std::size_t head = slice->format.is_packets() ? kPacketHead : 0;
    EXPECT_EQ(slice->bytes.size(), head + static_cast<std::size_t>(slice->samples) * 2);
    std::uint16_t first = 0;
    std::memcpy(&first, slice->bytes.data() + head, 2);
    EXPECT_EQ(first, static_cast<std::uint16_t>(slice->from));
    EXPECT_EQ(slice->pts, kFormat.duration_of(slice->from));
    samples -= slice->samples;
    backlog.written(slice->samples);
  }
  return from;
}

inline void expect_balanced(const AudioLedger& ledger) {
  EXPECT_EQ(ledger.received, ledger.sent + ledger.dropped + ledger.pending);
}

}  // namespace dg::testing
