// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/slate.h"

#include <gtest/gtest.h>

#include "support/captionscript.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using enum Slate::Change;

Slate::Text text(const std::string& said, std::size_t fresh = 1) {
  Slate::Text out;
  out.lines = {{said, {}}};
  out.words = words(said, 0s, 100ms);
  out.fresh = fresh;
  return out;
}

class SlateTest : public testing::Test {
 protected:
  Items made() { return described(slate_.made()); }

  Slate slate_{3, 800ms};
};

TEST_F(SlateTest, GivesOutWhatHasAnEnd) {
  slate_.show(1s, text("a"), Replaces);
  EXPECT_EQ(made(), Items{});
  slate_.show(2s, text("a b"), Grows);
  EXPECT_EQ(made(), Items{"a@1000+1000"});
  slate_.clear(5s);
  EXPECT_EQ(made(), Items{"a b@2000+3000"});
  EXPECT_TRUE(slate_.blank());
  slate_.clear(6s);
  EXPECT_EQ(made(), Items{});
}

TEST_F(SlateTest, GivesOutSlicesAsTimePasses) {
  slate_.show(1s, text("a"), Replaces);
  slate_.advance(1s);
  EXPECT_EQ(made(), Items{});
  slate_.advance(1500ms);
  slate_.advance(1600ms);
  slate_.advance(1600ms);
  EXPECT_EQ(made(), (Items{"a@1000+500", "a@1500+100 goes on"}));
  slate_.show(1700ms, text("a b"), Grows);
  slate_.clear(2s);
  EXPECT_EQ(made(), (Items{"a@1600+100 goes on", "a b@1700+300"}));
  slate_.advance(3s);
  EXPECT_EQ(made(), Items{});
}

TEST_F(SlateTest, TellsTheWordsOfATextOnce) {
  slate_.show(1s, text("a b", 2), Replaces);
  slate_.advance(2s);
  slate_.advance(3s);
  auto captions = captions_in(slate_.made());
  ASSERT_EQ(captions.size(), 2u);
  EXPECT_EQ(captions[0].words.size(), 2u);
  EXPECT_EQ(captions[0].fresh, 2u);
  EXPECT_EQ(captions[0].channel, 3);
  EXPECT_EQ(captions[1].words.size(), 0u);
  EXPECT_EQ(captions[1].fresh, 0u);
  EXPECT_TRUE(captions[1].continued);
}

// Words that come at once are one text, and none of them is forgotten.
TEST_F(SlateTest, CountsTheWordsOfATextThatGrewUnseen) {
  slate_.show(1s, text("a"), Replaces);
  slate_.show(1s, text("a b"), Grows);
  slate_.show(1s, text("a b c"), Grows);
  slate_.clear(2s);
  auto captions = captions_in(slate_.made());
  ASSERT_EQ(captions.size(), 1u);
  EXPECT_EQ(captions[0].text(), "a b c");
  EXPECT_EQ(captions[0].fresh, 3u);
}

TEST_F(SlateTest, GivesEachOfManyTextsItsTime) {
  slate_.reach(5s);
  slate_.show(1s, text("a"), Replaces);
  slate_.show(2s, text("b"), Replaces);
  slate_.show(3s, text("c"), Replaces);
  slate_.clear(4s);
  EXPECT_EQ(made(), (Items{"a@5000+800", "b@5800+800", "c@6600+1"}));
}

TEST_F(SlateTest, BeginsNothingBeforeItsPosition) {
  slate_.reach(3s);
  slate_.show(1s, text("a"), Replaces);
  slate_.advance(4s);
  EXPECT_EQ(made(), Items{"a@3000+1000"});
}

TEST_F(SlateTest, TellsTheEndOfSpeechBehindItsText) {
  slate_.show(1s, text("a"), Replaces);
  slate_.end_speech();
  EXPECT_EQ(made(), Items{});
  slate_.advance(2s);
  EXPECT_EQ(made(), (Items{"a@1000+1000", "end"}));
  slate_.end_speech();
  slate_.clear(2s);
  EXPECT_EQ(made(), Items{"end"});
  slate_.end_speech();
  EXPECT_EQ(made(), Items{"end"});
}

}  // namespace
}  // namespace dg
