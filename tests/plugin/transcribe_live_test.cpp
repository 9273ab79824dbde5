// SPDX-License-Identifier: LGPL-2.1-or-later
// A live pipeline with captions on its picture: each word appears with its sound, and the picture
// never waits for it.
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/livepicture.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr int kWords = 20;

enum class Results { Interims, Finals, Both };

// Interims each half a second; finals of `group` words each, so long after them.
std::vector<Say> speech(Results kind) {
  std::vector<Say> out;
  int group = kind == Results::Finals ? 2 : 4;
  Nanos delay = kind == Results::Interims ? 3s : 450ms;
  for (int done = 0, word = 1; word <= kWords; ++word) {
    while (done + group <= word &&
           counted::start(done + group) + delay <= counted::start(word) + 440ms)
      done += group;
    if (kind != Results::Finals) out.push_back(counted::interim(done, word, 440ms));
  }
  for (int word = group; word <= kWords; word += group)
    out.push_back(counted::final(word - group, word, delay));
  std::stable_sort(out.begin(), out.end(), [](const Say& a, const Say& b) { return a.at < b.at; });
  return out;
}

bool has_word(const std::string& text, const std::string& word) {
  std::istringstream in(text);
  for (std::string each; in >> each;)
    if (each == word) return true;
  return false;
}

// When each word is on for the first time, and for the last.
void expect_in_time(const std::vector<LivePicture::Picture>& pictures, bool alone) {
  for (int i = 0; i < kWords; ++i) {
    auto has = [&](const LivePicture::Picture& one) {
      return has_word(one.text, counted::word(i));
    };
    auto first = std::find_if(pictures.begin(), pictures.end(), has);
    ASSERT_NE(first, pictures.end()) << counted::word(i);
    EXPECT_LE(abs(first->at - counted::start(i)), LivePicture::kFrame)
        << counted::word(i) << " at " << first->at / 1ms << " ms";
    if (!alone) continue;
    auto last = std::find_if(pictures.rbegin(), pictures.rend(), has);
    EXPECT_LE(abs(last->at - counted::start(i + 1)), LivePicture::kFrame)
        << counted::word(i) << " until " << last->at / 1ms << " ms";
    EXPECT_EQ(std::count_if(pictures.begin(), pictures.end(), has), last.base() - first);
  }
}

// Pictures of the same text are the same, and of others are others.
void expect_as_told(const std::vector<LivePicture::Picture>& pictures) {
  std::map<std::string, std::uint64_t> looks;
  std::map<std::uint64_t, std::string> texts;
  for (const LivePicture::Picture& picture : pictures) {
    if (picture.changes) continue;
    auto look = looks.try_emplace(picture.text, picture.look).first;
    EXPECT_EQ(look->second, picture.look) << picture.at / 1ms << " ms: " << picture.text;
    auto text = texts.try_emplace(picture.look, picture.text).first;
    EXPECT_EQ(text->second, picture.text) << picture.at / 1ms << " ms";
  }
}

struct Way {
  const char* name;
  const char* granularity;
  Results results;
  std::string latency = "2000";
  const char* strategy = "deadline";
};
void PrintTo(const Way& way, std::ostream* out) {
  *out << way.name;
}

class TranscribeLivePicture : public testing::TestWithParam<Way> {};

TEST_P(TranscribeLivePicture, HasEachWordWithItsSound) {
  const Way& way = GetParam();
  LivePicture live(speech(way.results), {{"granularity", way.granularity},
                                         {"latency", way.latency},
                                         {"interim-strategy", way.strategy}});
  live.run_until(counted::start(kWords) + 2s + std::stol(way.latency) * 1ms);
  auto pictures = live.pictures();
  expect_in_time(pictures, std::string(way.granularity) == "word");
  expect_as_told(pictures);
  auto stats = live.pipeline().stats();
  EXPECT_EQ(time_field(stats.get(), "late-words"), 0u);
  EXPECT_EQ(time_field(stats.get(), "corrected-words"), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Ways, TranscribeLivePicture,
    testing::Values(Way{"WordsOfInterims", "word", Results::Interims},
                    Way{"WordsOfFinals", "word", Results::Finals},
                    Way{"WordsOfBoth", "word", Results::Both},
                    Way{"RollUpOfInterims", "rollup", Results::Interims},
                    Way{"RollUpOfFinals", "rollup", Results::Finals},
                    Way{"RollUpOfBoth", "rollup", Results::Both},
                    Way{"CuesOfInterims", "cue", Results::Interims},
                    Way{"CuesOfFinals", "cue", Results::Finals},
                    Way{"CuesOfBoth", "cue", Results::Both},
                    Way{"WhatIsTheDefault", "auto", Results::Both},
                    Way{"WhatIsTheDefaultOfMoreLatency", "auto", Results::Both, "6000"},
                    Way{"StableWords", "word", Results::Interims, "2000", "stable"},
                    Way{"StableRollUp", "rollup", Results::Both, "2000", "stable"},
                    Way{"StableCues", "cue", Results::Both, "4000", "stable"}),
    [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace dg
