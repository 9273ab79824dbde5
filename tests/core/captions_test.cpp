// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/captions.h"

#include <algorithm>
#include <cstdio>
#include <random>

#include <gtest/gtest.h>

#include "support/captionscript.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

// --- by word

TEST(CaptionsOfWords, LeaveInOrderWithGapsBetween) {
  Captions captions(style_of(Granularity::Word));
  captions.take(final(
      0s, 3s, {word("one", 1s, 1500ms), word("two", 1500ms, 2s), word("three", 2500ms, 2700ms)}));
  captions.settled(3s);
  EXPECT_EQ(described(captions.release()),
            (Items{"gap 0-1000", "one@1000+500", "two@1500+500", "gap 2000-2500", "three@2500+200",
                   "gap 2700-3000"}));
  EXPECT_TRUE(captions.release().empty());
}

TEST(CaptionsOfWords, WaitUntilNothingComesBefore) {
  Captions captions(style_of(Granularity::Word));
  captions.take(final(0s, 3s, {word("one", 1s, 2s)}));
  EXPECT_TRUE(captions.release().empty());
  captions.settled(999ms);
  EXPECT_EQ(described(captions.release()), Items{"gap 0-999"});
  captions.settled(1s);
  EXPECT_EQ(described(captions.release()), (Items{"gap 999-1000", "one@1000+1000"}));
}

TEST(CaptionsOfWords, SayNothingOfInterims) {
  Captions captions(style_of(Granularity::Word));
  Revision interim = final(0s, 3s, {word("one", 1s, 2s)});
  interim.final = false;
  captions.take(interim);
  captions.settled(3s);
  EXPECT_EQ(described(captions.release()), Items{"gap 0-3000"});
}

TEST(CaptionsOfWords, CarryWhatIsKnownOfTheWord) {
  Captions captions(style_of(Granularity::Word));
  captions.take(on_channel(3, final(0s, 3s, {word("a", 1s, 2s, 7), word("b", 2s, 3s, 7)}, true)));
  captions.settled(3s);
  auto items = captions.release();
  const Caption& a = std::get<Caption>(items.at(1));
  EXPECT_EQ(a.channel, 3);
  EXPECT_EQ(a.speaker, 7);
  EXPECT_TRUE(a.speaker_change);
  EXPECT_EQ(a.confidence, 0.75);
  EXPECT_EQ(a.words.size(), 1u);
  const Caption& b = std::get<Caption>(items.at(2));
  EXPECT_FALSE(b.speaker_change);
  EXPECT_TRUE(std::holds_alternative<SpeechEnd>(items.at(3)));
}

TEST(CaptionsOfWords, OrderTheChannelsByTime) {
  Captions captions(style_of(Granularity::Word));
  captions.take(on_channel(1, final(0s, 4s, {word("b", 2s, 3s), word("d", 3s, 4s)})));
  captions.take(on_channel(0, final(0s, 4s, {word("a", 1s, 2500ms), word("c", 2s, 2500ms)})));
  captions.settled(4s);
  EXPECT_EQ(described(captions.release()),
            (Items{"gap 0-1000", "a@1000+1500", "c@2000+500", "b@2000+1000", "d@3000+1000"}));
}

TEST(CaptionsOfWords, ShowATextWithoutWords) {
  Captions captions(style_of(Granularity::Word));
  Revision revision = final(1s, 3s, {}, true);
  revision.transcript = "all of it";
  captions.take(revision);
  captions.take(final(3s, 5s, {}, true));
  captions.settled(5s);
  auto items = captions.release();
  EXPECT_EQ(described(items), (Items{"gap 0-1000", "all of it@1000+2000", "end", "gap 3000-5000"}));
  EXPECT_EQ(captions_in(items).at(0).confidence, 0.5);
}

TEST(CaptionsOfWords, LastAMomentAtLeast) {
  Captions captions(style_of(Granularity::Word));
  captions.take(final(0s, 3s, {word("a", 1s, 1s), word("b", 2s, 1500ms)}));
  captions.settled(2s);
  EXPECT_EQ(described(captions.release()),
            (Items{"gap 0-1000", "a@1000+1", "gap 1001-2000", "b@2000+1"}));
}

TEST(CaptionsOfWords, LeaveOutWhatIsBlank) {
  Captions captions(style_of(Granularity::Word));
  captions.take(final(0s, 3s, {word(" \n", 1s, 2s), word("\tb ", 2s, 3s)}));
  captions.settled(3s);
  EXPECT_EQ(described(captions.release()), (Items{"gap 0-2000", "b@2000+1000"}));
}

TEST(CaptionsOfWords, KnowSpeakersByChannel) {
  Captions captions(style_of(Granularity::Word));
  const struct {
    int channel;
    std::optional<int> speaker;
    bool change;
  } rows[] = {{0, 0, true}, {0, 0, false},  {1, 0, true},  {0, 0, false},
              {0, 1, true}, {0, {}, false}, {0, 1, false}, {0, 0, true}};
  Nanos at{};
  for (const auto& row : rows) {
    captions.take(
        on_channel(row.channel, final(at, at + 1s, {word("a", at, at + 1s, row.speaker)})));
    captions.settled(at += 1s);
    auto items = captions.release();
    ASSERT_EQ(items.size(), 1u);
    EXPECT_EQ(captions_in(items).at(0).speaker_change, row.change) << at.count();
  }
}

// --- live

TEST(CaptionsWhenDue, LetGapsGoOnWithoutText) {
  Captions captions(style_of(Granularity::Word));
  captions.due(500ms, 500ms);
  EXPECT_EQ(described(captions.release()), Items{"gap 0-500"});
  captions.due(400ms, 400ms);
  EXPECT_TRUE(captions.release().empty());
  captions.settled(450ms);
  EXPECT_TRUE(captions.release().empty());
  captions.due(600ms, 600ms);
  EXPECT_EQ(described(captions.release()), Items{"gap 500-600"});
}

TEST(CaptionsWhenDue, ShowLateTextNow) {
  Captions captions(style_of(Granularity::Word));
  captions.due(5s, 5s);
  EXPECT_EQ(described(captions.release()), Items{"gap 0-5000"});
  captions.take(
      final(3s, 7s, {word("a", 3s, 3500ms), word("b", 4s, 4200ms), word("c", 5100ms, 6s)}));
  EXPECT_EQ(described(captions.release()), (Items{"a@5000+100 late", "b@5100+100 late"}));
  captions.due(6s, 6s);
  EXPECT_EQ(described(captions.release()), Items{"c@5200+800"});
  captions.due(7s, 7s);
  EXPECT_EQ(described(captions.release()), Items{"gap 6000-7000"});
}

TEST(CaptionsWhenDue, CoverNoTimeOfATextThatIsOn) {
  Captions captions(style_of(Granularity::Word));
  captions.take(final(0s, 9s, {word("long", 1s, 8s)}));
  captions.due(1s, 1s);
  EXPECT_EQ(described(captions.release()), (Items{"gap 0-1000", "long@1000+7000"}));
  captions.due(5s, 5s);
  EXPECT_TRUE(captions.release().empty());
  captions.take(final(2s, 3s, {word("short", 2s, 3s)}));  // while it is on
  EXPECT_EQ(described(captions.release()), Items{"short@8000+500"});
  captions.due(9s, 9s);
  EXPECT_EQ(described(captions.release()), Items{"gap 8500-9000"});
}

// Whoever shows one text at a time shows each of them.
TEST(CaptionsOfWords, DoNotOverlap) {
  Captions captions(style_of(Granularity::Word));
  captions.take(final(0s, 4s, {word("a", 1s, 2s), word("b", 1500ms, 2500ms)}));
  captions.settled(4s);
  EXPECT_EQ(described(captions.release()),
            (Items{"gap 0-1000", "a@1000+500", "b@1500+1000", "gap 2500-4000"}));
  captions.take(final(4s, 8s, {word("c", 4s, 4s), word("d", 4s, 4500ms), word("e", 5s, 6s)}));
  captions.settled(8s);
  EXPECT_EQ(described(captions.release()),
            (Items{"c@4000+1", "d@4001+499", "gap 4500-5000", "e@5000+1000", "gap 6000-8000"}));
}

// Late words are on for half of their length, until the others are in time again.
TEST(CaptionsWhenDue, CatchUp) {
  Captions captions(style_of(Granularity::Word));
  captions.due(2s, 2s);
  captions.release();
  captions.take(final(0s, 2s, {word("a", 1s, 2s)}));
  EXPECT_EQ(described(captions.release()), Items{"a@2000+500 late"});
  captions.take(final(2s, 3s, {word("b", 2s, 3s)}));
  EXPECT_EQ(described(captions.release()), Items{"b@2500+500"});
  captions.due(3s, 3s);
  captions.take(final(3s, 4s, {word("c", 3s, 4s)}));
  EXPECT_EQ(described(captions.release()), Items{"c@3000+1000"});
}

// Half a minute of words, that come in pieces, is through before what is said from now on is due.
TEST(CaptionsWhenDue, CatchUpBeforeTheNextWordsAreDue) {
  constexpr Nanos kNow = 102s, kLatency = 5s;
  Captions captions(style_of(Granularity::Word));
  captions.due(kNow - kLatency, kNow);
  captions.release();
  std::vector<Caption> shown;
  auto show = [&] {
    for (const Caption& caption : captions_in(captions.release())) shown.push_back(caption);
  };
  for (Nanos from = 72s; from < kNow; from += 3s) {
    std::vector<Word> spoken;
    for (Nanos at = from; at < from + 3s; at += 300ms) spoken.push_back(word("a", at, at + 250ms));
    captions.take(final(from, from + 3s, std::move(spoken)));
    show();
  }
  captions.take(final(kNow, kNow + 3s, {word("b", kNow + 100ms, kNow + 300ms)}));
  captions.due(kNow + 1s, kNow + 1s + kLatency);
  show();
  ASSERT_EQ(shown.size(), 101u);
  for (std::size_t i = 1; i < shown.size(); ++i) {
    EXPECT_GE(shown[i].pts, shown[i - 1].end());
    EXPECT_GE(shown[i - 1].duration, 40ms);
  }
  EXPECT_EQ(shown.back().pts, kNow + 100ms);
}

TEST(CaptionsWhenDue, DoNotWaitForAnUtterance) {
  Captions captions(style_of(Granularity::Utterance));
  captions.take(final(0s, 3s, {word("one", 1s, 2s)}));
  captions.settled(3s);
  captions.due(4s, 4s);
  EXPECT_EQ(described(captions.release()), Items{"gap 0-4000"});
  captions.take(final(3s, 5s, {word("two", 3s, 5s)}, true));
  EXPECT_EQ(described(captions.release()), (Items{"one two@4000+4000 late", "end"}));
}

// --- by utterance

TEST(CaptionsOfUtterances, JoinFinalsUntilTheSpeakerStops) {
  Captions captions(style_of(Granularity::Utterance));
  captions.take(final(0s, 3s, {word("One,", 1s, 2s)}));
  captions.settled(3s);
  EXPECT_EQ(described(captions.release()), Items{"gap 0-1000"});  // not into the utterance
  Revision second = final(3s, 5s, {word("two.", 3s, 4s)}, true);
  second.confidence = 0.25;
  captions.take(second);
  captions.settled(5s);
  auto items = captions.release();
  EXPECT_EQ(described(items), (Items{"One, two.@1000+3000", "end", "gap 4000-5000"}));
  EXPECT_EQ(captions_in(items).at(0).confidence, 0.25);
  EXPECT_EQ(captions_in(items).at(0).words.size(), 2u);
}

TEST(CaptionsOfUtterances, TakeTheServicesTextAndNotTheWords) {
  Captions captions(style_of(Granularity::Utterance));
  Revision revision = final(0s, 3s, {word("twenty", 1s, 2s), word("five", 2s, 3s)}, true);
  revision.transcript = "25";
  captions.take(revision);
  captions.settled(3s);
  EXPECT_EQ(described(captions.release()), (Items{"gap 0-1000", "25@1000+2000", "end"}));
}

TEST(CaptionsOfUtterances, EndWithAnEndOfTheirOwn) {
  Captions captions(style_of(Granularity::Utterance));
  captions.take(final(0s, 3s, {word("one", 1s, 2s)}));
  captions.take(final(2s, 2s, {}, true));  // UtteranceEnd, after the last word
  captions.settled(3s);
  EXPECT_EQ(described(captions.release()),
            (Items{"gap 0-1000", "one@1000+1000", "end", "gap 2000-3000"}));
}

TEST(CaptionsOfUtterances, AreNotEndedByTheEndOfTheOneBefore) {
  Captions captions(style_of(Granularity::Utterance));
  captions.take(final(0s, 5s, {word("two", 4s, 5s)}));
  captions.take(final(2s, 2s, {}, true));  // comes late
  captions.settled(5s);
  EXPECT_EQ(described(captions.release()), Items{"gap 0-4000"});
  captions.take(final(5s, 6s, {word("three", 5s, 6s)}, true));
  EXPECT_EQ(described(captions.release()), (Items{"two three@4000+2000", "end"}));
}

// A server that plays what it recorded says more than was sent: all of it is at one time.
TEST(CaptionsOfUtterances, EndAlsoWithoutALength) {
  for (bool at_once : {true, false}) {
    Captions captions(style_of(Granularity::Utterance));
    captions.take(final(2s, 2s, {word("one", 2s, 2s)}, at_once));
    if (!at_once) captions.take(final(2s, 2s, {}, true));
    captions.settled(2s);
    EXPECT_EQ(described(captions.release()), (Items{"gap 0-2000", "one@2000+1", "end"}));
  }
}

TEST(CaptionsOfUtterances, AreCutWhenTheyAreTooLong) {
  Captions captions(style_of(Granularity::Utterance));
  for (int i = 0; i < 4; ++i) {
    Nanos at = i * 3s;
    captions.take(final(at, at + 3s, {word("w" + std::to_string(i), at, at + 3s)}));
    captions.settled(at + 3s);
  }
  auto items = captions.release();  // it had lasted 10 s with the fourth
  EXPECT_EQ(described(items), Items{"w0 w1 w2 w3@0+12000"});
}

TEST(CaptionsOfUtterances, WaitForTheOneThatBeganFirst) {
  Captions captions(style_of(Granularity::Utterance));
  captions.take(on_channel(0, final(0s, 2s, {word("a", 1s, 2s)})));
  captions.take(on_channel(1, final(0s, 3s, {word("b", 2s, 3s)}, true)));
  captions.settled(3s);
  EXPECT_EQ(described(captions.release()), Items{"gap 0-1000"});
  captions.take(on_channel(0, final(2s, 4s, {word("c", 3s, 4s)}, true)));
  captions.settled(4s);
  EXPECT_EQ(described(captions.release()), (Items{"a c@1000+3000", "end", "b@2000+1000", "end"}));
}

TEST(CaptionsOfUtterances, LeaveNothingBehindWhenTheyAreClosed) {
  Captions captions(style_of(Granularity::Utterance));
  captions.take(on_channel(0, final(0s, 2s, {word("a", 1s, 2s)})));
  captions.take(on_channel(1, final(0s, 3s, {word("b", 2s, 3s)})));
  captions.settled(500ms);
  captions.close();
  EXPECT_EQ(described(captions.release()), (Items{"gap 0-1000", "a@1000+1000", "b@2000+1000"}));
  captions.close();
  EXPECT_TRUE(captions.release().empty());
}

TEST(CaptionsOfUtterances, StartAnywhereAgain) {
  Captions captions(style_of(Granularity::Utterance));
  captions.take(final(0s, 3s, {word("old", 1s, 2s)}));
  captions.settled(50s);
  captions.restart(20s);
  EXPECT_TRUE(captions.release().empty());
  captions.take(final(20s, 23s, {word("new", 21s, 22s)}, true));
  captions.settled(23s);
  EXPECT_EQ(described(captions.release()),
            (Items{"gap 20000-21000", "new@21000+1000", "end", "gap 22000-23000"}));
}

// --- the text itself

TEST(Clean, LeavesNothingToStumbleOver) {
  const struct {
    const char *text, *clean;
  } rows[] = {{"", ""},
              {"Hello, world.", "Hello, world."},
              {"  a   b\t c  ", "a b c"},
              {"a\nb", "a\nb"},
              {"a \r\n \n\n b\n", "a\nb"},
              {"\n\n", ""},
              {"a\x01\x1f\x7f"
               "b",
               "a b"},
              {"a --> b", "a -> b"},
              {"a ---> b", "a -> b"},
              {"----------->", "->"},
              {"-->-->", "->->"},
              {"-- >", "-- >"},
              {"-->-- -->", "->-- ->"},
              {"größer — 大きい", "größer — 大きい"}};
  for (const auto& row : rows) EXPECT_EQ(clean(row.text), row.clean) << row.text;
}

TEST(Clean, IsCleanWhateverComes) {
  std::uint64_t seed = std::random_device{}();
  std::printf("seed %lu\n", static_cast<unsigned long>(seed));
  std::mt19937_64 random(seed);
  constexpr std::string_view characters = "-> \n\r\tab";
  for (int i = 0; i < 20'000; ++i) {
    std::string text(random() % 12, ' ');
    for (char& c : text) c = characters[random() % characters.size()];
    std::string out = clean(text);
    EXPECT_EQ(out.find("-->"), std::string::npos) << text;
    EXPECT_EQ(out.find("\n\n"), std::string::npos) << text;
    EXPECT_EQ(out.find("  "), std::string::npos) << text;
    EXPECT_EQ(out.find_first_of("\r\t"), std::string::npos) << text;
    EXPECT_EQ(clean(out), out) << text;
    EXPECT_EQ(std::count(out.begin(), out.end(), 'a'), std::count(text.begin(), text.end(), 'a'));
  }
}

}  // namespace
}  // namespace dg
