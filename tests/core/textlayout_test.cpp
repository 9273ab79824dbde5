// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/textlayout.h"

#include <limits>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

namespace dg {
namespace {

using Words = std::vector<std::string>;

Words words_of(const std::string& text) {
  std::istringstream in(text);
  Words words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// The lines as they are written, with a bar between; nothing if the words do not fit.
std::string lines_of(const Words& words, const TextBox& box = {}) {
  auto first = balanced_lines(words, box);
  if (!first) return "does not fit";
  std::string out;
  for (std::size_t i = 0; i < first->size(); ++i) {
    std::size_t begin = (*first)[i];
    std::size_t end = i + 1 < first->size() ? (*first)[i + 1] : words.size();
    out += (i ? "|" : "") + written(std::span(words).subspan(begin, end - begin));
  }
  return out;
}

// What is taken of the text, then a bar and the rest.
std::string taken_of(const Words& words, const TextBox& box = {}, std::size_t most = 1000) {
  std::size_t count = words_that_fit(words, box, most);
  return written(std::span(words).first(count)) + '|' + written(std::span(words).subspan(count));
}

// --- lines

TEST(TextLayout, BreaksEnglishWhereItReadsWell) {
  const char* rows[] = {
      "This fits.",
      "This is exactly as long as a line may be.",
      "I went to the market this morning|and bought a loaf of bread.",
      "We were promised that the results|would be published before Monday.",
      "He told me about the house|in which he had grown up.",
      "Good morning, everybody.|We will begin in a minute or so.",
      "Well, if you ask me,|the whole thing was a bad idea.",
      "The doctor said to come back|if it does not get better by Friday.",
      "Yesterday evening I met Dr. Smith|and his wife at the station.",
      "It took us more than twenty years|to finish the work on the cathedral.",
      "Speaker 1: I did not say that he was late,|I said that he was not here.",
  };
  for (const char* row : rows) {
    std::string text = row;
    std::size_t bar = text.find('|');
    if (bar != std::string::npos) text[bar] = ' ';
    EXPECT_EQ(lines_of(words_of(text)), row);
  }
}

TEST(TextLayout, BreaksOtherScripts) {
  EXPECT_EQ(lines_of({"今日", "は", "天気", "が", "いい", "ので、", "公園", "に", "行き", "ます。"},
                     {24, 2}),
            "今日は天気がいいので、|公園に行きます。");
  EXPECT_EQ(lines_of({"今天", "天气", "很", "好，", "我们", "去", "公园", "吧。"}, {18, 2}),
            "今天天气很好，|我们去公园吧。");
  EXPECT_EQ(lines_of({"สวัสดี", "ครับ", "ผม", "ชื่อ", "สมชาย"}, {14, 2}), "สวัสดีครับ|ผมชื่อสมชาย");
  EXPECT_EQ(lines_of({"مرحبا", "بكم،", "اليوم", "نتحدث", "عن", "الطقس"}, {20, 2}),
            "مرحبا بكم،|اليوم نتحدث عن الطقس");
  EXPECT_EQ(lines_of({"मैं", "घर", "में", "हूँ", "और", "वह", "बाहर", "है।"}, {16, 2}),
            "मैं घर में हूँ|और वह बाहर है।");
}

TEST(TextLayout, BalancesWhereNothingReadsBetter) {
  EXPECT_EQ(lines_of({"aaaa", "bbbb", "cccc", "dddd"}, {18, 2}), "aaaa bbbb|cccc dddd");
  EXPECT_EQ(lines_of({"aaaa", "bbbb", "cccc"}, {10, 2}), "aaaa|bbbb cccc");
  EXPECT_EQ(lines_of({"aa", "bb", "cc", "dd", "ee", "ff"}, {8, 3}), "aa bb cc|dd ee ff");
  EXPECT_EQ(lines_of({"aa", "bb", "cc", "dd", "ee", "ff"}, {6, 3}), "aa bb|cc dd|ee ff");
}

TEST(TextLayout, LeavesNoWordAloneForASentence) {
  EXPECT_EQ(lines_of(words_of("Yes. I think that we should go to the market.")),
            "Yes. I think that we should go|to the market.");
}

TEST(TextLayout, SaysWhatDoesNotFit) {
  EXPECT_FALSE(balanced_lines(Words{}, {}));
  EXPECT_FALSE(balanced_lines(Words{"abcdef"}, {5, 2}));
  EXPECT_FALSE(balanced_lines(Words{"abc", "abc", "abc"}, {5, 2}));
  EXPECT_FALSE(balanced_lines(Words{"日本"}, {3, 9}));
  EXPECT_TRUE(balanced_lines(Words{"abc", "abc"}, {5, 2}));
  EXPECT_TRUE(balanced_lines(Words{"a"}, {0, 0}));
}

TEST(TextLayout, TakesEmptyWords) {
  EXPECT_EQ(lines_of({""}), "");
  EXPECT_EQ(lines_of({"", "a", "", "b", ""}, {3, 1}), "a b");
  EXPECT_EQ(balanced_lines(Words{"abc", "", "abc", ""}, {3, 2})->size(), 2u);
}

// --- how much makes a text

TEST(TextLayout, EndsATextWhereItReadsWell) {
  const char* rows[] = {
      // a sentence, though more would fit
      "This is the first sentence of the story, which we know well.|And this is the second one,"
      " which is long.",
      // not the one that would leave it nearly empty
      "Yes. I said that we would have gone there at once if we could,|but nobody had told us where"
      " it was.",
      // a phrase
      "I would like to thank everybody who helped us with the preparation of the"
      " conference|that we are opening",
  };
  for (const char* row : rows) {
    std::string text = row;
    text[text.find('|')] = ' ';
    EXPECT_EQ(taken_of(words_of(text)), row);
  }
}

TEST(TextLayout, LeavesNoScraps) {
  EXPECT_EQ(taken_of({"aaaa", "bbbb", "and", "dddd", "eeee", "ffff", "gg"}, {14, 2}),
            "aaaa bbbb and dddd eeee|ffff gg");
  EXPECT_EQ(taken_of({"aaaa", "bbbb", "and", "dddd", "eeee", "ffff", "gggg", "hhhh"}, {14, 2}),
            "aaaa bbbb and dddd eeee ffff|gggg hhhh");
}

TEST(TextLayout, TakesAllThatFitsAndNoMoreThanWanted) {
  Words words = words_of("one two three four");
  EXPECT_EQ(words_that_fit(words, {}, 4), 4u);
  EXPECT_EQ(words_that_fit(words, {}, 1000), 4u);
  EXPECT_EQ(words_that_fit(words, {}, 1), 1u);
  EXPECT_EQ(words_that_fit(words, {}, 0), 1u);
  EXPECT_EQ(words_that_fit(words, {1, 1}, 4), 1u);  // wider than the box
  EXPECT_EQ(words_that_fit(Words{}, {}, 4), 0u);
  EXPECT_LE(words_that_fit(words, {}, 3), 3u);
}

// --- anything

Words random_words(std::mt19937& random) {
  static const std::string kWords[] = {"the",
                                       "a",
                                       "house.",
                                       "and",
                                       "we,",
                                       "日本",
                                       "は",
                                       "、",
                                       "「",
                                       "สวัสดี",
                                       "안녕",
                                       "\xFF",
                                       "",
                                       "Dr.",
                                       "5",
                                       "km",
                                       "extraordinarily",
                                       "مرحبا",
                                       "नमस्ते",
                                       "👍",
                                       "Speaker 1: Well,",
                                       "-",
                                       " ",
                                       "e\u0301"};
  Words words(random() % 120);
  for (std::string& word : words) word = kWords[random() % std::size(kWords)];
  return words;
}

// The least number of lines, by trying all.
std::size_t fewest_lines(const Words& words, std::size_t length) {
  constexpr std::size_t kNone = 100'000;
  std::vector<std::size_t> fewest(words.size() + 1, kNone);
  fewest[0] = 0;
  for (std::size_t end = 1; end <= words.size(); ++end)
    for (std::size_t start = end; start-- > 0;)
      if (columns(written(std::span(words).subspan(start, end - start))) <= length)
        fewest[end] = std::min(fewest[end], fewest[start] + 1);
      else
        break;
  return fewest.back();
}

void check_lines(const Words& words, const TextBox& box) {
  auto first = balanced_lines(words, box);
  std::size_t fewest = fewest_lines(words, box.line_length);
  ASSERT_EQ(first.has_value(), !words.empty() && fewest <= box.lines);
  if (!first) return;
  ASSERT_EQ(first->size(), fewest);
  ASSERT_EQ(first->front(), 0u);
  for (std::size_t i = 0; i < first->size(); ++i) {
    std::size_t end = i + 1 < first->size() ? (*first)[i + 1] : words.size();
    ASSERT_LT((*first)[i], end);
    auto line = std::span(words).subspan((*first)[i], end - (*first)[i]);
    ASSERT_LE(columns(written(line)), box.line_length);
  }
}

void check_taken(const Words& words, const TextBox& box, std::size_t most) {
  std::size_t count = words_that_fit(words, box, most);
  ASSERT_EQ(count == 0, words.empty());
  ASSERT_LE(count, std::max<std::size_t>(1, std::min(words.size(), most)));
  Words taken(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(count));
  bool wide = !words.empty() && columns(words[0]) > box.line_length;
  ASSERT_TRUE(wide || fewest_lines(taken, box.line_length) <= box.lines);
  bool all_fit = most >= words.size() && fewest_lines(words, box.line_length) <= box.lines;
  ASSERT_TRUE(!all_fit || count == words.size());
}

TEST(TextLayout, HoldsForAnyWords) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int i = 0; i < 1000; ++i) {
    Words words = random_words(random);
    TextBox box{1 + random() % 60, 1 + random() % 40};
    check_lines(words, box);
    check_taken(words, {box.line_length, 1 + random() % 4}, random() % 130);
    if (HasFatalFailure()) return;
  }
}

TEST(TextLayout, TakesAnySize) {
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
  Words words(120, "word");
  EXPECT_EQ(balanced_lines(words, {kMost, kMost})->size(), 1u);
  EXPECT_EQ(balanced_lines(words, {1000, kMost})->size(), 1u);
  EXPECT_EQ(balanced_lines(words, {4, kMost})->size(), 120u);
  EXPECT_EQ(words_that_fit(words, {kMost, kMost}, kMost), 120u);
}

}  // namespace
}  // namespace dg
