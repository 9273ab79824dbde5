// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/wordrelease.h"

#include <gtest/gtest.h>

#include "support/recordedmessages.h"
#include "wordsteps.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr auto kDisabled = InterimStrategy::Disabled;
constexpr auto kDeadline = InterimStrategy::Deadline;
constexpr auto kStable = InterimStrategy::Stable;

struct Row {
  const char* what;
  InterimStrategy strategy;
  std::vector<const char*> steps;
  const char* said;
  unsigned corrected = 0;
};

void expect_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    WordRelease release(row.strategy);
    for (const char* line : row.steps) step(release, line);
    EXPECT_EQ(described(release.said()), row.said) << row.what;
    EXPECT_EQ(release.corrected(), row.corrected) << row.what;
    EXPECT_TRUE(release.said().empty()) << row.what;
  }
}

TEST(WordRelease, GivesOutEachWordOnce) {
  expect_rows({
      {"finals", kDisabled, {"f 0 1000 a@0+500 b@500+500", "f 1000 2000 c@1000+500"}, "a b c"},
      {"finals only", kDisabled, {"i 0 1000 a@0+500", "d 9000", "f 0 2000 b@0+500"}, "b"},
      {"nothing is due", kDeadline, {"i 0 1000 a@100+500", "d 99", "f 0 2000 b@100+500"}, "b"},
      {"due", kDeadline, {"i 0 1000 a@100+300 b@400+300", "d 100", "d 399"}, "a~"},
      {"due again",
       kDeadline,
       {"i 0 1000 a@100+300", "d 100", "d 200", "i 0 2000 a@100+300", "d 900"},
       "a~"},
      {"due, then final",
       kDeadline,
       {"i 0 1000 a@0+300 b@300+300", "d 100", "f 0 1000 a@0+300 b@300+300"},
       "a~ b"},
      {"shifted",
       kDeadline,
       {"i 0 1000 a@300+300", "d 300", "f 0 1000 a@500+300 b@800+200"},
       "a~ b"},
      {"case and marks",
       kDeadline,
       {"i 0 1000 may@0+300", "d 0", "f 0 1000 May,@0+300 be.@300+300"},
       "may~ be."},
      {"without a blank",
       kDeadline,
       {"i 0 1000 こ@0+200 ん@200+200", "d 100", "f 0 1000 こん@0+400"},
       "こ~ ん"},
      {"what was spoken before goes before",
       kDeadline,
       {"i 0 2000 a@900+100 b@500+100", "d 500"},
       "a~ b~"},
  });
}

TEST(WordRelease, FollowsRevisions) {
  expect_rows({
      {"merged",
       kDeadline,
       {"i 0 1000 may@0+200 be@200+200 so@400+200", "d 200", "f 0 1000 maybe@0+400 so@400+200"},
       "may~ be~ so"},
      {"merged in an interim and back",
       kDeadline,
       {"i 0 1000 may@0+200 be@200+200", "d 200", "i 0 1000 maybe@0+400 so@400+200", "d 500",
        "f 0 1000 may@0+200 be@200+200 so@400+200"},
       "may~ be~ so~"},
      {"merged where half was due",
       kDeadline,
       {"i 0 1000 may@0+200 be@200+200 so@400+200", "d 100", "f 0 1000 maybe@0+400 so@400+200"},
       "may~ be so"},
      {"divided",
       kDeadline,
       {"i 0 1000 maybe@0+400 so@400+200", "d 0", "f 0 1000 may@0+200 be@200+200 so@400+200"},
       "maybe~ so"},
      {"divided word by word",
       kDeadline,
       {"i 0 1000 maybe@0+400", "d 0", "i 0 1000 may@0+200", "d 900",
        "i 0 1000 may@0+200 be@200+200", "d 900", "f 0 1000 may@0+200 be@200+200 so@400+200"},
       "maybe~ so"},
      {"divided otherwise",
       kDeadline,
       {"i 0 1000 on@0+200 linetext@200+400", "d 200",
        "f 0 1000 online@0+400 text@400+200 so@600+200"},
       "on~ linetext~ so"},
      {"divided otherwise where half was due",
       kDeadline,
       {"i 0 1000 on@0+200 linetext@200+400", "d 0",
        "f 0 1000 online@0+400 text@400+200 so@600+200"},
       "on~ line text so"},
      {"another text",
       kDeadline,
       {"i 0 1000 cat@0+300 is@300+200", "d 0", "f 0 1000 hat@0+300 is@300+200"},
       "cat~ is",
       1},
      {"another text, then another time",
       kDeadline,
       {"i 0 1000 cat@0+300", "d 0", "i 0 1000 hat@100+300", "i 0 1000 hat@300+300", "d 900",
        "f 0 1000 hat@500+300"},
       "cat~",
       1},
      {"another text and back",
       kDeadline,
       {"i 0 1000 cat@0+300", "d 0", "i 0 1000 hat@0+300", "d 900", "f 0 1000 cat@0+300"},
       "cat~"},
      {"another text of more words",
       kDeadline,
       {"i 0 1000 alright@0+500", "d 0", "f 0 1000 all@0+200 right@200+300 so@500+200"},
       "alright~ so",
       1},
      {"another text of more words, in an interim first",
       kDeadline,
       {"i 0 1000 25@0+600", "d 0", "i 0 1000 twenty@0+350 five@350+250", "d 900",
        "f 0 1000 twenty@0+300 five@300+300 so@600+200"},
       "25~ so",
       1},
      {"two at once, of which one is another text for a while",
       kDeadline,
       {"i 0 2000 wifi@0+700", "d 0", "i 0 2000 why@0+480 fi@500+150 so@800+200", "d 900",
        "f 0 2000 wi@0+450 fi@500+200 so@800+200"},
       "wifi~ so~"},
      {"another text that takes more time",
       kDeadline,
       {"i 0 1000 bat@0+200", "d 0", "i 0 1000 catsup@0+500", "d 900",
        "f 0 1000 cat@0+200 sup@200+300"},
       "bat~ sup",
       1},
      {"left out",
       kDeadline,
       {"i 0 1000 uh@0+300 so@400+200", "d 0", "f 0 1000 so@400+200"},
       "uh~ so",
       1},
      {"left out, and a pause",
       kDeadline,
       {"i 0 1000 uh@0+300", "d 0", "f 0 1000", "f 1000 2000 so@1500+200"},
       "uh~ so",
       1},
      {"put in",
       kDeadline,
       {"i 0 1000 a@0+300 c@600+300", "d 600", "f 0 1000 a@0+300 b@300+300 c@600+300"},
       "a~ c~ b"},
      {"put in by an interim",
       kDeadline,
       {"i 0 1000 a@0+300 c@600+300", "d 600", "i 0 1000 a@0+300 b@300+300 c@600+300 d@900+50",
        "d 999", "f 0 1000 a@0+300 b@300+300 c@600+300 d@900+50"},
       "a~ c~ d~ b"},
      {"new in front, and shrinking",
       kDeadline,
       {"i 0 3000 a@0+300 c@2000+300", "d 2000", "i 0 3000 a@0+300 b@1000+300", "d 2000",
        "i 0 3000 a@0+300 b@1000+300 c@2000+300 d@2300+300", "d 2300",
        "f 0 3000 a@0+300 b@1000+300 c@2000+300"},
       "a~ c~ d~ b",
       1},
      {"covered by two",
       kDeadline,
       {"i 0 4000 a@1000+900 b@2300+900", "d 2300", "f 0 4000 c@1600+1000 d@3200+100"},
       "a~ b~ d",
       2},
      {"shrinking",
       kDeadline,
       {"i 0 2000 a@0+300 b@300+300 c@600+300", "d 300", "i 0 2000 a@0+300", "d 900", "i 0 2000",
        "d 900", "i 0 2000 a@0+300 b@300+300 c@600+300", "d 400",
        "f 0 2000 a@0+300 b@300+300 c@600+300"},
       "a~ b~ c"},
      {"the begin of a word",
       kDeadline,
       {"i 0 500 cap@0+200", "d 0", "f 0 1000 Captions,@0+600 so@600+200"},
       "cap~ tions, so"},
      {"the begin of a word, in interims",
       kDeadline,
       {"i 0 500 cap@0+200", "d 0", "i 0 1000 captions@0+600 so@600+200", "d 600",
        "f 0 1000 captions@0+600 so@600+200"},
       "cap~ tions~ so~"},
      {"the begin of a word, and another in the time of the rest",
       kDeadline,
       {"i 0 1000 every@0+200 won@200+200", "d 200", "f 0 1000 everyone@0+400 so@400+200"},
       "every~ won~ so",
       2},
      {"two that begin a word",
       kDeadline,
       {"i 0 500 tran@0+200 scrip@200+200", "d 300", "f 0 1000 transcription@0+900"},
       "tran~ scrip~ tion"},
      {"without length",
       kDeadline,
       {"i 0 500 a@100+0 b@100+0", "d 100", "f 0 500 a@100+0 b@100+0 c@100+0"},
       "a~ b~ c"},
      {"out of order",
       kDeadline,
       {"i 0 2000 b@900+200 a@300+200", "d 300", "f 0 2000 b@1000+200 a@200+200 c@1300+100"},
       "b~ a~ c"},
      {"overlapping",
       kDeadline,
       {"i 0 2000 a@0+1000 b@100+1000", "d 0", "f 0 2000 a@0+1000 b@100+1000 c@200+1000"},
       "a~ b c"},
  });
}

TEST(WordRelease, LeavesTheRestToTheNextResult) {
  expect_rows({
      {"a final that is shorter",
       kDeadline,
       {"i 0 3000 a@0+500 b@1000+500 c@2000+500", "d 2000", "f 0 1600 a@0+500 b@1000+500",
        "f 1600 3000 c@2000+500 d@2500+300"},
       "a~ b~ c~ d"},
      {"what waits behind it stays",
       kDeadline,
       {"i 0 3000 a@0+500 b@1000+500 c@2000+500", "d 0", "f 0 1600 a@0+500 b@1000+500", "d 2000"},
       "a~ b c~"},
      {"what waits before it does not",
       kDeadline,
       {"i 0 3000 a@0+500 b@1000+500 c@2000+500", "f 0 1600 a@0+500", "d 3000"},
       "a c~"},
      {"an interim of what is final",
       kDeadline,
       {"f 0 1600 a@0+500 b@1000+500", "i 0 3000 a@0+500 b@1000+500 c@2000+500", "d 3000"},
       "a b c~"},
      {"over the border",
       kDeadline,
       {"i 0 3000 a@0+500 b@900+200 c@1200+200", "d 1200", "f 0 1000 a@0+500",
        "f 1000 3000 b@1010+200 c@1200+200"},
       "a~ b~ c~"},
      {"over the border, late",
       kDeadline,
       {"i 0 3000 a@0+500 b@800+180", "d 1200", "f 0 1000 a@0+500",
        "f 1000 3000 b@1100+180 c@1300+200"},
       "a~ b~ c"},
      {"over the border, early",
       kDeadline,
       {"i 0 3000 a@0+500 b@900+400", "f 0 1000 a@0+500 b@700+250", "d 1200",
        "f 1000 3000 c@1100+200"},
       "a b c"},
      {"gone at the border",
       kDeadline,
       {"i 0 3000 a@0+500 b@800+180", "d 1200", "f 0 1000 a@0+500", "f 1000 3000 c@1001+180"},
       "a~ b~ c",
       1},
      {"half a word over the border",
       kDeadline,
       {"i 0 3000 maybe@700+500", "d 1200", "f 0 1000 may@700+250",
        "f 1000 3000 be@1000+200 so@1200+100"},
       "maybe~ so"},
      {"said twice over the border",
       kDeadline,
       {"f 0 1000 the@800+200", "f 1000 2000 the@1000+200"},
       "the the"},
      {"moved behind a final that is not the end",
       kDeadline,
       {"i 0 3000 a@0+500 b@800+180 c@1300+200", "f 0 1000 a@0+500", "d 1300"},
       "a b~ c~"},
      {"gone before an end",
       kDeadline,
       {"i 0 3000 a@0+500 b@800+180 c@1300+200", "F 0 1000 a@0+500", "d 1300"},
       "a | c~"},
      {"half a waiting word over the border",
       kDeadline,
       {"i 0 3000 maybe@700+500 so@1300+100", "f 0 1000 may@700+250", "d 1300"},
       "may be~ so~"},
      {"a new connection",
       kDeadline,
       {"f 0 1000 a@500+300", "i 1000 3000 b@1000+300 c@1500+300 d@2000+300", "d 1500",
        "i 1000 1400 b@1050+300", "d 1600", "i 1000 2000 b@1050+300 c@1450+300", "d 1700",
        "f 1000 3000 b@1050+300 c@1450+300 d@2050+300"},
       "a b~ c~ d"},
      {"audio that was lost",
       kDeadline,
       {"i 1000 3000 b@1000+300 c@1500+300", "d 1500", "f 9000 9900 d@9000+300"},
       "b~ c~ d",
       2},
      {"another time",
       kDeadline,
       {"i 90000 93000 b@91000+300", "d 91000", "f 0 1000 a@0+300", "f 1000 93000 b@91100+300"},
       "b~ a b",
       1},
  });
}

TEST(WordRelease, KnowsRepeatedWords) {
  expect_rows({
      {"twice",
       kDeadline,
       {"i 0 1000 the@0+200 the@200+200", "d 0", "d 100", "f 0 1000 the@0+200 the@200+200"},
       "the~ the"},
      {"twice, both due",
       kDeadline,
       {"i 0 1000 the@0+200 the@200+200", "d 300", "f 0 1000 the@0+200 the@200+200"},
       "the~ the~"},
      {"twice, one after the other",
       kDeadline,
       {"i 0 300 the@0+200", "d 300", "i 0 600 the@100+200 the@300+200", "d 600",
        "f 0 600 the@50+200 the@250+200"},
       "the~ the~"},
      {"many, shifted",
       kDeadline,
       {"i 0 1000 no@0+200 no@200+200 no@400+200", "d 400",
        "i 0 2000 no@200+200 no@400+200 no@600+200 no@800+200 no@1000+200", "d 900",
        "f 0 2000 no@100+200 no@300+200 no@500+200 no@700+200 no@900+200 no@1100+200"},
       "no~ no~ no~ no~ no no"},
  });
}

TEST(WordRelease, GivesOutStableWords) {
  expect_rows({
      {"two agree",
       kStable,
       {"i 0 2000 a@0+500 b@500+500 c@1000+500", "i 0 2500 A,@100+500 b@500+500 c@1000+600",
        "d -1"},
       "A,~ b~"},
      {"one alone", kStable, {"i 0 2000 a@0+500"}, ""},
      {"elsewhere", kStable, {"i 0 2000 a@0+500", "i 0 2500 a@151+500"}, ""},
      {"other text", kStable, {"i 0 2000 a@0+500 b@500+100", "i 0 2500 c@0+500 b@500+100"}, ""},
      {"too young", kStable, {"i 0 2000 a@0+500", "i 0 1499 a@0+500"}, ""},
      {"old enough", kStable, {"i 0 2000 a@0+500", "i 0 1500 a@0+500"}, "a~"},
      {"behind what was given out",
       kStable,
       {"i 0 2000 a@0+500 b@500+500", "d 0", "i 0 2500 a@0+500 b@500+500"},
       "a~ b~"},
      {"due before", kStable, {"i 0 700 a@0+500", "d 0", "f 0 900 a@0+500"}, "a~"},
      {"deadline does not", kDeadline, {"i 0 2000 a@0+500", "i 0 2500 a@0+500"}, ""},
  });
}

TEST(WordRelease, TellsWhereSpeechEnds) {
  expect_rows({
      {"with the words", kDeadline, {"F 0 1000 a@0+500"}, "a |"},
      {"behind them", kDeadline, {"f 0 1000 a@0+500", "F 1000 2000"}, "a |"},
      {"by itself", kDeadline, {"f 0 1000 a@0+500", "e 500"}, "a |"},
      {"twice", kDeadline, {"F 0 1000 a@0+500", "e 500", "F 1000 2000"}, "a |"},
      {"without words", kDeadline, {"F 0 1000", "e 500"}, ""},
      {"all was given out", kDeadline, {"i 0 1000 a@0+500", "d 0", "F 0 1000 a@0+500"}, "a~ |"},
      {"before the next", kDeadline, {"F 0 1000 a@0+500", "F 1000 2000 b@1000+500"}, "a | b |"},
      {"late", kDeadline, {"F 0 1000 a@0+500", "f 1000 2000 b@1000+500", "e 500"}, "a | b"},
      {"before the words are out",
       kDeadline,
       {"i 0 3000 a@0+500 b@500+500", "d 0", "e 1000", "d 100", "f 0 3000 a@0+500 b@500+500"},
       "a~ b |"},
      {"before the next ones are out",
       kDeadline,
       {"i 0 3000 a@0+500", "e 500", "i 0 3000 a@0+500 b@2000+500", "d 2000"},
       "a~ | b~"},
      {"confirms nothing",
       kDeadline,
       {"i 0 3000 a@0+500", "d 0", "e 500", "f 0 3000 a@0+500"},
       "a~ |"},
      {"finals alone",
       kDisabled,
       {"F 0 1000 a@0+500", "e 500", "f 0 2000 b@0+500", "e 1000"},
       "a | b |"},
  });
}

TEST(WordRelease, SaysWhereItEnds) {
  WordRelease release(kDeadline);
  step(release, "F 0 1000 a@0+500");
  step(release, "f 1000 2000 b@1000+500");
  step(release, "F 2000 3000");
  std::vector<Said> said = release.said();
  ASSERT_EQ(said.size(), 4u);
  EXPECT_EQ(std::get<SpeechEnd>(said[1]).at, 500ms);
  EXPECT_EQ(std::get<SpeechEnd>(said[3]).at, 3000ms);
}

TEST(WordRelease, PlacesTheRestBehindWhatWasGivenOut) {
  WordRelease release(kDeadline);
  step(release, "i 0 500 cap@100+200");
  step(release, "d 100");
  step(release, "f 0 1000 captions@100+600");
  std::vector<Said> said = release.said();
  ASSERT_EQ(said.size(), 2u);
  EXPECT_TRUE(std::get<SaidWord>(said[1]).completes);
  const Word& rest = std::get<SaidWord>(said[1]).word;
  EXPECT_EQ(rest.word, "tions");
  EXPECT_EQ(rest.start, 300ms);
  EXPECT_EQ(rest.end, 700ms);
}

// An interim's last word lasts as long as what was heard, and the final's less.
TEST(WordRelease, LeavesTimeForTheRest) {
  WordRelease release(kDeadline);
  step(release, "i 0 1000 cap@100+900");
  step(release, "d 100");
  step(release, "f 0 1000 captions@100+600");
  std::vector<Said> said = release.said();
  ASSERT_EQ(said.size(), 2u);
  const Word& rest = std::get<SaidWord>(said[1]).word;
  EXPECT_EQ(rest.start, 400ms);
  EXPECT_EQ(rest.end, 700ms);
}

TEST(WordRelease, TakesATextWithoutWordsForOne) {
  WordRelease release(kDeadline);
  Revision revision;
  revision.from = 1s;
  revision.to = 3s;
  revision.transcript = "All of it.";
  release.take(revision);
  release.due(9s);
  EXPECT_EQ(described(release.said()), "");
  revision.final = revision.ends_utterance = true;
  release.take(revision);
  std::vector<Said> said = release.said();
  EXPECT_EQ(described(said), "All of it. |");
  EXPECT_EQ(std::get<SaidWord>(said[0]).word.start, 1s);
  EXPECT_EQ(std::get<SaidWord>(said[0]).word.end, 3s);
}

TEST(WordRelease, GivesOutWhatIsOfATimeThatIsOver) {
  expect_rows({
      {"all of it", kDeadline, {"F -900 0 a@-900+300 b@-600+300", "f 0 900 a@0+300"}, "a b | a"},
      {"whatever waits",
       kDeadline,
       {"i 0 900 a@0+300", "f -900 0 b@-600+300", "d 0", "f 0 900 a@0+300"},
       "b a~"},
      {"its final does", kDeadline, {"i -900 0 a@-900+300", "d 0", "f -900 0 a@-900+300"}, "a"},
  });
}

// Without a final for hours: what was given out is not given out again.
TEST(WordRelease, ForgetsNothingThatMatters) {
  WordRelease release(kDeadline);
  std::string all;
  for (int i = 0; i < 2000; ++i) {
    all += " w" + std::to_string(i) + "@" + std::to_string(i * 300) + "+200";
    if (i % 40 != 39) continue;
    step(release, "i 0 600000" + all);
    step(release, "d 600000");
  }
  EXPECT_EQ(release.said().size(), 2000u);
  step(release, "f 0 600000" + all + " last@599990+5");
  EXPECT_EQ(described(release.said()), "last");
  EXPECT_EQ(release.corrected(), 0u);
  step(release, "f 600000 700000 w1@600300+200");
  EXPECT_EQ(described(release.said()), "w1");
}

// --- recorded messages

std::string released(const std::string& name, InterimStrategy strategy, Nanos limit) {
  Transcript transcript;
  transcript.connected(1);
  AudioFormat format{Encoding::Mulaw, 8000, 1};
  Timeline timeline(format);
  timeline.sent(0, 1000s, format.samples_in(Nanos(100s)));
  WordRelease release(strategy);
  for (const Results& results : recorded(name)) {
    Revision revision = transcript.take(results, timeline);
    release.take(revision);
    if (!revision.final) release.due(limit);
  }
  return described(release.said());
}

TEST(Recorded, WordsOfNova2) {
  const char* name = "nova2-phonecall-mulaw-captures-2026-08-25.jsonl";
  std::string finals = released(name, kDisabled, 0s);
  EXPECT_TRUE(finals.starts_with("This is the Oh, no. I meant all then. | ")) << finals;
  EXPECT_EQ(released(name, kDeadline, 0s), finals);
  std::string live = released(name, kDeadline, 9999s);
  EXPECT_TRUE(live.starts_with("This~ is~ the~ Oh, no. I meant all then. | ")) << live;
  std::erase(live, '~');
  EXPECT_EQ(live, finals);
}

// Pages show single messages of many streams; whatever they are, nothing final is lost.
TEST(Recorded, ExamplesOfTheDocumentation) {
  std::string finals = released("docs-examples.jsonl", kDisabled, 0s);
  EXPECT_FALSE(finals.empty());
  EXPECT_EQ(released("docs-examples.jsonl", kDeadline, 0s), finals);
}

}  // namespace
}  // namespace dg
