// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/audiocaps.h"

#include <cstring>
#include <string_view>

namespace dg {
namespace {

Encoding encoding_of(const GstStructure* structure) {
  std::string_view name = gst_structure_get_name(structure);
  if (name == "audio/x-mulaw") return Encoding::Mulaw;
  if (name == "audio/x-alaw") return Encoding::Alaw;
  if (name == "audio/x-flac") return Encoding::Flac;
  if (name == "audio/x-opus") return Encoding::Opus;
  bool floats = g_strcmp0(gst_structure_get_string(structure, "format"), "F32LE") == 0;
  return floats ? Encoding::Linear32 : Encoding::Linear16;
}

std::vector<std::byte> stream_header(const GstStructure* structure) {
  std::vector<std::byte> all;
  const GValue* header = gst_structure_get_value(structure, "streamheader");
  if (!header || !GST_VALUE_HOLDS_ARRAY(header)) return all;
  for (guint i = 0; i < gst_value_array_get_size(header); ++i) {
    const GValue* part = gst_value_array_get_value(header, i);
    if (!GST_VALUE_HOLDS_BUFFER(part)) continue;
    GstBuffer* buffer = gst_value_get_buffer(part);
    std::size_t before = all.size();
    all.resize(before + gst_buffer_get_size(buffer));
    gst_buffer_extract(buffer, 0, all.data() + before, all.size() - before);
  }
  return all;
}

// RFC 9639, sections 6 and 8.2: the marker, and the one block without which nothing can be decoded.
// It is made the last: tags and pictures are nobody's business, and may change. In the form for
// Ogg (section 10.1) nine bytes stand in front.
std::vector<std::byte> flac_header(const GstStructure* structure) {
  constexpr char kOgg[] = "\177FLAC", kMarker[] = "fLaC\0\0\0\x22";
  constexpr std::size_t kOggSize = 9, kMarkerSize = 8, kSize = 42, kBlockType = 4;
  std::vector<std::byte> all = stream_header(structure);
  std::size_t from = all.size() > kOggSize && std::memcmp(all.data(), kOgg, 5) == 0 ? kOggSize : 0;
  if (all.size() < from + kSize) return {};
  auto first = all.begin() + static_cast<std::ptrdiff_t>(from);
  std::vector<std::byte> header(first, first + kSize);
  std::byte last_block = header[kBlockType] & std::byte{0x80};
  header[kBlockType] &= ~last_block;
  if (std::memcmp(header.data(), kMarker, kMarkerSize) != 0) return {};
  header[kBlockType] |= std::byte{0x80};
  return header;
}

}  // namespace

std::optional<AudioFormat> format_of(const GstCaps* caps) {
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  AudioFormat format;
  format.encoding = encoding_of(structure);
  if (!gst_structure_get_int(structure, "rate", &format.rate) || format.rate <= 0 ||
      !gst_structure_get_int(structure, "channels", &format.channels) || format.channels <= 0)
    return std::nullopt;
  if (format.encoding != Encoding::Flac) return format;
  gboolean framed = TRUE;
  gst_structure_get_boolean(structure, "framed", &framed);
  format.header = flac_header(structure);
  if (!framed || format.header.empty()) return std::nullopt;
  return format;
}

std::int64_t pre_skip_of(const GstCaps* caps) {
  constexpr std::size_t kAt = 10;
  std::vector<std::byte> head = stream_header(gst_caps_get_structure(caps, 0));
  if (head.size() < kAt + 2 || std::memcmp(head.data(), "OpusHead", 8) != 0) return 0;
  return std::to_integer<int>(head[kAt]) | std::to_integer<int>(head[kAt + 1]) << 8;
}

}  // namespace dg
