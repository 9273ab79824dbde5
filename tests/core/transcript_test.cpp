// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/transcript.h"

#include <gtest/gtest.h>

#include "support/said.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

TEST(Transcript, KnowsWhetherSomebodySpeaks) {
  Transcript transcript;
  transcript.connected(2);
  Timeline timeline = heard(9000);
  auto said = [](Results results) {
    results.speech_final = results.is_final;
    return results;
  };
  EXPECT_FALSE(transcript.is_speaking());
  transcript.take(on_channel(1, 2, interim(0s, 1s, {word("a", 0s, 1s)})), timeline);
  EXPECT_TRUE(transcript.is_speaking());
  transcript.take(on_channel(0, 2, said(final(0s, 1s))), timeline);
  EXPECT_TRUE(transcript.is_speaking());  // the other one
  transcript.take(on_channel(1, 2, final(0s, 1s, {word("a", 0s, 1s)})), timeline);
  EXPECT_TRUE(transcript.is_speaking());  // there is a final, and no pause
  transcript.take(on_channel(1, 2, said(final(1s, 2s))), timeline);
  EXPECT_FALSE(transcript.is_speaking());
  transcript.take(on_channel(1, 2, interim(2s, 3s, {})), timeline);
  EXPECT_FALSE(transcript.is_speaking());  // silence
  transcript.take(on_channel(0, 2, final(1s, 3s, {word("b", 1s, 2s)})), timeline);
  EXPECT_TRUE(transcript.is_speaking());
  transcript.end_utterance(0);
  EXPECT_FALSE(transcript.is_speaking());
  transcript.take(on_channel(0, 2, interim(3s, 4s, {word("c", 3s, 4s)})), timeline);
  transcript.connected(2);
  EXPECT_FALSE(transcript.is_speaking());
}

TEST(Transcript, PutsWordsIntoTheInputsTime) {
  Transcript transcript;
  transcript.connected(1);
  Timeline timeline = heard(5000, 7000, 100s);
  Results results = final(0s, 2s, {word("one", 200ms, 400ms), word("two", 1s, 1500ms)});
  results.confidence = 0.5;
  results.request_id = "id";
  results.speech_final = true;
  Revision revision = transcript.take(results, timeline);
  EXPECT_TRUE(revision.final);
  EXPECT_TRUE(revision.ends_utterance);
  EXPECT_EQ(revision.transcript, "one two");
  EXPECT_EQ(revision.from, 100s);
  EXPECT_EQ(revision.to, 102s);
  EXPECT_EQ(revision.confidence, 0.5);
  EXPECT_EQ(revision.request_id, "id");
  ASSERT_EQ(revision.words.size(), 2u);
  EXPECT_EQ(revision.words[1].start, 101s);
  EXPECT_EQ(revision.words[1].end, 101500ms);
  EXPECT_EQ(revision.middles, (std::vector<Position>{7300, 8250}));
  EXPECT_EQ(transcript.cut(), 8999);
}

TEST(Transcript, EndsAnUtteranceWithTheServiceOrWithAFinalize) {
  const struct {
    bool is_final, speech_final, from_finalize, ends;
  } rows[] = {{true, false, false, false},
              {true, true, false, true},
              {true, false, true, true},
              {false, true, false, false},
              {false, false, true, false}};
  for (const auto& row : rows) {
    Transcript transcript;
    Results results = result(row.is_final, 0s, 1s, {});
    results.speech_final = row.speech_final;
    results.from_finalize = row.from_finalize;
    EXPECT_EQ(transcript.take(results, heard(2000)).ends_utterance, row.ends);
  }
}

TEST(Transcript, KeepsTheServicesOwnTextWhenAllOfItIsNew) {
  Transcript transcript;
  Results results = final(0s, 1s, {word("one", 0s, 100ms)});
  results.transcript = "One,  as it was written";
  EXPECT_EQ(transcript.take(results, heard(2000)).transcript, "One,  as it was written");
}

// --- the cut

TEST(Transcript, MovesTheCutWithFinalsOnly) {
  Transcript transcript;
  Timeline timeline = heard(10'000);
  transcript.take(interim(0s, 3s, {word("one", 0s, 1s)}), timeline);
  EXPECT_EQ(transcript.cut(), 0);
  transcript.take(final(0s, 2s, {word("one", 0s, 1s)}), timeline);
  EXPECT_EQ(transcript.cut(), 1999);
  transcript.take(final(2s, 5s), timeline);  // an empty one too
  EXPECT_EQ(transcript.cut(), 4999);
  transcript.take(final(1s, 3s), timeline);  // and never back
  EXPECT_EQ(transcript.cut(), 4999);
}

TEST(Transcript, CutsWhereTheSlowestChannelIs) {
  Transcript transcript;
  transcript.connected(2);
  Timeline timeline = heard(10'000);
  transcript.take(on_channel(0, 2, final(0s, 5s)), timeline);
  EXPECT_EQ(transcript.cut(), 0);
  transcript.take(on_channel(1, 2, final(0s, 3s)), timeline);
  EXPECT_EQ(transcript.cut(), 2999);
  transcript.take(on_channel(1, 2, final(3s, 8s)), timeline);
  EXPECT_EQ(transcript.cut(), 4999);
}

TEST(Transcript, LearnsOfMoreChannelsFromTheResults) {
  Transcript transcript;
  transcript.connected(1);
  Timeline timeline = heard(10'000);
  EXPECT_EQ(transcript.take(on_channel(0, 2, final(0s, 5s)), timeline).channel, 0);
  EXPECT_EQ(transcript.cut(), 0);  // the other one has said nothing yet
  EXPECT_EQ(transcript.cut(0), 4999);
  EXPECT_EQ(transcript.cut(1), 0);
  EXPECT_EQ(transcript.cut(2), 0);  // nor one that there may be
  EXPECT_EQ(transcript.take(on_channel(1, 2, final(0s, 4s)), timeline).channel, 1);
  EXPECT_EQ(transcript.cut(), 3999);
  transcript.connected(1);
  EXPECT_EQ(transcript.cut(), 3999);  // both are still wanted
  Revision rest = transcript.take(on_channel(1, 2, final(0s, 1s, {word("rest", 0s, 900ms)})),
                                  heard(6000, 4000, 4s));
  EXPECT_EQ(rest.transcript, "rest");
}

TEST(Transcript, TakesAnyChannelNumber) {
  Transcript transcript;
  transcript.connected(-3);
  Timeline timeline = heard(1000);
  const struct {
    int index, count, channel;
  } rows[] = {{-1, 1, 0}, {0, -5, 0}, {7, 1, 7}, {19, 20, 19}, {1'000'000, 2'000'000, 19}};
  for (const auto& row : rows) {
    std::string text = std::to_string(row.index);
    Results results = on_channel(row.index, row.count, final(0s, 1s, {word(text, 0s, 500ms)}));
    Revision revision = transcript.take(results, timeline);
    EXPECT_EQ(revision.channel, row.channel);
    EXPECT_EQ(revision.words.size(), 1u);
  }
}

TEST(Transcript, NeedsNoMoreChannelsThanAreLeft) {
  Transcript transcript;
  transcript.connected(2);
  transcript.take(on_channel(0, 2, final(0s, 1s)), heard(3000));
  transcript.finish(3000);  // a change of format
  transcript.connected(1);
  transcript.take(final(0s, 2s), heard(4000, 3000, 3s));
  EXPECT_EQ(transcript.cut(), 4999);
}

// --- what a replay repeats

TEST(Transcript, DropsWordsOfAReplayByTheirMiddle) {
  Transcript transcript;
  transcript.connected(2);
  Timeline first = heard(10'000);
  transcript.take(on_channel(0, 2, final(0s, 5s)), first);
  transcript.take(on_channel(1, 2, final(0s, 3s)), first);
  transcript.connected(2);  // the replay begins at 3 s: channel 0 had 2 s more
  Timeline second = heard(7000, 3000, 3s);
  auto words = [] {
    return std::vector<Word>{word("old", 1s, 1500ms), word("edge", 1899ms, 2099ms),
                             word("new", 1900ms, 2100ms)};
  };
  Revision zero = transcript.take(on_channel(0, 2, final(0s, 4s, words())), second);
  EXPECT_EQ(zero.transcript, "new");
  ASSERT_EQ(zero.words.size(), 1u);
  EXPECT_EQ(zero.words[0].start, 4900ms);
  EXPECT_EQ(transcript.duplicate_words(), 2);
  Revision one = transcript.take(on_channel(1, 2, final(0s, 4s, words())), second);
  EXPECT_EQ(one.transcript, "old edge new");
  EXPECT_EQ(transcript.duplicate_words(), 2);
}

TEST(Transcript, DropsThemFromInterimsWithoutCounting) {
  Transcript transcript;
  transcript.take(final(0s, 5s), heard(10'000));
  transcript.connected(1);
  Timeline second = heard(10'000);  // a replay from further back
  Results results = interim(4s, 6s, {word("old", 4s, 4500ms), word("new", 5200ms, 5800ms)});
  EXPECT_EQ(transcript.take(results, second).transcript, "new");
  EXPECT_EQ(transcript.duplicate_words(), 0);
}

TEST(Transcript, DropsATextWithoutWordsByItsMiddle) {
  Transcript transcript;
  transcript.take(final(0s, 5s), heard(10'000));
  transcript.connected(1);
  Timeline second = heard(10'000);
  Results old = final(2s, 5500ms);
  old.transcript = "old";
  EXPECT_EQ(transcript.take(old, second).transcript, "");
  Results fresh = final(4500ms, 8s);
  fresh.transcript = "fresh";
  EXPECT_EQ(transcript.take(fresh, second).transcript, "fresh");
}

TEST(Transcript, ComparesOnTheServicesClockAcrossHoles) {
  Transcript transcript;
  Timeline first(kMilliseconds);
  first.sent(0, 0s, 1000);
  first.sent(1000, 60s, 1000);
  transcript.take(final(0s, 1500ms), first);
  EXPECT_EQ(transcript.cut(), 1499);
  transcript.connected(1);
  Timeline second(kMilliseconds);
  second.sent(500, 500ms, 500);
  second.sent(1000, 60s, 1000);
  Revision revision = transcript.take(
      final(0s, 1500ms, {word("old", 800ms, 950ms), word("new", 1050ms, 1200ms)}), second);
  EXPECT_EQ(revision.transcript, "new");
  EXPECT_EQ(revision.words[0].start, 60s + 550ms);
}

TEST(Transcript, DropsAFinalThatIsSaidAgain) {
  Transcript transcript;
  transcript.connected(1);
  Timeline timeline = heard(10'000);
  Results once = final(1s, 3s, {word("a", 1s, 1500ms), word("a", 2s, 2500ms)});
  EXPECT_EQ(transcript.take(once, timeline).transcript, "a a");
  EXPECT_EQ(transcript.take(final(1s, 3s), timeline).transcript, "");  // nothing is no revision
  EXPECT_EQ(transcript.take(once, timeline).transcript, "");
  EXPECT_EQ(transcript.duplicate_words(), 2);
  once.is_final = false;
  EXPECT_EQ(transcript.take(once, timeline).transcript, "");
  Results longer = final(1s, 4s, {once.words[0], once.words[1], word("b", 3s, 4s)});
  EXPECT_EQ(transcript.take(longer, timeline).transcript, "b");
  EXPECT_EQ(transcript.duplicate_words(), 4);
  // On another connection the same times are those of other audio.
  transcript.connected(1);
  EXPECT_EQ(transcript.take(longer, heard(10'000, 4000, 4s)).words.size(), 3u);
}

TEST(Transcript, DropsATextWithoutWordsThatIsSaidAgain) {
  Transcript transcript;
  transcript.connected(1);
  Timeline timeline = heard(10'000);
  Results text = final(1s, 3s);
  text.transcript = "hello";
  EXPECT_EQ(transcript.take(text, timeline).transcript, "hello");
  EXPECT_EQ(transcript.take(text, timeline).transcript, "");
  text.start = 3s;
  EXPECT_EQ(transcript.take(text, timeline).transcript, "hello");
}

// The service revises no final: what is not the last one said again is new.
TEST(Transcript, BelievesAllThatOneConnectionSays) {
  Transcript transcript;
  transcript.connected(1);
  Timeline timeline = heard(10'000);
  EXPECT_EQ(transcript.take(final(4s, 6s, {word("b", 4s, 5s)}), timeline).transcript, "b");
  EXPECT_EQ(transcript.take(final(0s, 2s, {word("a", 0s, 1s)}), timeline).transcript, "a");
  EXPECT_EQ(transcript.duplicate_words(), 0);
}

// What was known is not forgotten until the replay is there again.
TEST(Transcript, TellsWhichInterimsOfAReplayCatchUp) {
  Transcript transcript;
  transcript.connected(1);
  Timeline timeline = heard(9000);
  Word a = word("a", 0s, 1s), b = word("b", 1s, 2s), c = word("c", 2s, 3s);
  EXPECT_FALSE(transcript.take(interim(0s, 3s, {a, b, c}), timeline).catches_up);
  EXPECT_FALSE(transcript.take(interim(0s, 2s, {a, b}), timeline).catches_up);
  EXPECT_FALSE(transcript.take(interim(0s, 3s, {a, b, c}), timeline).catches_up);
  transcript.connected(1);
  EXPECT_TRUE(transcript.take(interim(0s, 1s, {a}), timeline).catches_up);
  EXPECT_TRUE(transcript.take(interim(0s, 2s, {a, b}), timeline).catches_up);
  EXPECT_FALSE(transcript.take(interim(0s, 3s, {a, b, c}), timeline).catches_up);
  EXPECT_FALSE(transcript.take(interim(0s, 2s, {a, b}), timeline).catches_up);
  transcript.connected(1);
  EXPECT_FALSE(transcript.take(final(0s, 2s, {a, b}), timeline).catches_up);
  EXPECT_FALSE(transcript.take(interim(2s, 2500ms, {}), timeline).catches_up);
  transcript.take(interim(2s, 3s, {c}), timeline);
  transcript.connected(1);
  EXPECT_TRUE(transcript.take(interim(2s, 2500ms, {}), timeline).catches_up);
  auto left = transcript.finish(9000);  // of what is lost again, as much as was ever known
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].transcript, "c");
}

// --- results for audio that was not sent: a server that plays what it once recorded

TEST(Transcript, PutsWhatLiesBeyondTheAudioAtItsEnd) {
  Transcript transcript;
  transcript.connected(1);
  Timeline timeline = heard(1000, 0, 50s);
  for (int i = 0; i < 3; ++i) {
    Nanos start = i * 5s;
    Revision revision =
        transcript.take(final(start, start + 5s, {word("a", start + 2s, start + 3s)}), timeline);
    ASSERT_EQ(revision.words.size(), 1u) << i;
    EXPECT_EQ(revision.words[0].start, 51s);
    EXPECT_EQ(revision.middles[0], 999);  // before what is sent next
  }
  EXPECT_EQ(transcript.cut(), 1000);
  timeline.sent(1000, 51s, 1000);
  Revision more = transcript.take(final(15s, 20s, {word("b", 16s, 17s)}), timeline);
  EXPECT_EQ(more.transcript, "b");
  EXPECT_EQ(more.middles, std::vector<Position>{1999});
  EXPECT_EQ(transcript.duplicate_words(), 0);
}

TEST(Transcript, KeepsALeftoverBeyondTheAudio) {
  Transcript transcript;
  transcript.connected(1);
  Timeline timeline = heard(1000);
  transcript.take(final(0s, 5s, {word("a", 1s, 2s)}), timeline);
  transcript.take(interim(5s, 7s, {word("b", 6s, 7s)}), timeline);
  auto left = transcript.finish(1000);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].transcript, "b");
}

TEST(Transcript, TakesResultsBeforeAudioIsWritten) {
  Transcript transcript;
  transcript.connected(1);
  Timeline timeline = heard(0, 3000, 30s);
  Revision revision =
      transcript.take(final(0s, 2s, {word("at", 0s, 0s), word("once", 1s, 2s)}), timeline);
  EXPECT_EQ(revision.transcript, "at once");
  EXPECT_EQ(revision.middles, (std::vector<Position>{3000, 3000}));
  EXPECT_EQ(revision.words[1].start, 30s);
}

// --- leftovers

TEST(Transcript, PromotesTheLastInterimOfEachChannel) {
  Transcript transcript;
  transcript.connected(3);
  Timeline timeline = heard(10'000);
  transcript.take(on_channel(0, 3, interim(0s, 1s, {word("a", 0s, 1s)})), timeline);
  transcript.take(on_channel(0, 3, interim(0s, 2s, {word("b", 0s, 2s)})), timeline);
  transcript.take(on_channel(1, 3, interim(0s, 2s, {word("c", 0s, 2s)})), timeline);
  transcript.take(on_channel(1, 3, final(0s, 2s, {word("d", 0s, 2s)})), timeline);
  transcript.take(on_channel(2, 3, interim(0s, 2s, {word("e", 0s, 2s)})), timeline);
  auto left = transcript.finish(10'000);
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].transcript, "b");
  EXPECT_EQ(left[0].channel, 0);
  EXPECT_EQ(left[1].transcript, "e");
  EXPECT_EQ(left[1].channel, 2);
  for (const Revision& revision : left) {
    EXPECT_TRUE(revision.final);
    EXPECT_TRUE(revision.ends_utterance);
  }
  EXPECT_EQ(transcript.cut(), 10'000);
  EXPECT_TRUE(transcript.finish(10'000).empty());
}

TEST(Transcript, PromotesNothingThatBecameEmpty) {
  Transcript transcript;
  transcript.take(interim(0s, 1s, {word("a", 0s, 1s)}), heard(1000));
  transcript.take(interim(0s, 1s, {}), heard(1000));
  EXPECT_TRUE(transcript.finish(1000).empty());
}

TEST(Transcript, PromotesWhatALostConnectionLeft) {
  Transcript transcript;
  transcript.take(final(0s, 1s, {word("a", 0s, 1s)}), heard(3000));
  transcript.take(interim(1s, 3s, {word("b", 1s, 2s)}), heard(3000));
  transcript.connected(1);  // and nothing comes of it
  auto left = transcript.finish(3000);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].transcript, "b");
}

TEST(Transcript, WantsNothingBeforeWhatWasSettled) {
  Transcript transcript;
  transcript.connected(1);
  Timeline timeline = heard(4000);
  transcript.take(interim(0s, 4s, {word("a", 3s, 4s)}), timeline);
  Results textual = on_channel(1, 2, interim(0s, 4s, {}));
  textual.transcript = "without words";
  transcript.take(textual, timeline);
  transcript.settle(4000);  // a flush
  EXPECT_EQ(transcript.cut(), 4000);
  timeline.sent(4000, 100s, 4000);
  Revision revision = transcript.take(
      final(3s, 6s, {word("before", 3900ms, 4s), word("behind", 4100ms, 4500ms)}), timeline);
  EXPECT_EQ(revision.transcript, "behind");
  EXPECT_EQ(revision.words[0].start, 100100ms);
  EXPECT_TRUE(transcript.finish(8000).empty());
}

TEST(Transcript, NeverGoesBackWhenItIsSettled) {
  Transcript transcript;
  transcript.take(final(0s, 3s), heard(4000));
  transcript.settle(1000);
  EXPECT_EQ(transcript.cut(), 2999);
}

}  // namespace
}  // namespace dg
