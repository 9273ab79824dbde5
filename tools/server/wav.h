// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/audioformat.h"

namespace dg::server {

// The audio of a RIFF WAVE file.
struct Wav {
  AudioFormat format;
  std::vector<std::byte> audio;
};

// What is in front of the audio of such a file: `audio_size` is what the header says, which in a
// stream is often not what follows.
struct WavHeader {
  AudioFormat format;
  std::size_t size = 0;  // of the header: the audio begins there
  std::size_t audio_size = 0;
};

bool looks_like_wav(std::span<const std::byte> bytes);
Result<WavHeader> parse_wav_header(std::span<const std::byte> bytes);
Result<Wav> read_wav(const std::string& path);
// Always 44 bytes.
std::vector<std::byte> wav_header(const AudioFormat& format, std::size_t audio_size);

}  // namespace dg::server
