// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/breakplace.h"

#include <ostream>
#include <string>

#include <gtest/gtest.h>

namespace dg {

static void PrintTo(BreakPlace place, std::ostream* out) {
  constexpr const char* kNames[] = {"Bad", "Poor", "Phrase", "Clause", "Sentence"};
  *out << kNames[static_cast<int>(place)];
}

namespace {

struct Row {
  std::string_view before, after;
};

class Place : public testing::Test {
 protected:
  static void expect(BreakPlace place, std::initializer_list<Row> rows) {
    for (const Row& row : rows)
      EXPECT_EQ(break_between(row.before, row.after), place) << row.before << '|' << row.after;
  }
};

TEST_F(Place, EndsSentences) {
  expect(BreakPlace::Sentence, {{"done.", "We"},
                                {"done!", "We"},
                                {"done?", "we"},
                                {"well...", "I"},
                                {"well…", "I"},
                                {"done.”", "She"},
                                {"done.\"", "She"},
                                {"done.)", "She"},
                                {"(done.)", "She"},
                                {"(done).", "She"},
                                {"です。", "次"},
                                {"か？」", "と"},
                                {"好！", "我"},
                                {"نعم؟", "هل"},
                                {"हूँ।", "आप"},
                                {"ہے۔", "وہ"},
                                {"2024.", "Then"},
                                {"3.5.", "Then"},
                                {"I.", "You"},
                                {"No.", "We"},
                                {"etc.", "Then"},
                                {"p.m.", "We"},
                                {"Yes?!", "No"},
                                {"example.com.", "We"},
                                {"Speaker 1: Hello.", "We"},
                                {"Mister.", "Smith"},
                                {".", "We"}});
}

TEST_F(Place, EndsNoSentenceBehindAbbreviations) {
  expect(BreakPlace::Bad, {{"Dr.", "Smith"},
                           {"Mr.", "Smith"},
                           {"(Mrs.", "Smith"},
                           {"e.g.", "this"},
                           {"i.e.", "this"},
                           {"J.", "Edgar"},
                           {"No.", "5"},
                           {"St.", "John"},
                           {"Speaker 1: Dr.", "Smith"}});
  expect(BreakPlace::Poor, {{"U.S.", "Senate"},
                            {"vs.", "them"},
                            {"p.m.", "today"},
                            {"Inc.", "said"},
                            {"Ph.D.", "was"},
                            {"3.5", "apples"}});
}

TEST_F(Place, EndsClauses) {
  expect(BreakPlace::Clause, {{"well,", "I"},
                              {"well;", "I"},
                              {"this:", "a"},
                              {"that –", "I"},
                              {"that—", "I"},
                              {"–", "I"},
                              {"-", "I"},
                              {"--", "I"},
                              {"そう、", "次"},
                              {"你好，", "我"},
                              {"نعم،", "هو"},
                              {"well,”", "he"},
                              {"\"well\",", "he"},
                              {"the,", "man"}});
}

TEST_F(Place, BeginsPhrasesWithWhoDoesSomething) {
  expect(BreakPlace::Phrase, {{"woman", "he"}, {"thing", "I"}, {"now", "We've"}});
  expect(BreakPlace::Poor, {{"did", "he"}, {"said", "she"}});
  expect(BreakPlace::Bad, {{"that", "he"}, {"if", "we"}, {"is", "she"}, {"not", "I"}});
}

TEST_F(Place, BeginsPhrases) {
  expect(BreakPlace::Phrase, {{"dog", "and"},
                              {"dog", "And"},
                              {"house", "with"},
                              {"said", "that"},
                              {"man", "who"},
                              {"go", "because"},
                              {"in", "when"},
                              {"her", "that"},
                              {"dog", "“and"},
                              {"it", "before"},
                              {"perro", "pero"},
                              {"maison", "avec"},
                              {"Haus", "weil"},
                              {"casa", "perché"},
                              {"huis", "omdat"},
                              {"घर", "और"},
                              {"は", "行く"},
                              {"から", "行く"}});
}

TEST_F(Place, KeepsTogetherWhatBelongsTogether) {
  expect(BreakPlace::Bad,
         {{"the", "house"},    {"The", "house"},  {"a", "and"},           {"my", "house"},
          {"of", "course"},    {"of", "which"},   {"out", "of"},          {"that", "that"},
          {"who", "in"},       {"i", "like"},     {"are", "met"},         {"in", "which"},
          {"to", "go"},        {"and", "then"},   {"he", "went"},         {"don’t", "know"},
          {"don't", "know"},   {"Mr", "Smith"},   {"President", "Obama"}, {"5", "km"},
          {"5.5", "percent,"}, {"$5", "million"}, {"twenty", "years"},    {"twenty", "five"},
          {"1,000", "000"},    {"la", "casa"},    {"les", "maisons"},     {"der", "Hund"},
          {"gli", "amici"},    {"o", "homem"},    {"het", "huis"},        {"word", ","},
          {"word", "-"},       {"word", "–"},     {"word", "..."},        {"私", "は"},
          {"行き", "ます。"},  {"カ", "ー"},      {"ま", "って"},         {"「", "はい"},
          {"我", "的"},        {"घर", "में"},       {"(", "yes"},           {"yes", ")"}});
}

TEST_F(Place, FindsNothingForOrAgainstTheRest) {
  expect(BreakPlace::Poor, {{"big", "house"},
                            {"do", "it"},
                            {"me", "the"},
                            {"president", "said"},
                            {"the president", "said"},
                            {"5", "apples"},
                            {"今日", "東京"},
                            {"مرحبا", "بك"},
                            {"", "word"},
                            {"word", ""},
                            {"", ""},
                            {"\xFF", "\xFE"},
                            {"word ", "word"},
                            {"Well-", "known"},
                            {"theatre", "show"}});
}

// Whatever it is given, it looks at no byte beyond it.
TEST_F(Place, TakesAnyBytes) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string word{static_cast<char>(first), static_cast<char>(second)};
      EXPECT_LE(break_between(word, word), BreakPlace::Sentence);
    }
  }
}

}  // namespace
}  // namespace dg
