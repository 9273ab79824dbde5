// SPDX-License-Identifier: LGPL-2.1-or-later
// Words that are shown before they are final, live: whatever the service thinks later, each is
// shown once. What other transcribers get wrong here is in these cases, word by word.
#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gst/check/gsttestclock.h>
#include <gtest/gtest.h>

#include "support/livepicture.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

Say interim(Nanos at, const char* text, Nanos start, Nanos duration) {
  return {at, text, start, duration, false};
}

Say final(Nanos at, const char* text, Nanos start, Nanos duration) {
  return {at, text, start, duration};
}

// With a latency of a second, after whatever was said.
struct Played {
  std::vector<TextBuffer> texts;
  std::vector<std::string> words;
  guint64 late = 0, corrected = 0;
};

Played play(const std::vector<Say>& said, Nanos end = 10s) {
  LivePicture live(said, {{"granularity", "word"}, {"latency", "1000"}});
  live.run_until(end);
  Played played;
  played.texts = live.pipeline().texts();
  for (const TextBuffer& text : played.texts) played.words.push_back(text.text);
  auto stats = live.pipeline().stats();
  played.late = time_field(stats.get(), "late-words");
  played.corrected = time_field(stats.get(), "corrected-words");
  for (std::size_t i = 1; i < played.texts.size(); ++i)
    EXPECT_GE(played.texts[i].pts, played.texts[i - 1].end()) << played.texts[i].text;
  auto pictures = live.pictures();
  for (const std::string& word : played.words)
    EXPECT_TRUE(std::any_of(pictures.begin(), pictures.end(),
                            [&](const auto& picture) { return picture.text == word; }))
        << word << " was never seen";
  return played;
}

using Words = std::vector<std::string>;

// One word at a time is due, of results that come again and again.
TEST(TranscribeInterims, AreShownOnce) {
  std::vector<Say> said;
  for (Nanos at = 2s; at <= 5s; at += 200ms)
    said.push_back(interim(at, "one two three four", 1200ms, 800ms));
  said.push_back(final(5200ms, "one two three four", 1200ms, 800ms));
  Played played = play(said);
  EXPECT_EQ(played.words, (Words{"one", "two", "three", "four"}));
  EXPECT_EQ(played.corrected, 0u);
  EXPECT_EQ(played.late, 0u);
}

TEST(TranscribeInterims, MayBeMerged) {
  Played played = play({interim(2s, "it may be so", 1s, 1s), final(4s, "it maybe so", 1s, 1s),
                        final(6s, "indeed", 5s, 500ms)});
  EXPECT_EQ(played.words, (Words{"it", "may", "be", "so", "indeed"}));
  EXPECT_EQ(played.corrected, 0u);
}

TEST(TranscribeInterims, MayBeMergedInTheMiddle) {
  Played played = play({interim(2s, "may", 1500ms, 400ms), interim(2300ms, "may be", 1500ms, 800ms),
                        final(3s, "maybe so", 1500ms, 1300ms)});
  std::string all;
  for (const std::string& word : played.words) all += word;
  EXPECT_EQ(all, "maybeso");
}

TEST(TranscribeInterims, MayBeSplit) {
  Played played = play({interim(2s, "it maybe so", 1s, 900ms), final(4s, "it may be so", 1s, 900ms),
                        final(6s, "indeed", 5s, 500ms)});
  EXPECT_EQ(played.words, (Words{"it", "maybe", "so", "indeed"}));
  EXPECT_EQ(played.corrected, 0u);
}

TEST(TranscribeInterims, MayBecomeOtherWords) {
  Played played = play({interim(2s, "ice cream now", 1s, 900ms),
                        final(4s, "I scream now", 1s, 900ms), final(6s, "indeed", 5s, 500ms)});
  EXPECT_EQ(played.words, (Words{"ice", "cream", "now", "indeed"}));
  EXPECT_EQ(played.corrected, 2u);
}

class TranscribeMoved : public testing::TestWithParam<int> {};

// Starts that move do not make a word another one, nor take the next one's place.
TEST_P(TranscribeMoved, InterimsAreShownOnce) {
  Nanos by = GetParam() * 1ms;
  Played played =
      play({interim(2s, "one two three four", 1s, 800ms),
            interim(2500ms, "one two three four", 1s + by, 800ms),
            final(4s, "one two three four five", 1s + by, 1s), final(6s, "six", 5s, 500ms)});
  EXPECT_EQ(played.words, (Words{"one", "two", "three", "four", "five", "six"}));
  EXPECT_EQ(played.corrected, 0u);
}

INSTANTIATE_TEST_SUITE_P(By, TranscribeMoved, testing::Values(-200, -100, -40, 40, 100, 200),
                         [](const auto& by) {
                           std::string name = std::to_string(by.param);
                           return name.starts_with("-") ? "Earlier" + name.substr(1) : name;
                         });

TEST(TranscribeInterims, MayBeWordsInNoTime) {
  Played played = play({interim(1500ms, "no no", 1s, 60ms), final(4s, "no no no", 1s, 90ms),
                        final(6s, "yes", 5s, 500ms)});
  EXPECT_EQ(played.words, (Words{"no", "no", "no", "yes"}));
}

// The words that only the final has come late, behind what is out.
TEST(TranscribeInterims, MayLackWhatTheFinalHas) {
  Played played = play({interim(2s, "one three", 1s, 900ms),
                        final(4s, "one two three four", 1s, 1200ms), final(6s, "five", 5s, 400ms)});
  Words sorted = played.words;
  EXPECT_EQ(sorted.front(), "one");
  EXPECT_EQ(sorted.back(), "five");
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(std::adjacent_find(sorted.begin(), sorted.end()), sorted.end());
  EXPECT_TRUE(std::count(sorted.begin(), sorted.end(), "four"));
}

// A file's words can wait for what is final.
TEST(TranscribeInterims, AreNotShownOfAFile) {
  std::vector<Say> said = {interim(2s, "one two", 1s, 800ms),
                           interim(5s, "won two tree", 1s, 1200ms),
                           final(8s, "one two three", 1s, 1200ms)};
  Bench::Setup setup;
  setup.server.recognizer = server::RecognizerKind::Script;
  setup.server.scenario = scenario_of(said);
  setup.properties = {{"latency", "1000"}};
  Bench bench(setup);
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  Words words;
  for (const TextBuffer& text : bench.pipeline().texts()) words.push_back(text.text);
  EXPECT_EQ(words, (Words{"one", "two", "three"}));
  EXPECT_EQ(time_field(bench.pipeline().stats().get(), "corrected-words"), 0u);
}

// --- the connection is lost between an interim and its final

class TranscribeLostInterims : public testing::TestWithParam<const char*> {
 protected:
  // All that was shown for the first time.
  static Words fresh_words(const std::vector<TextBuffer>& texts) {
    Words out;
    for (const TextBuffer& text : texts) {
      if (bool_field(text.words.get(), "continued")) continue;
      const GValue* words = gst_structure_get_value(text.words.get(), "words");
      for (guint i = 0; i < gst_value_array_get_size(words); ++i) {
        const GstStructure* word = gst_value_get_structure(gst_value_array_get_value(words, i));
        std::string is = text_field(word, "punctuated-word");
        if (std::find(out.begin(), out.end(), is) == out.end()) out.push_back(is);
      }
    }
    return out;
  }

  static void expect_no_word_twice(const std::vector<TextBuffer>& texts) {
    for (const TextBuffer& text : texts)
      for (int i = 0; i < 12; ++i) {
        std::size_t at = text.text.find(counted::word(i));
        EXPECT_TRUE(at == std::string::npos ||
                    text.text.find(counted::word(i), at + 1) == std::string::npos)
            << text.text;
      }
  }
};

TEST_P(TranscribeLostInterims, AreNeitherLostNorShownTwice) {
  // Four words are final, four more are shown, and then all is heard again from behind the four.
  std::vector<Say> said = {counted::final(0, 4, 200ms), counted::interim(4, 6, 200ms),
                           counted::interim(4, 8, 200ms)};
  said.push_back({.at = counted::start(8) + 1900ms});
  Nanos heard = counted::start(4);  // where the second connection begins
  auto again = [&](Say say) {
    say.start -= heard;
    say.at -= heard;
    say.connection = 2;
    return say;
  };
  Say second = again(counted::interim(4, 8, 0s)), third = again(counted::final(4, 12, 1s));
  said.push_back(second);
  said.push_back(third);

  LivePicture live(said, {{"granularity", GetParam()}, {"latency", "2500"}});
  live.run_until(counted::start(8) + 2s);
  ASSERT_TRUE(live.pipeline().wait_for_state("connected", 2));
  live.run_until(counted::start(12) + 1100ms);
  ASSERT_TRUE(live.pipeline().wait_for("deepgram/results", 5));
  live.run_until(counted::start(12) + 5s);

  Words expected;
  for (int i = 0; i < 12; ++i) expected.push_back(counted::word(i));
  auto texts = live.pipeline().texts();
  EXPECT_EQ(fresh_words(texts), expected);
  expect_no_word_twice(texts);
  for (int i = 0; i < 8; ++i) {
    auto first = live.first_with(counted::word(i));
    ASSERT_TRUE(first) << counted::word(i);
    EXPECT_LE(abs(*first - counted::start(i)), LivePicture::kFrame) << counted::word(i);
  }
  for (int i = 8; i < 12; ++i) EXPECT_TRUE(live.first_with(counted::word(i))) << counted::word(i);
  EXPECT_TRUE(GetParam() != std::string("word") || texts.size() == 12u);
  EXPECT_EQ(time_field(live.pipeline().stats().get(), "corrected-words"), 0u);
}

INSTANTIATE_TEST_SUITE_P(By, TranscribeLostInterims, testing::Values("word", "rollup", "cue"),
                         [](const auto& one) { return std::string(one.param); });

// With the oracle of server/tones.h: finals come every 4 s, interims every second, and all words of
// the last interim are on when the connection is lost.
class TranscribeLostTones : public testing::TestWithParam<std::tuple<const char*, Nanos>> {
 protected:
  TranscribeLostTones() {
    gst_pipeline_use_clock(GST_PIPELINE(bench_.pipeline().bin()), clock_.get());
    bench_.feed().live(true);
    bench_.pipeline().set("granularity", std::get<0>(GetParam()));
    bench_.play();
  }

  void pass_until(Nanos time) {
    while (gst_clock_get_time(clock_.get()) < clock(time)) {
      Watchdog::Guard guard(bench_.pipeline().watchdog());
      gst_test_clock_wait_for_next_pending_id(GST_TEST_CLOCK(clock_.get()), nullptr);
      gst_test_clock_crank(GST_TEST_CLOCK(clock_.get()));
    }
  }

  // What comes behind the last beat is shown with the next.
  bool pass_until_shown(long number) {
    auto limit = std::chrono::steady_clock::now() + patience();
    while (std::chrono::steady_clock::now() < limit) {
      auto words = words_in(bench_.pipeline().texts());
      if (!words.empty() && words.back().number >= number) return true;
      pass_until(nanos_of(gst_clock_get_time(clock_.get())) + 50ms);
      std::this_thread::yield();
    }
    return false;
  }

  bool wait_for_result_of(Nanos time) {
    return bench_.pipeline().record().wait([=](const Record::Entries& entries) {
      auto results = messages_in(entries, "deepgram/results");
      return !results.empty() && time_field(structure_of(results.back()), "endtime") >= clock(time);
    });
  }

  // Whether a word that went away came again.
  static testing::AssertionResult each_once(const std::vector<TextBuffer>& texts, long count) {
    long newest = -1;
    std::set<long> on;
    for (const TextBuffer& text : texts) {
      std::set<long> now;
      for (const Heard& word : words_in({text})) {
        bool is_new = word.number == newest + 1;
        if (!now.insert(word.number).second || (!is_new && !on.count(word.number)))
          return testing::AssertionFailure()
                 << "w" << word.number << " behind w" << newest << ": " << text.text;
        newest = std::max(newest, word.number);
      }
      on = now;
    }
    if (newest + 1 == count) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "w" << newest << " is the last";
  }

  Ptr<GstClock> clock_{gst_test_clock_new()};
  Bench bench_;
};

TEST_P(TranscribeLostTones, AreNeitherLostNorShownTwice) {
  const Nanos lost = std::get<1>(GetParam());
  bench_.feed().tones(0s, lost);
  ASSERT_TRUE(wait_for_result_of(lost / 1s * 1s));
  pass_until(lost + 2s);
  ASSERT_TRUE(pass_until_shown(lost / 1s * 2 - 2));
  bench_.server().act(server::Drop{});
  bench_.feed().tones(lost, lost + 1s);
  ASSERT_TRUE(bench_.pipeline().wait_for_state("connected", 2));
  bench_.feed().tones(lost + 1s, 15s);
  ASSERT_TRUE(bench_.finish());
  EXPECT_TRUE(each_once(bench_.pipeline().texts(), 30));
  EXPECT_EQ(time_field(bench_.pipeline().stats().get(), "corrected-words"), 0u);
}

INSTANTIATE_TEST_SUITE_P(By, TranscribeLostTones,
                         testing::Combine(testing::Values("word", "rollup", "cue"),
                                          testing::Values(2300ms, 3700ms, 7650ms)),
                         [](const auto& one) {
                           return std::get<0>(one.param) +
                                  std::to_string(std::get<1>(one.param) / 1ms);
                         });

}  // namespace
}  // namespace dg
