// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/rollupcomposer.h"

#include <gtest/gtest.h>

#include "support/captionscript.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

CaptionStyle narrow() {
  CaptionStyle style = style_of(Granularity::RollUp);
  style.box = {10, 2};
  return style;
}

std::vector<std::string> texts_in(const std::vector<Caption>& captions) {
  std::vector<std::string> out;
  for (const Caption& caption : captions)
    if (out.empty() || out.back() != caption.text()) out.push_back(caption.text());
  return out;
}

TEST(RollUp, ComesInWordByWordAndMovesUpByLines) {
  Captions captions(narrow());
  captions.take(final(0s, 5s, words("aaaa bbbb cccc dddd eeee", 0s, 1s)));
  captions.settled(5s);
  captions.close();
  EXPECT_EQ(described(captions.release()),
            (Items{"aaaa@0+1000", "aaaa bbbb@1000+1000", "aaaa bbbb/cccc@2000+1000",
                   "aaaa bbbb/cccc dddd@3000+1000", "cccc dddd/eeee@4000+1000"}));
}

TEST(RollUp, IsContiguous) {
  Captions captions(narrow());
  captions.take(interim(0s, 3s, {word("aaaa", 1s, 1100ms), word("bbbb", 1700ms, 1800ms)}));
  Nanos covered{};
  for (Nanos now = 0s; now < 2s; now += 50ms) {
    captions.due(now, now + 2s);
    for (const Caption& caption : captions_in(captions.release())) {
      EXPECT_EQ(caption.pts, covered > 0s ? covered : 1s);
      covered = caption.end();
    }
  }
  EXPECT_EQ(covered, 1950ms);
}

TEST(RollUp, IsClearedAfterAPause) {
  Captions captions(narrow());
  captions.take(final(0s, 2s, words("aaaa bbbb", 0s, 500ms), true));
  captions.settled(5s);
  EXPECT_EQ(described(captions.release()),
            (Items{"aaaa@0+500", "aaaa bbbb@500+1333", "end", "gap 1833-5000"}));
  captions.take(final(5s, 7s, words("cccc", 6s, 500ms)));
  captions.settled(9s);
  EXPECT_EQ(described(captions.release()),
            (Items{"gap 5000-6000", "cccc@6000+1333", "gap 7333-9000"}));
}

// An interim ends in the middle of a word, which was due; the final has all of it.
TEST(RollUp, CompletesAWordWithoutABlank) {
  Captions captions(style_of(Granularity::RollUp));
  captions.take(interim(0s, 2s, {word("away", 1s, 1400ms), word("fr", 1500ms, 1700ms)}));
  captions.due(1600ms, 3600ms);
  captions.release();
  captions.take(final(
      0s, 3s, {word("away", 1s, 1400ms), word("from", 1500ms, 1900ms), word("home.", 2s, 2500ms)}));
  captions.settled(3s);
  captions.close();
  auto made = captions_in(captions.release());
  ASSERT_FALSE(made.empty());
  EXPECT_EQ(made.back().text(), "away from home.");
}

// Words that come later than they are due are no pause: their lines stay.
TEST(RollUp, KeepsItsLinesWhenWordsComeLate) {
  Captions captions(narrow());
  std::vector<Word> said = words("aa bb cc dd ee ff", 0s, 500ms);
  std::vector<Caption> made;
  for (Nanos now = 0s; now < 5s; now += 50ms) {
    auto heard = std::min<std::ptrdiff_t>(6, (now - 1500ms) / 1s * 2);
    if (heard > 0) captions.take(interim(0s, now, {said.begin(), said.begin() + heard}));
    captions.due(now, now + 2s);
    for (Caption& caption : captions_in(captions.release())) made.push_back(std::move(caption));
  }
  EXPECT_EQ(texts_in(made),
            (std::vector<std::string>{"aa bb", "aa bb cc\ndd", "aa bb cc\ndd ee ff"}));
}

TEST(RollUp, GivesEachSpeakerALine) {
  CaptionStyle style = style_of(Granularity::RollUp);
  style.labels = SpeakerLabels::Dash;
  Captions captions(style);
  std::vector<Word> said = words("How are you?", 0s, 300ms, 0);
  for (const Word& word : words("Fine.", 900ms, 300ms, 1)) said.push_back(word);
  captions.take(final(0s, 2s, said));
  captions.close();
  auto made = captions_in(captions.release());
  ASSERT_FALSE(made.empty());
  EXPECT_EQ(made.back().text(), "- How are you?\n- Fine.");
  EXPECT_EQ(made.back().lines[0].speaker, 0);
  EXPECT_EQ(made.back().lines[1].speaker, 1);
  EXPECT_EQ(made.back().speaker, 1);
  EXPECT_TRUE(made.back().speaker_change);
}

// A burst of text, as after an outage: no line goes before it was there for a moment.
TEST(RollUp, ShowsEachLineForAMoment) {
  Captions captions(narrow());
  captions.due(60s, 62s);
  captions.release();
  captions.take(final(0s, 50s, words("aaaa bbbb cccc dddd eeee ffff gggg hhhh", 1s, 1s)));
  captions.settled(60s);
  std::vector<Caption> made;
  for (Nanos now = 60050ms; now < 70s; now += 50ms) {
    captions.due(now, now + 2s);
    for (Caption& caption : captions_in(captions.release())) made.push_back(std::move(caption));
  }
  EXPECT_EQ(texts_in(made),
            (std::vector<std::string>{"aaaa bbbb\ncccc dddd", "eeee ffff\ngggg hhhh"}));
  for (const char* line : {"aaaa bbbb", "cccc dddd", "eeee ffff", "gggg hhhh"}) {
    Nanos shown{};
    for (const Caption& caption : made)
      if (caption.text().find(line) != std::string::npos) shown += caption.duration;
    EXPECT_GE(shown, 833ms) << line;
  }
}

TEST(RollUp, TellsEachWordOnce) {
  Captions captions(narrow());
  std::vector<std::string> told;
  captions.take(final(0s, 5s, words("a b c d e f g h i j k l m", 0s, 250ms)));
  captions.settled(5s);
  captions.close();
  for (const Caption& caption : captions_in(captions.release()))
    for (std::size_t i = caption.words.size() - caption.fresh; i < caption.words.size(); ++i)
      told.push_back(caption.words[i].word);
  EXPECT_EQ(told, (std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k",
                                            "l", "m"}));
}

}  // namespace
}  // namespace dg
