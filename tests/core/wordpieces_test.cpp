// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/wordpieces.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "core/script.h"

namespace dg {
namespace {

using Pieces = std::vector<std::string>;

std::string whole(const Pieces& parts) {
  return std::accumulate(parts.begin(), parts.end(), std::string());
}

TEST(WordPieces, LeavesAWordThatFits) {
  EXPECT_EQ(pieces("", 5), Pieces{""});
  EXPECT_EQ(pieces("word", 4), Pieces{"word"});
  EXPECT_EQ(pieces("日本", 4), Pieces{"日本"});
}

TEST(WordPieces, CutsIntoEqualParts) {
  EXPECT_EQ(pieces("abcdefghij", 9), (Pieces{"abcde", "fghij"}));
  EXPECT_EQ(pieces("abcdefghij", 4), (Pieces{"abc", "defg", "hij"}));
  EXPECT_EQ(pieces("abc", 1), (Pieces{"a", "b", "c"}));
  EXPECT_EQ(pieces("abc", 0), (Pieces{"a", "b", "c"}));
  EXPECT_EQ(pieces("日本語", 1), (Pieces{"日", "本", "語"}));
  EXPECT_EQ(pieces("東京特許許可局", 8), (Pieces{"東京特許", "許可局"}));
}

TEST(WordPieces, CutsWhereTheScriptAllows) {
  const struct {
    std::string_view word;
    std::size_t line_length;
    Pieces pieces;
  } rows[] = {
      {"今日はいい天気、散歩しよう", 16, {"今日はいい天気、", "散歩しよう"}},
      {"あいうえっか", 8, {"あいう", "えっか"}},
      {"サーバーサーバー", 10, {"サーバー", "サーバー"}},
      {"ああ「い」う", 6, {"ああ", "「い」", "う"}},
      {"今天天气很好，我们去公园吧。", 18, {"今天天气很好，", "我们去公园吧。"}},
      {"私はMicrosoftの人", 13, {"私はMicrosoft", "の人"}},
      {"https://example.com/watch?v=1", 20, {"https://example.", "com/watch?v=1"}},
      {"...............", 10, {"........", "......."}},  // nowhere allowed
  };
  for (const auto& row : rows) EXPECT_EQ(pieces(row.word, row.line_length), row.pieces) << row.word;
}

TEST(WordPieces, KeepsWhatIsOneCharacter) {
  for (std::string one : {"e\u0301", "か\u3099", "👨\u200D👩\u200D👧", "👍\U0001F3FD", "🇯🇵", "❤\uFE0F",
                          "क्षि", "กำ", "เก้", "\u1112\u1161\u11AB"}) {
    std::string word;
    for (int i = 0; i < 7; ++i) word += one;
    for (std::size_t length : {1, 5, 9, 13}) {
      Pieces parts = pieces(word, length);
      EXPECT_EQ(whole(parts), word);
      EXPECT_GT(parts.size(), 1u) << one;
      for (const std::string& piece : parts) EXPECT_EQ(piece.size() % one.size(), 0u) << piece;
    }
  }
}

TEST(WordPieces, EndsCharactersThatHaveNoEnd) {
  std::string word = "e";
  for (int i = 0; i < 1000; ++i) word += "\u0301";
  Pieces parts = pieces(word, 42);
  EXPECT_EQ(whole(parts), word);
  for (const std::string& piece : parts) EXPECT_LE(columns(piece), 42u);
}

// Words of letters, wide ones, marks, punctuation, joiners and broken bytes.
std::string random_word(std::mt19937& random) {
  static const std::string kParts[] = {"a",      "日",     "ー",   "。",   "「", "\u0301",
                                       "\u200D", "👍",      "\xFF", "\xE3", "-",  " ",
                                       "เ",      "\u094D", "क",    "🇯",    "b",  "c"};
  std::string word;
  for (std::size_t count = random() % 80; count > 0; --count)
    word += kParts[random() % std::size(kParts)];
  return word;
}

TEST(WordPieces, LoseNothingOfAnyWord) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int i = 0; i < 5000; ++i) {
    std::string word = random_word(random);
    std::size_t length = 1 + random() % 50;
    Pieces parts = pieces(word, length);
    ASSERT_EQ(whole(parts), word);
    ASSERT_TRUE(columns(word) > length || parts.size() == 1);
    for (const std::string& piece : parts) {
      ASSERT_FALSE(piece.empty() && !word.empty());
      // One that is wider is a single character to the reader.
      ASSERT_TRUE(columns(piece) <= length || pieces(piece, length).size() == 1) << piece;
    }
  }
}

}  // namespace
}  // namespace dg
