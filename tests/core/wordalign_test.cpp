// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/wordalign.h"

#include <gtest/gtest.h>

#include "core/letters.h"
#include "wordsteps.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

std::vector<HeardWord> heard(const std::string& text) {
  std::vector<HeardWord> out;
  for (const Word& word : words_in(text))
    out.push_back({letters(word.word), word.start, word.end, "", false});
  return out;
}

// "may be=maybe cat~cap": the same words, and others in their time.
std::string described(const std::vector<WordMatch>& matches, const std::vector<HeardWord>& before,
                      const std::vector<HeardWord>& after) {
  auto text = [](const std::vector<HeardWord>& words, std::size_t from, std::size_t count) {
    std::string out;
    for (std::size_t i = from; i < from + count; ++i)
      out += (out.empty() ? "" : "+") + words.at(i).letters;
    return out;
  };
  std::string out;
  for (const WordMatch& match : matches) {
    if (!out.empty()) out += ' ';
    out += text(before, match.before, match.before_count) + (match.same ? "=" : "~") +
           text(after, match.after, match.after_count);
  }
  return out;
}

std::string aligned(const std::string& before, const std::string& after) {
  auto a = heard(before), b = heard(after);
  return described(align(a, a.size(), b), a, b);
}

TEST(WordAlign, FindsWhatBecameOfEachWord) {
  struct {
    const char *what, *before, *after, *expected;
  } rows[] = {
      {"nothing", "", "", ""},
      {"nothing before", "", "a@0+100", ""},
      {"nothing after", "a@0+100", "", ""},
      {"the same", "a@0+100 b@100+100", "a@0+100 b@100+100", "a=a b=b"},
      {"case and marks", "May,@0+100 be@100+100", "may@0+100 Be.@100+100", "may=may be=be"},
      {"shifted", "a@500+100 b@600+100", "a@1400+100 b@1500+100", "a=a b=b"},
      {"shifted too far", "a@500+100", "a@1501+100", ""},
      {"merged", "may@0+200 be@200+200 so@400+200", "maybe@0+400 so@400+200", "may+be=maybe so=so"},
      {"merged of four", "a@0+99 b@99+99 c@198+99 d@297+99", "abcd@0+400", "a+b+c+d=abcd"},
      {"divided", "maybe@0+400 so@400+200", "may@0+200 be@200+200 so@400+200",
       "maybe=may+be so=so"},
      {"another text", "cat@0+300 so@300+200", "hat@0+300 so@300+200", "cat~hat so=so"},
      {"another text, half of its time", "cat@0+300", "hat@150+300", "cat~hat"},
      {"another text, beside it", "cat@0+300", "hat@151+300", ""},
      {"left out", "a@0+100 uh@100+100 b@200+100", "a@0+100 b@200+100", "a=a b=b"},
      {"put in", "a@0+100 b@200+100", "a@0+100 uh@100+100 b@200+100", "a=a b=b"},
      {"equal before other", "x@0+200 the@100+200", "the@0+200 y@100+200", "the=the"},
      {"repeated", "the@0+100 the@100+100", "the@0+100 the@100+100", "the=the the=the"},
      {"begun", "cap@0+200", "captions@0+500", "cap~captions"},
      {"begun by two", "tran@0+200 scrip@200+300", "transcription@0+900",
       "tran+scrip~transcription"},
      {"divided otherwise", "on@0+200 linetext@200+400", "online@0+400 text@400+200",
       "on+linetext=online+text"},
      {"divided otherwise and begun", "on@0+200 linetext@200+400", "online@0+400",
       "on+linetext~online"},
      {"begun in two", "transcription@0+900", "tran@0+200 scrip@200+300",
       "transcription~tran+scrip"},
      {"divided and shifted", "a@0+99 b@99+99", "x@0+50 ab@100+200", "a+b=ab"},
      {"no division of what is whole", "dog@0+200", "dog@200+200 d@400+90 og@490+90", "dog=dog"},
      {"without length", "a@500+0 b@500+0", "a@500+0 b@500+0", "a=a b=b"},
      {"without length, other text", "a@500+0", "b@500+0", "a~b"},
      {"without length, elsewhere", "a@500+0", "b@600+0", ""},
      {"out of order", "b@500+100 a@0+100", "b@600+100 a@100+100", "b=b a=a"},
      {"behind a pause", "a@0+100 b@9000+100", "a@200+100 x@300+100 b@9200+100", "a=a b=b"},
  };
  for (const auto& row : rows) EXPECT_EQ(aligned(row.before, row.after), row.expected) << row.what;
}

TEST(WordAlign, TakesTheNearestOfEqualWords) {
  auto before = heard("x@0+100 no@1000+100 z@3000+100");
  auto after = heard("no@300+100 no@1000+100 no@1700+100 z@3000+100");
  auto matches = align(before, 0, after);
  ASSERT_EQ(matches.size(), 2u);
  EXPECT_EQ(matches[0].before, 1u);
  EXPECT_EQ(matches[0].after, 1u);
}

TEST(WordAlign, KnowsWhatAWordWasBefore) {
  auto before = heard("cat@0+100");
  before[0].once = "hat";
  auto after = heard("hat@500+100");
  EXPECT_EQ(described(align(before, 0, after), before, after), "cat=hat");
}

TEST(WordAlign, DividesWordsAsTheyWereHeardLast) {
  auto before = heard("on@0+200 line@200+200");
  before[0].once = "an";
  auto after = heard("online@0+400");
  EXPECT_EQ(described(align(before, 2, after), before, after), "on+line=online");
  after = heard("anline@0+400");
  EXPECT_EQ(described(align(before, 2, after), before, after), "on+line=anline");
}

TEST(WordAlign, TakesNoOtherWordWhereTextAloneCounts) {
  auto before = heard("cat@0+100");
  before[0].by_text_only = true;
  auto other = heard("hat@0+100"), same = heard("cat@500+100");
  EXPECT_TRUE(align(before, 1, other).empty());
  EXPECT_EQ(align(before, 1, same).size(), 1u);
}

TEST(WordAlign, HasNewWordsBehindWhatWasGivenOut) {
  auto before = heard("no@1000+100");
  auto after = heard("no@800+100 no@1000+100");
  EXPECT_EQ(align(before, 1, after).at(0).after, 0u);
  EXPECT_EQ(align(after, 2, before).at(0).before, 0u);
}

// Each word once, in order, however many there are at whichever times.
TEST(WordAlign, HoldsWithThousandsOfWords) {
  for (long every : {0, 10, 300, 5000}) {
    for (bool alike : {false, true}) {
      std::vector<HeardWord> before, after;
      for (int i = 0; i < 3000; ++i) {
        std::string text = alike ? "no" : "w" + std::to_string(i);
        Nanos start = i * every * 1ms;
        before.push_back({i == 0 ? "first" : text, start, start + 200ms, "", false});
        if (i % 100 != 50) after.push_back({text, start + 160ms, start + 360ms, "", false});
      }
      std::vector<WordMatch> matches = align(before, 0, after);
      std::size_t a = 0, b = 0, same = 0;
      for (const WordMatch& match : matches) {
        EXPECT_GE(match.before, a);
        EXPECT_GE(match.after, b);
        a = match.before + match.before_count;
        b = match.after + match.after_count;
        same += match.same;
      }
      EXPECT_LE(a, before.size());
      EXPECT_LE(b, after.size());
      EXPECT_GE(same, 2940u) << every << ' ' << alike;
    }
  }
}

}  // namespace
}  // namespace dg
