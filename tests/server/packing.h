// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <vector>

#include "server/audio.h"

namespace dg::server {

using Packets = std::vector<std::vector<std::byte>>;

// Interleaved samples as FLAC: first all that stands in front of the audio, then a frame each.
Packets flac_of(const Samples& samples, int rate, int channels, int bits = 16);
// As Opus packets of 20 ms, the last of them filled up with silence.
Packets opus_of(const Samples& samples, int rate, int channels);
// How many samples an encoder of Opus puts in front.
int opus_delay(int rate, int channels);

}  // namespace dg::server
