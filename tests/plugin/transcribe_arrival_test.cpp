// SPDX-License-Identifier: LGPL-2.1-or-later
// Text that is shown as it comes, on a picture that does not wait for it.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/livepicture.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kAtOnce = 150ms, kBeat = 50ms;
// 100 ms, and as many beats as the clock may be ahead of the task.
constexpr Nanos kSlice = 400ms;
constexpr int kWords = 12, kGroup = 3;
// Longer than any words are on that nobody follows.
constexpr Nanos kSilence = 8s;

// Finals of some words each, whenever they come.
std::vector<Say> finals() {
  std::vector<Say> out;
  for (int i = kGroup; i <= kWords; i += kGroup)
    out.push_back(counted::final(i - kGroup, i, i * 137ms));
  return out;
}

// The same, and what was thought before, half a second after each word.
std::vector<Say> finals_and_interims() {
  std::vector<Say> out = finals();
  for (int i = 1; i <= kWords; ++i)
    out.push_back(counted::interim((i - 1) / kGroup * kGroup, i, 10ms));
  std::stable_sort(out.begin(), out.end(), [](const Say& a, const Say& b) { return a.at < b.at; });
  return out;
}

bool has_word(const std::string& text, const std::string& word) {
  std::size_t at = text.find(word);
  return at != std::string::npos;
}

// When a word came first: with a beat of the clock.
Nanos told_at(const std::vector<Say>& said, const std::string& word) {
  auto first = std::find_if(said.begin(), said.end(),
                            [&](const Say& say) { return has_word(say.text, word); });
  return (first->at + kBeat - Nanos(1)) / kBeat * kBeat;
}

std::map<std::string, std::string> at_arrival(const char* granularity, const char* latency) {
  return {{"timing", "arrival"}, {"granularity", granularity}, {"latency", latency}};
}

// Each word leaves at once, and none is in more than one text by itself.
void expect_at_once(const std::vector<TextBuffer>& texts, const std::vector<Say>& said) {
  for (int i = 0; i < kWords; ++i) {
    std::string word = counted::word(i);
    auto first = std::find_if(texts.begin(), texts.end(),
                              [&](const TextBuffer& text) { return has_word(text.text, word); });
    ASSERT_NE(first, texts.end()) << word;
    Nanos after = nanos_of(first->pts) - told_at(said, word);
    EXPECT_GE(after, -kBeat) << word;
    EXPECT_LE(after, kAtOnce + (first->text == word ? (i % kGroup) * 100ms : 0ms)) << word;
  }
}

class TranscribeArrival : public testing::TestWithParam<const char*> {};

TEST_P(TranscribeArrival, IsWhenFinalsAreShown) {
  LivePicture live(finals(), at_arrival(GetParam(), "2000"), "wait-text=false");
  live.run_until(counted::start(kWords) + kSilence);
  expect_at_once(live.pipeline().texts(), finals());
}

// That no time is given to the service to think again is what the latency says here.
TEST_P(TranscribeArrival, IsWhenInterimsAreShown) {
  LivePicture live(finals_and_interims(), at_arrival(GetParam(), "0"), "wait-text=false");
  live.run_until(counted::start(kWords) + kSilence);
  expect_at_once(live.pipeline().texts(), finals_and_interims());
  EXPECT_EQ(time_field(live.pipeline().stats().get(), "corrected-words"), 0u);
}

INSTANTIATE_TEST_SUITE_P(By, TranscribeArrival, testing::Values("word", "rollup", "cue"),
                         [](const auto& one) { return std::string(one.param); });

class TranscribeArrivalOf : public testing::TestWithParam<const char*> {};

// A text is said again and again, until there is another, or it has been read.
TEST_P(TranscribeArrivalOf, TextThatStaysGoesOnInSlices) {
  LivePicture live(finals(), at_arrival(GetParam(), "2000"), "wait-text=false");
  live.run_until(counted::start(kWords) + kSilence);
  auto texts = live.pipeline().texts();
  std::size_t repeated = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_LE(nanos_of(texts[i].duration), kSlice);
    if (i == 0 || texts[i].text != texts[i - 1].text) continue;
    EXPECT_EQ(texts[i].pts, texts[i - 1].end()) << texts[i].text;
    EXPECT_TRUE(bool_field(texts[i].words.get(), "continued"));
    ++repeated;
  }
  EXPECT_GT(repeated, 10u);
  EXPECT_LT(nanos_of(texts.back().end()), counted::start(kWords) + kSilence - 1s);
}

TEST_P(TranscribeArrivalOf, TextIsSeen) {
  LivePicture live(finals(), at_arrival(GetParam(), "2000"), "wait-text=false");
  live.run_until(counted::start(kWords) + kSilence);
  auto pictures = live.pictures();
  const std::uint64_t blank = pictures.front().look;
  // Single ones may be faster than the text that goes on: here they come as fast as they can.
  for (const Say& say : finals()) {
    auto seen = [&](const LivePicture::Picture& picture) {
      return picture.at >= say.at && picture.at <= say.at + 500ms && picture.look != blank;
    };
    EXPECT_TRUE(std::any_of(pictures.begin(), pictures.end(), seen)) << say.text;
  }
  EXPECT_EQ(pictures.back().look, blank);
  // Neither were they ever late: LivePicture looks at each when it is due.
  EXPECT_GT(pictures.size(), 300u);
}

INSTANTIATE_TEST_SUITE_P(By, TranscribeArrivalOf, testing::Values("rollup", "cue"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace dg
