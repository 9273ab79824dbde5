// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/captions.h"

#include <algorithm>
#include <cstdio>
#include <random>

#include <gtest/gtest.h>

namespace dg {
namespace {

using namespace std::chrono_literals;

Word word(const std::string& text, Nanos start, Nanos end, std::optional<int> speaker = {}) {
  Word out;
  out.word = out.punctuated_word = text;
  out.start = start;
  out.end = end;
  out.speaker = speaker;
  out.confidence = 0.75;
  return out;
}

Revision final(Nanos from, Nanos to, std::vector<Word> words, bool ends_utterance = false) {
  Revision out;
  out.from = from;
  out.to = to;
  out.final = true;
  out.ends_utterance = ends_utterance;
  out.confidence = 0.5;
  out.transcript = joined(words);
  out.words = std::move(words);
  return out;
}

Revision on_channel(int channel, Revision revision) {
  revision.channel = channel;
  return revision;
}

// "one@1000+500" for a caption, "gap 0-1000" for a gap, times in milliseconds.
std::vector<std::string> described(const std::vector<CaptionItem>& items) {
  auto text = [](Nanos time) { return std::to_string(time.count() / 1'000'000); };
  std::vector<std::string> out;
  for (const CaptionItem& item : items) {
    if (auto* gap = std::get_if<Gap>(&item)) {
      out.push_back("gap " + text(gap->from) + "-" + text(gap->to));
      continue;
    }
    const auto& caption = std::get<Caption>(item);
    out.push_back(caption.text + "@" + text(caption.pts) + "+" + text(caption.duration));
    if (caption.late) out.back() += " late";
  }
  return out;
}

using Items = std::vector<std::string>;

const Caption& caption_in(const std::vector<CaptionItem>& items, std::size_t index) {
  return std::get<Caption>(items.at(index));
}

// --- by word

TEST(CaptionsOfWords, LeaveInOrderWithGapsBetween) {
  Captions captions(Granularity::Word);
  captions.take(final(
      0s, 3s, {word("one", 1s, 1500ms), word("two", 1500ms, 2s), word("three", 2500ms, 2700ms)}));
  captions.settled(3s);
  EXPECT_EQ(described(captions.release()),
            (Items{"gap 0-1000", "one@1000+500", "two@1500+500", "gap 2000-2500", "three@2500+200",
                   "gap 2700-3000"}));
  EXPECT_TRUE(captions.release().empty());
}

TEST(CaptionsOfWords, WaitUntilNothingComesBefore) {
  Captions captions(Granularity::Word);
  captions.take(final(0s, 3s, {word("one", 1s, 2s)}));
  EXPECT_TRUE(captions.release().empty());
  captions.settled(999ms);
  EXPECT_EQ(described(captions.release()), Items{"gap 0-999"});
  captions.settled(1s);
  EXPECT_EQ(described(captions.release()), (Items{"gap 999-1000", "one@1000+1000"}));
}

TEST(CaptionsOfWords, SayNothingOfInterims) {
  Captions captions(Granularity::Word);
  Revision interim = final(0s, 3s, {word("one", 1s, 2s)});
  interim.final = false;
  captions.take(interim);
  captions.settled(3s);
  EXPECT_EQ(described(captions.release()), Items{"gap 0-3000"});
}

TEST(CaptionsOfWords, CarryWhatIsKnownOfTheWord) {
  Captions captions(Granularity::Word);
  captions.take(on_channel(3, final(0s, 3s, {word("a", 1s, 2s, 7), word("b", 2s, 3s, 7)}, true)));
  captions.settled(3s);
  auto items = captions.release();
  const Caption& a = caption_in(items, 1);
  EXPECT_EQ(a.channel, 3);
  EXPECT_EQ(a.speaker, 7);
  EXPECT_TRUE(a.speaker_change);
  EXPECT_EQ(a.confidence, 0.75);
  EXPECT_EQ(a.words.size(), 1u);
  EXPECT_FALSE(a.ends_utterance);
  const Caption& b = caption_in(items, 2);
  EXPECT_FALSE(b.speaker_change);
  EXPECT_TRUE(b.ends_utterance);
}

TEST(CaptionsOfWords, OrderTheChannelsByTime) {
  Captions captions(Granularity::Word);
  captions.take(on_channel(1, final(0s, 4s, {word("b", 2s, 3s), word("d", 3s, 4s)})));
  captions.take(on_channel(0, final(0s, 4s, {word("a", 1s, 2500ms), word("c", 2s, 2500ms)})));
  captions.settled(4s);
  EXPECT_EQ(described(captions.release()),
            (Items{"gap 0-1000", "a@1000+1500", "b@2000+1000", "c@2000+500", "d@3000+1000"}));
}

TEST(CaptionsOfWords, ShowATextWithoutWords) {
  Captions captions(Granularity::Word);
  Revision revision = final(1s, 3s, {}, true);
  revision.transcript = "all of it";
  captions.take(revision);
  captions.take(final(3s, 5s, {}, true));
  captions.settled(5s);
  auto items = captions.release();
  EXPECT_EQ(described(items), (Items{"gap 0-1000", "all of it@1000+2000", "gap 3000-5000"}));
  EXPECT_TRUE(caption_in(items, 1).ends_utterance);
  EXPECT_EQ(caption_in(items, 1).confidence, 0.5);
}

TEST(CaptionsOfWords, LastAMomentAtLeast) {
  Captions captions(Granularity::Word);
  captions.take(final(0s, 3s, {word("a", 1s, 1s), word("b", 2s, 1500ms)}));
  captions.settled(2s);
  EXPECT_EQ(described(captions.release()),
            (Items{"gap 0-1000", "a@1000+1", "gap 1001-2000", "b@2000+1"}));
}

TEST(CaptionsOfWords, LeaveOutWhatIsBlank) {
  Captions captions(Granularity::Word);
  captions.take(final(0s, 3s, {word(" \n", 1s, 2s), word("\tb ", 2s, 3s)}));
  captions.settled(3s);
  EXPECT_EQ(described(captions.release()), (Items{"gap 0-2000", "b@2000+1000"}));
}

TEST(CaptionsOfWords, KnowSpeakersByChannel) {
  Captions captions(Granularity::Word);
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
    EXPECT_EQ(caption_in(items, 0).speaker_change, row.change) << at.count();
  }
}

// --- live

TEST(CaptionsWhenDue, LetGapsGoOnWithoutText) {
  Captions captions(Granularity::Word);
  captions.due(500ms);
  EXPECT_EQ(described(captions.release()), Items{"gap 0-500"});
  captions.due(400ms);
  EXPECT_TRUE(captions.release().empty());
  captions.settled(450ms);
  EXPECT_TRUE(captions.release().empty());
  captions.due(600ms);
  EXPECT_EQ(described(captions.release()), Items{"gap 500-600"});
}

TEST(CaptionsWhenDue, ShowLateTextNow) {
  Captions captions(Granularity::Word);
  captions.due(5s);
  EXPECT_EQ(described(captions.release()), Items{"gap 0-5000"});
  captions.take(
      final(3s, 7s, {word("a", 3s, 3500ms), word("b", 4s, 4200ms), word("c", 5100ms, 6s)}));
  EXPECT_EQ(described(captions.release()), (Items{"a@5000+500 late", "b@5000+200 late"}));
  captions.due(6s);
  EXPECT_EQ(described(captions.release()), Items{"c@5100+900"});
  captions.due(7s);
  EXPECT_EQ(described(captions.release()), Items{"gap 6000-7000"});
}

TEST(CaptionsWhenDue, CoverNoTimeOfATextThatIsOn) {
  Captions captions(Granularity::Word);
  captions.take(final(0s, 9s, {word("long", 1s, 8s)}));
  captions.due(1s);
  EXPECT_EQ(described(captions.release()), (Items{"gap 0-1000", "long@1000+7000"}));
  captions.due(5s);
  EXPECT_TRUE(captions.release().empty());
  captions.take(final(2s, 3s, {word("short", 2s, 3s)}));  // while it is on
  EXPECT_EQ(described(captions.release()), Items{"short@2000+1000"});
  captions.due(9s);
  EXPECT_EQ(described(captions.release()), Items{"gap 8000-9000"});
}

TEST(CaptionsWhenDue, DoNotWaitForAnUtterance) {
  Captions captions(Granularity::Utterance);
  captions.take(final(0s, 3s, {word("one", 1s, 2s)}));
  captions.settled(3s);
  captions.due(4s);
  EXPECT_EQ(described(captions.release()), Items{"gap 0-4000"});
  captions.take(final(3s, 5s, {word("two", 3s, 5s)}, true));
  EXPECT_EQ(described(captions.release()), Items{"one two@4000+4000 late"});
}

// --- by utterance

TEST(CaptionsOfUtterances, JoinFinalsUntilTheSpeakerStops) {
  Captions captions(Granularity::Utterance);
  captions.take(final(0s, 3s, {word("One,", 1s, 2s)}));
  captions.settled(3s);
  EXPECT_EQ(described(captions.release()), Items{"gap 0-1000"});  // not into the utterance
  Revision second = final(3s, 5s, {word("two.", 3s, 4s)}, true);
  second.confidence = 0.25;
  captions.take(second);
  captions.settled(5s);
  auto items = captions.release();
  EXPECT_EQ(described(items), (Items{"One, two.@1000+3000", "gap 4000-5000"}));
  EXPECT_TRUE(caption_in(items, 0).ends_utterance);
  EXPECT_EQ(caption_in(items, 0).confidence, 0.25);
  EXPECT_EQ(caption_in(items, 0).words.size(), 2u);
}

TEST(CaptionsOfUtterances, TakeTheServicesTextAndNotTheWords) {
  Captions captions(Granularity::Utterance);
  Revision revision = final(0s, 3s, {word("twenty", 1s, 2s), word("five", 2s, 3s)}, true);
  revision.transcript = "25";
  captions.take(revision);
  captions.settled(3s);
  EXPECT_EQ(described(captions.release()), (Items{"gap 0-1000", "25@1000+2000"}));
}

TEST(CaptionsOfUtterances, EndWithAnEndOfTheirOwn) {
  Captions captions(Granularity::Utterance);
  captions.take(final(0s, 3s, {word("one", 1s, 2s)}));
  captions.take(final(2s, 2s, {}, true));  // UtteranceEnd, after the last word
  captions.settled(3s);
  EXPECT_EQ(described(captions.release()), (Items{"gap 0-1000", "one@1000+1000", "gap 2000-3000"}));
}

TEST(CaptionsOfUtterances, AreNotEndedByTheEndOfTheOneBefore) {
  Captions captions(Granularity::Utterance);
  captions.take(final(0s, 5s, {word("two", 4s, 5s)}));
  captions.take(final(2s, 2s, {}, true));  // comes late
  captions.settled(5s);
  EXPECT_EQ(described(captions.release()), Items{"gap 0-4000"});
  captions.take(final(5s, 6s, {word("three", 5s, 6s)}, true));
  EXPECT_EQ(described(captions.release()), Items{"two three@4000+2000"});
}

// A server that plays what it recorded says more than was sent: all of it is at one time.
TEST(CaptionsOfUtterances, EndAlsoWithoutALength) {
  for (bool at_once : {true, false}) {
    Captions captions(Granularity::Utterance);
    captions.take(final(2s, 2s, {word("one", 2s, 2s)}, at_once));
    if (!at_once) captions.take(final(2s, 2s, {}, true));
    captions.settled(2s);
    EXPECT_EQ(described(captions.release()), (Items{"gap 0-2000", "one@2000+1"}));
  }
}

TEST(CaptionsOfUtterances, AreCutWhenTheyAreTooLong) {
  Captions captions(Granularity::Utterance);
  for (int i = 0; i < 4; ++i) {
    Nanos at = i * 3s;
    captions.take(final(at, at + 3s, {word("w" + std::to_string(i), at, at + 3s)}));
    captions.settled(at + 3s);
  }
  auto items = captions.release();  // it had lasted 10 s with the fourth
  EXPECT_EQ(described(items), Items{"w0 w1 w2 w3@0+12000"});
  EXPECT_FALSE(caption_in(items, 0).ends_utterance);
}

TEST(CaptionsOfUtterances, WaitForTheOneThatBeganFirst) {
  Captions captions(Granularity::Utterance);
  captions.take(on_channel(0, final(0s, 2s, {word("a", 1s, 2s)})));
  captions.take(on_channel(1, final(0s, 3s, {word("b", 2s, 3s)}, true)));
  captions.settled(3s);
  EXPECT_EQ(described(captions.release()), Items{"gap 0-1000"});
  captions.take(on_channel(0, final(2s, 4s, {word("c", 3s, 4s)}, true)));
  captions.settled(4s);
  EXPECT_EQ(described(captions.release()), (Items{"a c@1000+3000", "b@2000+1000"}));
}

TEST(CaptionsOfUtterances, LeaveNothingBehindWhenTheyAreClosed) {
  Captions captions(Granularity::Utterance);
  captions.take(on_channel(0, final(0s, 2s, {word("a", 1s, 2s)})));
  captions.take(on_channel(1, final(0s, 3s, {word("b", 2s, 3s)})));
  captions.settled(500ms);
  captions.close();
  EXPECT_EQ(described(captions.release()), (Items{"gap 0-1000", "a@1000+1000", "b@2000+1000"}));
  captions.close();
  EXPECT_TRUE(captions.release().empty());
}

TEST(CaptionsOfUtterances, StartAnywhereAgain) {
  Captions captions(Granularity::Utterance);
  captions.take(final(0s, 3s, {word("old", 1s, 2s)}));
  captions.settled(50s);
  captions.restart(20s);
  EXPECT_TRUE(captions.release().empty());
  captions.take(final(20s, 23s, {word("new", 21s, 22s)}, true));
  captions.settled(23s);
  EXPECT_EQ(described(captions.release()),
            (Items{"gap 20000-21000", "new@21000+1000", "gap 22000-23000"}));
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

// --- anything at all

// Speakers on some channels, whose finals come in any order that a service may give them.
class Speech {
 public:
  Speech(std::uint64_t seed, Granularity granularity, bool live)
      : random_(seed), captions_(granularity), live_(live) {
    spoken_.resize(static_cast<std::size_t>(pick(1, 3)));
    captions_.restart(covered_ = pick(0, 5) * 1s);
    for (Spoken& spoken : spoken_) spoken.at = covered_;
  }

  void run() {
    for (int i = 0; i < 40; ++i) {
      speak();
      if (live_ && pick(0, 2) == 0) captions_.due(now() - pick(-500, 2000) * 1ms);
      if (pick(0, 1) == 0) check();
    }
    captions_.close();
    check();
    for (const Spoken& spoken : spoken_) EXPECT_EQ(spoken.shown, spoken.said);
  }

 private:
  struct Spoken {
    Nanos at{};
    std::vector<std::string> said, shown;
  };

  int pick(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }

  Nanos now() const {
    Nanos latest{};
    for (const Spoken& spoken : spoken_) latest = std::max(latest, spoken.at);
    return latest;
  }

  void speak() {
    int channel = pick(0, static_cast<int>(spoken_.size()) - 1);
    Spoken& spoken = spoken_[static_cast<std::size_t>(channel)];
    Nanos from = spoken.at;
    std::vector<Word> words;
    for (int count = pick(0, 4); count > 0; --count) {
      Nanos start = spoken.at + pick(0, 3) * 100ms;
      spoken.at = start + pick(0, 5) * 100ms;
      words.push_back(word("w" + std::to_string(spoken.said.size()), start, spoken.at));
      spoken.said.push_back(words.back().word);
    }
    spoken.at += pick(1, 8) * 100ms;
    captions_.take(on_channel(channel, final(from, spoken.at, std::move(words), pick(0, 3) == 0)));
    Nanos settled = spoken.at;
    for (const Spoken& each : spoken_) settled = std::min(settled, each.at);
    captions_.settled(settled);
  }

  void check() {
    for (const CaptionItem& item : captions_.release()) {
      if (auto* gap = std::get_if<Gap>(&item))
        check(*gap);
      else
        check(std::get<Caption>(item));
    }
  }

  // Gaps and texts leave no time out, and no gap covers a text.
  void check(const Gap& gap) {
    EXPECT_EQ(gap.from, covered_);
    EXPECT_GT(gap.to, gap.from);
    covered_ = last_ = gap.to;
  }

  void check(const Caption& caption) {
    EXPECT_GE(caption.pts, last_);
    EXPECT_LE(caption.pts, covered_);
    EXPECT_GT(caption.duration, 0s);
    EXPECT_TRUE(live_ || !caption.late);
    EXPECT_TRUE(caption.late || caption.pts == caption.words.front().start);
    last_ = caption.pts;
    covered_ = std::max(covered_, caption.pts + caption.duration);
    EXPECT_EQ(caption.text, joined(caption.words));
    for (const Word& each : caption.words)
      spoken_[static_cast<std::size_t>(caption.channel)].shown.push_back(each.word);
  }

  std::mt19937_64 random_;
  Captions captions_;
  const bool live_;
  std::vector<Spoken> spoken_;
  Nanos covered_{}, last_{};
};

TEST(Captions, ShowAllTextInOrderWhateverIsSaid) {
  std::uint64_t first = std::random_device{}();
  std::printf("seed %lu\n", static_cast<unsigned long>(first));
  for (std::uint64_t seed = first; seed < first + 2000; ++seed) {
    for (Granularity granularity : {Granularity::Word, Granularity::Utterance})
      for (bool live : {false, true}) Speech(seed, granularity, live).run();
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

}  // namespace
}  // namespace dg
