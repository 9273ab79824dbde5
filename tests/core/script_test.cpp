// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/script.h"

#include <vector>

#include <gtest/gtest.h>

namespace dg {
namespace {

using namespace std::string_view_literals;

TEST(Script, CountsColumns) {
  const struct {
    std::string_view text;
    std::size_t columns;
  } rows[] = {
      {"", 0},        {"word", 4},         {"naïve", 5},        {"日本語", 6}, {"カー、", 6},
      {"ｶﾅ", 2},      {"한국", 4},         {"สวัสดี", 6},         {"नमस्ते", 6},   {"مرحبا", 5},
      {"e\u0301", 2}, {"が", 2},           {"か\u3099", 4},     {"👍", 2},      {"👍\U0001F3FD", 4},
      {"\xFF", 1},    {"\xE3\x81", 2},     {"a\xC3", 2},        {"\0"sv, 1},   {"a\0b"sv, 3},
      {"ＡＢ", 4},    {"\xED\xA0\x80", 3}, {"\u200D\u00A0", 2},
  };
  for (const auto& row : rows) EXPECT_EQ(columns(row.text), row.columns) << row.text;
}

TEST(Script, ReadsCharacterByCharacter) {
  EXPECT_EQ(first_character("日本").code, U'日');
  EXPECT_EQ(first_character("日本").size, 3u);
  EXPECT_EQ(first_character("\xE6\x97").size, 1u);  // cut off
  EXPECT_EQ(first_character("\xE6\x97").code, U'\uFFFD');
  EXPECT_EQ(first_character("\0"sv).size, 1u);
  EXPECT_EQ(first_character("\U0001F600x").size, 4u);
}

TEST(Script, PutsBlanksWhereTheScriptHasThem) {
  const struct {
    std::string_view before, after;
    bool blank;
  } rows[] = {
      {"one", "two", true},       {"今日", "は", false},     {"カー", "です", false},
      {"你好，", "我", false},    {"你好", "，", false},     {"「はい」", "と", false},
      {"สวัสดี", "ครับ", false},     {"ສະບາຍ", "ດີ", false},     {"សួស្តី", "បង", false},
      {"မင်္ဂလာ", "ပါ", false},     {"안녕", "하세요", true},  {"नमस्ते", "दुनिया", true},
      {"مرحبا", "بك", true},      {"iPhone", "を", true},    {"を", "iPhone", true},
      {"か\u3099", "ー", false},  {"他说…", "我", false},    {"“你好”", "我", false},
      {"ok…", "I", true},         {"…", "我", true},         {"你好,", "我", true},
      {"", "word", false},        {"我", "", false},         {"\xFF", "\xFF", true},
      {"我\xE6\x97", "我", true}, {"我\x97", "我", true},    {"我", "\x97我", true},
      {"ｶﾞ", "ｰ", false},         {"２０２４", "年", false}, {"👍", "我", true},
  };
  for (const auto& row : rows)
    EXPECT_EQ(blank_between(row.before, row.after), row.blank) << row.before << '|' << row.after;
}

TEST(Script, WritesWords) {
  auto text = [](std::vector<std::string> words) { return written(words); };
  EXPECT_EQ(text({}), "");
  EXPECT_EQ(text({"Hello,", "world."}), "Hello, world.");
  EXPECT_EQ(text({"今日", "は", "iPhone", "を", "買う。"}), "今日は iPhone を買う。");
  EXPECT_EQ(text({"", "a", "", "b", ""}), "a b");
}

TEST(Script, KnowsWhatNoLineBeginsWith) {
  for (auto word :
       {"、", "。", "」", "）", "ー", "っ", "ゃ", "々", "!", "?", ")", "»", "”", "，", "ァ"})
    EXPECT_FALSE(may_begin_line(word)) << word;
  for (auto word : {"", "a", "日", "「", "(", "-5", "'em", "\"Yes", "…", "ア", "¿Qué", "\xFF"})
    EXPECT_TRUE(may_begin_line(word)) << word;
}

TEST(Script, KnowsWhatNoLineEndsWith) {
  for (auto word : {"「", "（", "a (", "“", "«"}) EXPECT_FALSE(may_end_line(word)) << word;
  for (auto word : {"", "a", "日", "」", ")", "\xFF"}) EXPECT_TRUE(may_end_line(word)) << word;
}

}  // namespace
}  // namespace dg
