// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "server/client.h"
#include "server/messagewriter.h"
#include "server/pocketsphinxrecognizer.h"
#include "server/server.h"
#include "server/transcriber.h"
#include "server/wav.h"

namespace dg::server {
namespace {

const std::string kFolder = LIBRIVOX;
constexpr int kRate = 16000;
using Strings = std::vector<std::string>;

// Recorded sentences and what is said in them.
struct Sentence {
  std::vector<std::byte> audio;
  Strings words;
};

std::vector<Sentence> sentences() {
  std::vector<Sentence> out;
  std::ifstream file(kFolder + "/transcription");
  for (std::string line; std::getline(file, line);) {
    std::istringstream in(line);
    Sentence sentence;
    for (std::string word; in >> word;) sentence.words.push_back(word);
    std::string name = sentence.words.back().substr(1, sentence.words.back().size() - 2);
    sentence.words.erase(sentence.words.begin());
    sentence.words.resize(sentence.words.size() - 2);
    auto wav = read_wav(kFolder + "/" + name + ".wav");
    EXPECT_TRUE(wav) << wav.error().text;
    sentence.audio = wav->audio;
    out.push_back(sentence);
  }
  return out;
}

// Loading a decoder takes time: one for all tests, and each must find it as new.
DecoderPool pool("");

std::vector<std::byte> silence(double seconds) {
  return std::vector<std::byte>(static_cast<std::size_t>(seconds * kRate) * 2);
}

void append(std::vector<std::byte>& to, const std::vector<std::byte>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

// Every message, as it would be on the wire.
class Hearing {
 public:
  Hearing()
      : engine_(PocketsphinxEngine::make(pool, 1, 1)),
        transcriber_({Encoding::Linear16, kRate, 1}, Split::MixedDown, settings(), *engine_) {}

  void hear(std::span<const std::byte> audio) { take(transcriber_.hear(audio)); }
  void finalize() { take(transcriber_.finalize(std::nullopt)); }
  const std::string& close() {
    take(transcriber_.close());
    return wire;
  }

  std::string wire;
  std::vector<Word> words;  // of final results
  bool interims_are_unsure = true;

 private:
  static TrackSettings settings() {
    TrackSettings out;
    out.interims = out.punctuate = out.vad_events = true;
    out.endpointing = std::chrono::milliseconds(10);
    return out;
  }

  void take(const Messages& said) {
    for (const Message& message : said) {
      wire += write(message) + "\n";
      auto* results = std::get_if<Results>(&message);
      if (!results) continue;
      for (const Word& word : results->words) {
        if (results->is_final)
          words.push_back(word);
        else
          interims_are_unsure = interims_are_unsure && word.confidence == 0;
      }
    }
  }

  std::unique_ptr<Engine> engine_;
  Transcriber transcriber_;
};

std::size_t errors(const Strings& said, const std::vector<Word>& heard) {
  std::vector<std::size_t> row(heard.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= said.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j < row.size(); ++j) {
      std::size_t change = corner + (said[i - 1] != heard[j - 1].word);
      corner = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row.back();
}

TEST(Pocketsphinx, UnderstandsMostWords) {
  std::vector<std::byte> audio;
  Strings said;
  for (const Sentence& sentence : sentences()) {
    append(audio, sentence.audio);
    append(audio, silence(1));
    said.insert(said.end(), sentence.words.begin(), sentence.words.end());
  }
  ASSERT_EQ(said.size(), 71u);
  Hearing hearing;
  hearing.hear(audio);
  hearing.close();
  EXPECT_LE(static_cast<double>(errors(said, hearing.words)) / 71, 0.36);
  EXPECT_TRUE(hearing.interims_are_unsure);
}

// Whatever the frames, and whatever the decoder has heard before.
TEST(Pocketsphinx, SaysTheSameOfTheSameAudio) {
  auto seed = std::random_device()();
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  const std::vector<std::byte> audio = sentences().at(1).audio;
  std::string expected;
  for (int round = 0; round < 3; ++round) {
    Hearing hearing;
    auto hear = [&](std::span<const std::byte> part) {
      while (!part.empty()) {
        auto most = round == 0 ? part.size() : std::size_t(1) + random() % 6000;
        auto size = std::min(most, part.size());
        hearing.hear(part.first(size));
        part = part.subspan(size);
      }
    };
    hear(std::span(audio).first(30002));
    hearing.finalize();
    hear(std::span(audio).subspan(30002));
    if (round == 0) expected = hearing.close();
    EXPECT_EQ(hearing.close(), expected);
  }
  EXPECT_NE(expected.find("young"), expected.npos) << expected;
}

// Word times count from the beginning of the stream, pauses included.
TEST(Pocketsphinx, TellsWhenWordsAreSaid) {
  const Sentence sentence = sentences().at(4);
  std::vector<std::vector<Word>> heard;
  for (double pause : {0.0, 2.5}) {
    Hearing hearing;
    hearing.hear(silence(pause));
    hearing.hear(sentence.audio);
    hearing.close();
    heard.push_back(hearing.words);
    ASSERT_GE(heard.back().size(), 6u);
    EXPECT_EQ(heard.back()[1].word, "might");
    for (std::size_t i = 1; i < heard.back().size(); ++i)
      EXPECT_LE(heard.back()[i - 1].end, heard.back()[i].start);
  }
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_NEAR(std::chrono::duration<double>(heard[1][i].start - heard[0][i].start).count(), 2.5,
                0.05);
}

TEST(Pocketsphinx, HearsEveryRate) {
  const Sentence sentence = sentences().at(4);
  Samples samples(sentence.audio.size() / 2), other;
  std::copy(sentence.audio.begin(), sentence.audio.end(),
            reinterpret_cast<std::byte*>(samples.data()));
  Resampler(kRate, 44100).convert(samples, other);
  PocketsphinxRecognizer recognizer(pool, 44100);
  recognizer.hear(other);
  auto words = recognizer.settle(std::ssize(other));
  EXPECT_LE(errors(sentence.words, words), 4u);
  ASSERT_GE(words.size(), 6u);
  EXPECT_EQ(words[1].word, "might");
  EXPECT_NEAR(static_cast<double>(words[1].start.count()) / 1e9, 0.39, 0.05);
}

TEST(Pocketsphinx, HasNoMoreStreamsThanDecoders) {
  ServerOptions options;
  options.recognizer = RecognizerKind::Pocketsphinx;
  options.streams = 1;
  auto server = Server::start(options);
  ASSERT_TRUE(server);
  std::string url = (*server)->url() + "?encoding=linear16&sample_rate=16000&channels=2";
  EXPECT_EQ(Client(url + "&multichannel=true").status(), 429);
  {
    Client first(url);
    ASSERT_EQ(first.status(), 101);
    EXPECT_EQ(Client(url).status(), 429);
    first.send(R"({"type":"CloseStream"})");
    EXPECT_EQ(first.rest().size(), 1u);
  }
  auto is_over = [](auto& seen) { return seen.at(1).ending == Ending::CloseStream; };
  ASSERT_TRUE((*server)->wait(is_over));
  EXPECT_EQ(Client(url).status(), 101);
}

// Off the loop: another client is served while a decoder is busy, and an end does not wait for it.
TEST(Pocketsphinx, LeavesTheLoopFree) {
  ServerOptions options;
  options.recognizer = RecognizerKind::Pocketsphinx;
  auto server = Server::start(options);
  ASSERT_TRUE(server);
  Client busy((*server)->url() + "?encoding=linear16&sample_rate=16000");
  for (const Sentence& sentence : sentences()) busy.send(sentence.audio);
  ASSERT_TRUE((*server)->wait([](auto& seen) { return seen.at(0).bytes > 0; }));
  Client other((*server)->url() + "?encoding=linear16&sample_rate=16000");
  other.send(R"({"type":"CloseStream"})");
  other.rest();
  EXPECT_EQ(other.close_code(), 1000);
  EXPECT_EQ((*server)->requests().at(0).ending, Ending::Open);
}

}  // namespace
}  // namespace dg::server
