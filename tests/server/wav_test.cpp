// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/wav.h"

#include <gtest/gtest.h>

namespace dg::server {
namespace {

TEST(Wav, ReadsWhatItWrites) {
  for (Encoding encoding :
       {Encoding::Linear16, Encoding::Linear32, Encoding::Mulaw, Encoding::Alaw}) {
    AudioFormat format{encoding, 44100, 3};
    auto bytes = wav_header(format, 600);
    EXPECT_EQ(bytes.size(), 44u);
    EXPECT_TRUE(looks_like_wav(bytes));
    auto header = parse_wav_header(bytes);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->format, format);
    EXPECT_EQ(header->size, 44u);
    EXPECT_EQ(header->audio_size, 600u);
  }
}

TEST(Wav, SkipsOtherChunks) {
  auto bytes = wav_header({}, 4);
  std::string list = "LIST";
  list += {3, 0, 0, 0, 'a', 'b', 'c', 0};
  auto extra = std::as_bytes(std::span(list));
  bytes.insert(bytes.begin() + 12, extra.begin(), extra.end());
  auto header = parse_wav_header(bytes);
  ASSERT_TRUE(header) << header.error().text;
  EXPECT_EQ(header->size, 44 + list.size());
}

TEST(Wav, RefusesWhatItCannotRead) {
  auto good = wav_header({}, 4);
  auto complaint = [](std::vector<std::byte> bytes) {
    auto header = parse_wav_header(bytes);
    return header ? "" : header.error().text;
  };
  EXPECT_EQ(complaint({}), "not a WAV file");
  for (std::size_t size = 12; size < good.size(); ++size)
    EXPECT_NE(complaint({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}), "");
  auto odd = good;
  odd[34] = std::byte{24};
  EXPECT_EQ(complaint(odd), "only 16-bit PCM, 32-bit float, mu-law and A-law are read");
  odd = good;
  odd[22] = std::byte{0};
  EXPECT_EQ(complaint(odd), "the fmt chunk makes no sense");
  odd = good;
  odd[19] = std::byte{0xFF};
  EXPECT_EQ(complaint(odd), "there is no data chunk");
  EXPECT_EQ(read_wav("/nonexistent/x.wav").error().text, "/nonexistent/x.wav: cannot be read");
}

}  // namespace
}  // namespace dg::server
