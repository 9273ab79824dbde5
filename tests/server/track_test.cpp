// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/track.h"

#include <deque>

#include <gtest/gtest.h>

#include "server/messagewriter.h"

namespace dg::server {
namespace {

using std::chrono::milliseconds;
constexpr int kRate = 16000;

Nanos at(double seconds) {
  return Nanos(static_cast<std::int64_t>(seconds * 1e9));
}

// Says the words that a test has put down, each when it has been heard to its end.
class Reader : public Recognizer {
 public:
  explicit Reader(std::deque<Word> words) : to_come_(std::move(words)) {}

  void hear(std::span<const std::int16_t> block) override {
    heard_ += std::ssize(block);
    while (!to_come_.empty() && to_come_.front().end.count() <= heard_ * 1'000'000'000 / kRate) {
      known_.push_back(to_come_.front());
      to_come_.pop_front();
    }
  }
  std::vector<Word> words() override { return known_; }
  std::optional<std::int64_t> gap() override {
    if (known_.empty()) return std::nullopt;
    return known_.back().end.count() * kRate / 1'000'000'000;
  }
  std::vector<Word> settle(std::int64_t) override { return std::exchange(known_, {}); }

 private:
  std::deque<Word> to_come_;
  std::vector<Word> known_;
  std::int64_t heard_ = 0;
};

Word word(const char* text, double start, double end) {
  return {text, "", at(start), at(end), 1, {}, {}};
}

// "final 0-4 [a b] speech_final", "interim 4-5 []", "UtteranceEnd 1.5".
std::string told(const Message& message) {
  char text[200];
  if (auto* it = std::get_if<Results>(&message)) {
    std::snprintf(text, sizeof text, "%s %g-%g [%s]%s%s", it->is_final ? "final" : "interim",
                  static_cast<double>(it->start.count()) / 1e9,
                  static_cast<double>(it->end().count()) / 1e9, it->transcript.c_str(),
                  it->speech_final ? " speech_final" : "", it->from_finalize ? " finalize" : "");
    return text;
  }
  if (auto* it = std::get_if<UtteranceEnd>(&message))
    return "UtteranceEnd " + (it->last_word_end
                                  ? number(static_cast<double>(it->last_word_end->count()) / 1e9)
                                  : "-1");
  if (auto* it = std::get_if<SpeechStarted>(&message))
    return "SpeechStarted " + number(static_cast<double>(it->timestamp.count()) / 1e9);
  return "?";
}

using Lines = std::vector<std::string>;

class TrackTest : public testing::Test {
 protected:
  void start(std::deque<Word> words) {
    track_.emplace(std::make_unique<Reader>(std::move(words)), kRate, settings_, Channel{0, 1});
  }

  // A square wave, or silence.
  void hear(double seconds, int level) {
    Samples samples(static_cast<std::size_t>(seconds * kRate));
    for (std::size_t i = 0; i < samples.size(); ++i)
      samples[i] = static_cast<std::int16_t>(i / 20 % 2 ? level : -level);
    std::span<const std::int16_t> left = samples;
    while (!left.empty()) {
      auto part = left.first(std::min(left.size(), track_->room()));
      track_->hear(part, said_);
      left = left.subspan(part.size());
    }
  }
  void speak(double seconds) { hear(seconds, 5000); }
  void pause(double seconds) { hear(seconds, 0); }

  Lines said() {
    Lines lines;
    for (const Message& message : std::exchange(said_, {})) lines.push_back(told(message));
    return lines;
  }

  TrackSettings settings_ = [] {
    TrackSettings out;
    out.endpointing = milliseconds(10);
    return out;
  }();
  std::optional<Track> track_;
  Messages said_;
};

TEST_F(TrackTest, EndsAWindowWithSpeech) {
  start({word("a", 0.1, 0.5), word("b", 0.6, 1)});
  speak(1);
  EXPECT_EQ(said(), Lines());
  pause(0.3);
  EXPECT_EQ(said(), Lines{"final 0-1.3 [a b] speech_final"});
}

TEST_F(TrackTest, WaitsAsLongAsItIsAskedTo) {
  settings_.endpointing = milliseconds(700);
  start({});
  speak(1);
  pause(0.65);
  EXPECT_EQ(said(), Lines());
  pause(0.05);
  EXPECT_EQ(said(), Lines{"final 0-1.7 [] speech_final"});
}

TEST_F(TrackTest, EndsLongSpeechAtAGap) {
  settings_.endpointing.reset();
  start({word("a", 1, 2), word("b", 2.5, 3.9), word("c", 4.2, 4.7), word("d", 5, 7.8)});
  speak(8);
  EXPECT_EQ(said(), (Lines{"final 0-3.9 [a b]", "final 3.9-7.8 [c d]"}));
}

TEST_F(TrackTest, EndsSpeechWithoutAGapAfterAll) {
  start({});
  speak(10);
  EXPECT_EQ(said(), Lines{"final 0-10 []"});
}

TEST_F(TrackTest, HasWindowsOfSilence) {
  start({});
  pause(8);
  EXPECT_EQ(said(), (Lines{"final 0-4 [] speech_final", "final 4-8 [] speech_final"}));
  settings_.endpointing.reset();
  start({});
  pause(4);
  EXPECT_EQ(said(), Lines{"final 0-4 []"});
}

TEST_F(TrackTest, SaysWhatItKnowsEachStep) {
  settings_.interims = true;
  settings_.interim_step = milliseconds(500);
  start({word("a", 0.1, 0.4), word("b", 0.5, 0.9)});
  speak(1.1);
  EXPECT_EQ(said(), (Lines{"interim 0-0.5 [a]", "interim 0-1 [a b]"}));
  track_->finalize(said_);
  speak(0.5);
  EXPECT_EQ(said(), (Lines{"final 0-1.1 [a b] speech_final finalize", "interim 1.1-1.6 []"}));
}

TEST_F(TrackTest, AnswersEachFinalize) {
  start({});
  speak(0.123);
  track_->finalize(said_);
  track_->finalize(said_);
  EXPECT_EQ(said(), (Lines{"final 0-0.123 [] speech_final finalize",
                           "final 0.123-0.123 [] speech_final finalize"}));
  settings_.answers_finalize = false;
  start({});
  speak(1);
  track_->finalize(said_);
  track_->finalize(said_);
  EXPECT_EQ(said(), Lines{"final 0-1 [] speech_final finalize"});
}

TEST_F(TrackTest, ClosesWithTheRest) {
  start({word("a", 0.1, 0.2)});
  track_->close(said_);
  EXPECT_EQ(said(), Lines());
  speak(0.25);
  track_->close(said_);
  EXPECT_EQ(said(), Lines{"final 0-0.25 [a] speech_final"});
}

TEST_F(TrackTest, PunctuatesSentences) {
  settings_.punctuate = true;
  settings_.interims = true;
  start({word("hello", 0.1, 0.5), word("i'm", 0.6, 0.9), word("there", 1, 3.9),
         word("more", 4, 4.5)});
  speak(5);
  pause(0.3);
  EXPECT_EQ(said(), (Lines{"interim 0-1 [Hello I'm]", "interim 0-2 [Hello I'm]",
                           "interim 0-3 [Hello I'm]", "final 0-3.9 [Hello I'm there]",
                           "interim 3.9-4.9 [more]", "final 3.9-5.3 [more.] speech_final"}));
}

TEST_F(TrackTest, TellsWhenSpeechStarts) {
  settings_.vad_events = true;
  start({});
  pause(1);
  speak(1);
  pause(0.5);
  speak(0.5);
  EXPECT_EQ(said(),
            (Lines{"SpeechStarted 1.0", "final 0-2.3 [] speech_final", "SpeechStarted 2.5"}));
}

// The gap is judged by later results, from the end of the last final word.
TEST_F(TrackTest, TellsWhenAnUtteranceEnds) {
  settings_.interims = true;
  settings_.utterance_end = milliseconds(1000);
  start({word("a", 0.1, 1)});
  speak(1);
  pause(2);
  EXPECT_EQ(said(), (Lines{"interim 0-1 [a]", "final 0-1.3 [a] speech_final", "interim 1.3-2.3 []",
                           "UtteranceEnd 1.0"}));
}

TEST_F(TrackTest, AGapBeforeAWordEndsAnUtteranceToo) {
  settings_.utterance_end = milliseconds(1000);
  start({word("a", 0.1, 1), word("b", 2.1, 2.4), word("c", 3.3, 3.4)});
  speak(1);
  pause(1.1);
  speak(0.3);
  pause(0.3);
  speak(1);
  pause(0.3);
  EXPECT_EQ(said(), (Lines{"final 0-1.3 [a] speech_final", "final 1.3-2.7 [b] speech_final",
                           "UtteranceEnd 1.0", "final 2.7-4 [c] speech_final"}));
}

TEST_F(TrackTest, TellsItWronglyIfItIsToldTo) {
  settings_.interims = true;
  settings_.utterance_end = milliseconds(1000);
  settings_.utterance_ends = UtteranceEnds::Late;
  start({word("a", 0.1, 1)});
  speak(1);
  pause(2.5);
  EXPECT_EQ(said(), (Lines{"interim 0-1 [a]", "final 0-1.3 [a] speech_final", "interim 1.3-2.3 []",
                           "interim 1.3-3.3 []", "UtteranceEnd 1.0"}));
  settings_.utterance_ends = UtteranceEnds::MinusOne;
  start({word("a", 0.1, 1)});
  speak(1);
  pause(1.5);
  EXPECT_EQ(said().back(), "UtteranceEnd -1");
}

TEST_F(TrackTest, TellsOfTheStartTooLateIfItIsToldTo) {
  settings_.vad_events = true;
  settings_.interims = true;
  settings_.speech_starts = SpeechStarts::Late;
  start({});
  pause(0.5);
  speak(1);
  pause(0.5);
  speak(0.5);
  EXPECT_EQ(said(), (Lines{"interim 0-1 []", "final 0-1.8 [] speech_final", "SpeechStarted 0.5"}));
  track_->close(said_);
  EXPECT_EQ(said().back(), "SpeechStarted 2.0");
}

TEST_F(TrackTest, AddsWhatIsAskedFor) {
  settings_.diarize = true;
  settings_.language = "en";
  settings_.search = {"Big Dog", "cat"};
  start({word("big", 0.1, 0.4), word("dog", 0.5, 0.8)});
  speak(1);
  track_->close(said_);
  auto& results = std::get<Results>(said_.at(0));
  EXPECT_EQ(results.words.at(0).speaker, 0);
  EXPECT_EQ(results.words.at(1).language, "en");
  EXPECT_EQ(results.languages, std::vector<std::string>{"en"});
  ASSERT_EQ(results.search.size(), 2u);
  ASSERT_EQ(results.search[0].hits.size(), 1u);
  EXPECT_EQ(results.search[0].hits[0].snippet, "big dog");
  EXPECT_EQ(results.search[0].hits[0].start, at(0.1));
  EXPECT_EQ(results.search[0].hits[0].end, at(0.8));
  EXPECT_TRUE(results.search[1].hits.empty());
}

}  // namespace
}  // namespace dg::server
