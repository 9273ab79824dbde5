// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/nanos.h"

namespace dg {

// The encodings of raw audio that a stream may have, by Deepgram's names:
// https://developers.deepgram.com/docs/encoding
enum class Encoding { Linear16, Linear32, Mulaw, Alaw };

const char* encoding_name(Encoding encoding);

// How the audio of one connection is laid out. A sample here is one instant: a value of every
// channel, as Deepgram counts.
struct AudioFormat {
  Encoding encoding = Encoding::Linear16;
  int rate = 16000;
  int channels = 1;

  std::size_t bytes_per_sample() const;
  std::int64_t samples_in(std::size_t bytes) const;
  // Exact, however long: whole seconds and the rest are counted apart.
  Nanos duration_of(std::int64_t samples) const;
  // The number of samples that begin before `time`, rounded to the nearest.
  std::int64_t samples_in(Nanos time) const;
  // The byte that silence is made of.
  std::byte silence() const;
  // "encoding=linear16&sample_rate=16000&channels=1"
  std::string query() const;

  friend bool operator==(const AudioFormat&, const AudioFormat&) = default;
};

}  // namespace dg
