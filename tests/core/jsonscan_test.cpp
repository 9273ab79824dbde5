// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/jsonscan.h"

#include <string>

#include <gtest/gtest.h>

namespace dg {
namespace {

std::string nested(int levels) {
  std::string text = "{\"a\":";
  text.append(static_cast<std::size_t>(levels - 1), '[');
  text.append(static_cast<std::size_t>(levels - 1), ']');
  return text + "}";
}

TEST(JsonScan, TakesWhatIsJson) {
  for (const char* text :
       {"{}", " \t\r\n{ }\n", R"({"a":[1,-2,3.5,1e5,1E+05,2e-05,0,0.5,-0.0,true,false,null]})",
        R"({"a":"\"\\\/\b\f\n\r\t","b":"\u00fc\ud83d\ude00 \uFFFF","c":"//[[{{#'"})",
        "{\"a\":\"ü\"}", R"({"id":18446744073709551615,"small":-999999999999999999})"})
    EXPECT_TRUE(is_scannable_json(text)) << text;
}

TEST(JsonScan, RefusesWhatIsNoObject) {
  for (const char* text :
       {"", " ", "1", "[]", "\"a\"", "null", "var a = {}", "x{}", "\xEF\xBB\xBF{}"})
    EXPECT_FALSE(is_scannable_json(text)) << text;
}

TEST(JsonScan, SaysWhereOfAnArrayToo) {
  EXPECT_FALSE(unscannable_at("[1, {\"a\": [2]}]\n"));
  const struct {
    const char* text;
    std::size_t at;
  } rows[] = {{"", 0},       {" 1", 1},   {"[1", 2},
              {"[1] []", 4}, {"[1]]", 3}, {"[\"\\ud800\"]", 1},
              {"[010]", 1},  {"[1]{}", 3}};
  for (const auto& row : rows) EXPECT_EQ(unscannable_at(row.text), row.at) << row.text;
}

TEST(JsonScan, RefusesWhatDoesNotEnd) {
  for (const char* text :
       {"{", "{\"a\":[1}", "{\"a", "{\"a\":\"b}", "{\"a\\", "{\"a\\u12", "{\"\\ud800"})
    EXPECT_FALSE(is_scannable_json(text)) << text;
}

TEST(JsonScan, RefusesASecondDocument) {
  for (const char* text : {"{}{}", "{} x", "{}]", "{},{}"})
    EXPECT_FALSE(is_scannable_json(text)) << text;
  EXPECT_FALSE(is_scannable_json(std::string_view("{}\0", 3)));
}

// json-glib skips comments, so that a quote in one would hide what follows from the count.
TEST(JsonScan, RefusesCommentsAndOtherQuotes) {
  for (const char* text : {"{/*\"*/}", "{//\"\n}", "{#\n}", "{'a':1}", "{\"a\":$1}", "{\"a\":0x1}"})
    EXPECT_FALSE(is_scannable_json(text)) << text;
}

TEST(JsonScan, RefusesEscapesThatJsonGlibMangles) {
  for (const char* text :
       {R"({"a":"\ud800"})", R"({"a":"\ud800x"})", R"({"a":"\ud800\n"})", R"({"a":"\ud800\ud800"})",
        R"({"a":"\udc00\udc00"})", R"({"a":"\377"})", R"({"a":"\x41"})", R"({"a":"\u12g4"})",
        R"({"a":"\u-123"})", "{\"a\":\"\n\"}"})
    EXPECT_FALSE(is_scannable_json(text)) << text;
}

TEST(JsonScan, RefusesNumbersThatJsonGlibMangles) {
  for (const char* text :
       {R"({"a":010})", R"({"a":-010})", R"({"a":00.5})", R"({"a":-18446744073709551615})",
        R"({"a":-9223372036854775808})", R"({"a":NaN})", R"({"a":Infinity})", R"({"a":-Infinity})"})
    EXPECT_FALSE(is_scannable_json(text)) << text;
}

TEST(JsonScan, CountsTheNesting) {
  EXPECT_TRUE(is_scannable_json(nested(kDeepestNesting)));
  EXPECT_FALSE(is_scannable_json(nested(kDeepestNesting + 1)));
  EXPECT_FALSE(is_scannable_json(nested(80'000)));
}

}  // namespace
}  // namespace dg
