// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/wav.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

namespace dg::server {
namespace {

constexpr int kPcm = 1, kFloat = 3, kAlaw = 6, kMulaw = 7, kExtensible = 0xFFFE;
constexpr std::size_t kChunkHead = 8;

std::uint32_t little(std::span<const std::byte> bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i)
    value |= static_cast<std::uint32_t>(bytes[at + i]) << (8 * i);
  return value;
}

bool is_named(std::span<const std::byte> bytes, std::size_t at, const char* name) {
  return bytes.size() >= at + 4 && std::memcmp(bytes.data() + at, name, 4) == 0;
}

std::optional<Encoding> encoding_of(std::uint32_t tag, std::uint32_t bits) {
  if (tag == kPcm && bits == 16) return Encoding::Linear16;
  if (tag == kFloat && bits == 32) return Encoding::Linear32;
  if (tag == kMulaw && bits == 8) return Encoding::Mulaw;
  if (tag == kAlaw && bits == 8) return Encoding::Alaw;
  return std::nullopt;
}

Result<AudioFormat> parse_format(std::span<const std::byte> chunk) {
  if (chunk.size() < 16) return Error{"the fmt chunk is too short"};
  std::uint32_t tag = little(chunk, 0, 2);
  if (tag == kExtensible && chunk.size() >= 26) tag = little(chunk, 24, 2);
  std::uint32_t channels = little(chunk, 2, 2), rate = little(chunk, 4, 4);
  auto encoding = encoding_of(tag, little(chunk, 14, 2));
  if (!encoding) return Error{"only 16-bit PCM, 32-bit float, mu-law and A-law are read"};
  if (channels == 0 || rate == 0 || rate > 384000) return Error{"the fmt chunk makes no sense"};
  return AudioFormat{*encoding, static_cast<int>(rate), static_cast<int>(channels)};
}

void put(std::vector<std::byte>& to, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i) to.push_back(static_cast<std::byte>(value >> (8 * i)));
}

void put(std::vector<std::byte>& to, const char* name) {
  for (int i = 0; i < 4; ++i) to.push_back(static_cast<std::byte>(name[i]));
}

std::uint32_t tag_of(Encoding encoding) {
  switch (encoding) {
    case Encoding::Linear16:
      return kPcm;
    case Encoding::Linear32:
      return kFloat;
    case Encoding::Mulaw:
      return kMulaw;
    case Encoding::Alaw:
      return kAlaw;
    case Encoding::Flac:
    case Encoding::Opus:
      break;
  }
  return kPcm;
}

}  // namespace

bool looks_like_wav(std::span<const std::byte> bytes) {
  return is_named(bytes, 0, "RIFF") && is_named(bytes, 8, "WAVE");
}

Result<WavHeader> parse_wav_header(std::span<const std::byte> bytes) {
  if (!looks_like_wav(bytes)) return Error{"not a WAV file"};
  std::optional<AudioFormat> format;
  for (std::size_t at = 12; at + kChunkHead <= bytes.size();) {
    std::size_t size = little(bytes, at + 4, 4), body = at + kChunkHead;
    if (is_named(bytes, at, "data")) {
      if (!format) return Error{"the data chunk comes before the fmt chunk"};
      return WavHeader{*format, body, size};
    }
    if (body + size > bytes.size()) break;
    if (is_named(bytes, at, "fmt ")) {
      auto parsed = parse_format(bytes.subspan(body, size));
      if (!parsed) return parsed.error();
      format = *parsed;
    }
    at = body + size + size % 2;
  }
  return Error{"there is no data chunk"};
}

Result<Wav> read_wav(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{path + ": cannot be read"};
  std::string text{std::istreambuf_iterator<char>(file), {}};
  auto bytes = std::as_bytes(std::span(text));
  auto header = parse_wav_header(bytes);
  if (!header) return Error{path + ": " + header.error().text};
  auto audio = bytes.subspan(header->size);
  audio = audio.first(std::min(audio.size(), header->audio_size));
  return Wav{header->format, {audio.begin(), audio.end()}};
}

std::vector<std::byte> wav_header(const AudioFormat& format, std::size_t audio_size) {
  auto frame = static_cast<std::uint32_t>(format.bytes_per_sample());
  auto rate = static_cast<std::uint32_t>(format.rate);
  auto channels = static_cast<std::uint32_t>(format.channels);
  auto size = static_cast<std::uint32_t>(std::min<std::size_t>(audio_size, UINT32_MAX - 36));
  std::vector<std::byte> header;
  put(header, "RIFF"), put(header, size + 36, 4), put(header, "WAVE");
  put(header, "fmt "), put(header, 16, 4), put(header, tag_of(format.encoding), 2);
  put(header, channels, 2), put(header, rate, 4), put(header, rate * frame, 4);
  put(header, frame, 2), put(header, frame / channels * 8, 2);
  put(header, "data"), put(header, size, 4);
  return header;
}

}  // namespace dg::server
