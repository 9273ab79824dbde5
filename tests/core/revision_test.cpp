// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "core/transcript.h"
#include "support/said.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

Revision three_words() {
  Transcript transcript;
  Results results =
      final(0s, 4s, {word("one", 0s, 1s), word("two", 1s, 2s), word("three", 2s, 3s)});
  results.transcript = "One, two, three.";
  return transcript.take(results, heard(4000));
}

TEST(Revision, GivesTheWordsBeforeAPosition) {
  Revision rest = three_words();
  Revision before = rest.take_before(1500);  // the middle of the second is not before
  EXPECT_EQ(before.transcript, "one");
  EXPECT_EQ(before.from, 0s);
  EXPECT_EQ(before.to, 1s);
  EXPECT_EQ(rest.transcript, "two three");
  EXPECT_EQ(rest.from, 1s);
  EXPECT_EQ(rest.to, 4s);
  EXPECT_EQ(rest.words.size(), 2u);
  EXPECT_EQ(rest.middles, (std::vector<Position>{1500, 2500}));
  EXPECT_TRUE(before.final && rest.final);
  EXPECT_EQ(rest.take_before(1501).transcript, "two");
}

TEST(Revision, GivesAllOfItWhenAllIsBefore) {
  Revision rest = three_words();
  Revision before = rest.take_before(100'000);
  EXPECT_EQ(before.transcript, "One, two, three.");
  EXPECT_EQ(before.to, 4s);
  EXPECT_TRUE(rest.words.empty());
  EXPECT_EQ(rest.transcript, "");
  EXPECT_EQ(rest.from, rest.to);
}

TEST(Revision, GivesNoneOfItWhenNoneIsBefore) {
  Revision rest = three_words();
  Revision before = rest.take_before(0);
  EXPECT_TRUE(before.words.empty());
  EXPECT_EQ(before.transcript, "");
  EXPECT_EQ(rest.transcript, "One, two, three.");
  EXPECT_EQ(rest.words.size(), 3u);
}

TEST(Revision, EndsBehindItsStartWhereverItsWordsAre) {
  for (Nanos at : {0s, 9s}) {  // the result is said to be of 2 s to 4 s
    Transcript transcript;
    Revision rest =
        transcript.take(final(2s, 4s, {word("one", at, at), word("two", at, at)}), heard(10'000));
    Revision before = rest.take_before(0);
    EXPECT_LE(before.from, before.to);
    EXPECT_LE(rest.from, rest.to);
    before.pack_before(0s);
    EXPECT_LE(before.from, before.to);
  }
}

TEST(Revision, GivesATextWithoutWordsAtOnce) {
  Revision rest;
  rest.transcript = "text";
  rest.to = 5s;
  EXPECT_EQ(rest.take_before(0).transcript, "text");
  EXPECT_EQ(rest.transcript, "");
}

}  // namespace
}  // namespace dg
