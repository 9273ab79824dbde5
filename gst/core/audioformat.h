// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/nanos.h"

namespace dg {

// The encodings that a stream may have, by Deepgram's names:
// https://developers.deepgram.com/docs/encoding
enum class Encoding { Linear16, Linear32, Mulaw, Alaw, Flac, Opus };

const char* encoding_name(Encoding encoding);

// How the audio of one connection is laid out. A sample here is one instant: a value of every
// channel, as Deepgram counts.
struct AudioFormat {
  Encoding encoding = Encoding::Linear16;
  int rate = 16000;
  int channels = 1;
  // What a connection begins with, before any audio, and again after a reconnect: FLAC's metadata.
  std::vector<std::byte> header = {};

  // Whether it comes in packets: each has many samples, and half of one is worth nothing.
  bool is_packets() const;
  // Samples a second, as they are counted: those of Opus at 48 kHz, whatever was encoded.
  int clock_rate() const;
  // Of what does not come in packets; else none.
  std::size_t bytes_per_sample() const;
  std::int64_t samples_in(std::size_t bytes) const;
  // Of audio as it comes, of packets one; none if it is no packet.
  std::int64_t samples_in(std::span<const std::byte> audio) const;
  // Exact, however long: whole seconds and the rest are counted apart.
  Nanos duration_of(std::int64_t samples) const;
  // The number of samples that begin before `time`, rounded to the nearest.
  std::int64_t samples_in(Nanos time) const;
  // The byte that silence is made of, but in packets.
  std::byte silence() const;
  // "encoding=linear16&sample_rate=16000&channels=1"
  std::string query() const;

  friend bool operator==(const AudioFormat&, const AudioFormat&) = default;
};

}  // namespace dg
