// SPDX-License-Identifier: LGPL-2.1-or-later
// Recorded speech through the element and the network, against the recognizer alone, and against
// what was said and when.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "server/wav.h"
#include "support/bench.h"
#include "support/recording.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr int kRate = 16000;

struct Spoken {
  double start = 0, end = 0;
  std::string word;
};

std::string lower(std::string text) {
  std::erase(text, '.');
  for (char& c : text) c = g_ascii_tolower(c);
  return text;
}

// PocketSphinx needs some ten seconds, and more on a busy machine.
bool ends(const Pipeline& pipeline) {
  for (int i = 0; i < 10; ++i)
    if (pipeline.wait_for_end()) return true;
  return false;
}

struct SpeechTest : testing::Test {
  SpeechTest() { read_golden(); }

  // The five sentences, a second of silence behind each, and when their words begin.
  void read_golden() {
    std::ifstream golden(std::string(std::getenv("DG_GOLDEN")) + "/librivox-words.txt");
    double base = 0;
    for (std::string line; std::getline(golden, line);) {
      if (line.starts_with("= ")) {
        base = static_cast<double>(audio.size()) / 2 / kRate;
        auto wav = server::read_wav(std::string(LIBRIVOX) + "/" + line.substr(2) + ".wav");
        ASSERT_TRUE(wav) << wav.error().text;
        audio.insert(audio.end(), wav->audio.begin(), wav->audio.end());
        audio.resize(audio.size() + kRate * 2);
      } else if (!line.starts_with('#')) {
        Spoken spoken;
        std::istringstream(line) >> spoken.start >> spoken.word;
        spoken.start += base;
        said.push_back(spoken);
      }
    }
  }

  // What gst-deepgram-server --transcribe makes of it.
  std::vector<Spoken> alone() {
    auto header = server::wav_header({Encoding::Linear16, kRate, 1}, audio.size());
    std::ofstream out_file(file, std::ios::binary);
    out_file.write(reinterpret_cast<const char*>(header.data()), std::ssize(header));
    out_file.write(reinterpret_cast<const char*>(audio.data()), std::ssize(audio));
    out_file.close();
    std::string command = std::string(DG_SERVER) + " --quiet --format words --transcribe " +
                          file.string() + " --query punctuate=true";
    std::vector<Spoken> words;
    FILE* out = popen(command.c_str(), "r");
    std::array<char, 256> line{};
    while (fgets(line.data(), line.size(), out)) {
      Spoken word;
      std::istringstream(line.data()) >> word.start >> word.end >> word.word;
      words.push_back(word);
    }
    EXPECT_EQ(pclose(out), 0);
    return words;
  }

  std::vector<Spoken> through_the_element() {
    Bench::Setup setup;
    setup.server.recognizer = server::RecognizerKind::Pocketsphinx;
    Bench bench(setup);
    bench.play();
    for (std::size_t at = 0; at < audio.size(); at += 3000) {
      std::size_t size = std::min<std::size_t>(3000, audio.size() - at);
      Ptr<GstBuffer> buffer(gst_buffer_new_memdup(audio.data() + at, size));
      GST_BUFFER_PTS(buffer.get()) = gst_util_uint64_scale(at / 2, GST_SECOND, kRate);
      EXPECT_EQ(bench.feed().push(std::move(buffer)), GST_FLOW_OK);
    }
    EXPECT_TRUE(bench.feed().end());
    EXPECT_TRUE(ends(bench.pipeline()));
    std::vector<Spoken> words;
    for (const TextBuffer& text : bench.pipeline().texts())
      words.push_back(
          {static_cast<double>(text.pts) / 1e9, static_cast<double>(text.end()) / 1e9, text.text});
    return words;
  }

  ScratchFolder folder;
  const std::filesystem::path file = folder.path() / "speech.wav";
  std::vector<std::byte> audio;
  std::vector<Spoken> said;
};

// The words that both have, in order: the longest common subsequence.
std::vector<std::pair<Spoken, Spoken>> common(const std::vector<Spoken>& a,
                                              const std::vector<Spoken>& b) {
  std::vector<std::vector<int>> length(a.size() + 1, std::vector<int>(b.size() + 1));
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;)
      length[i][j] = a[i].word == lower(b[j].word) ? length[i + 1][j + 1] + 1
                                                   : std::max(length[i + 1][j], length[i][j + 1]);
  std::vector<std::pair<Spoken, Spoken>> out;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i].word == lower(b[j].word))
      out.emplace_back(a[i++], b[j++]);
    else if (length[i + 1][j] >= length[i][j + 1])
      ++i;
    else
      ++j;
  }
  return out;
}

TEST_F(SpeechTest, ComesThroughAsTheRecognizerHasIt) {
  std::vector<Spoken> expected = alone(), words = through_the_element();
  ASSERT_GT(expected.size(), 40u);
  ASSERT_EQ(words.size(), expected.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    EXPECT_EQ(words[i].word, expected[i].word) << i;
    EXPECT_NEAR(words[i].start, expected[i].start, 0.01) << words[i].word;
    EXPECT_NEAR(words[i].end, expected[i].end, 0.01) << words[i].word;
  }
}

TEST_F(SpeechTest, IsAtTheTimeWhenItWasSaid) {
  auto both = common(said, through_the_element());
  EXPECT_GE(both.size(), said.size() * 6 / 10);
  for (const auto& [is, heard] : both) EXPECT_NEAR(heard.start, is.start, 0.1) << is.word;
}

}  // namespace
}  // namespace dg
