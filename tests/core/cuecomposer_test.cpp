// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/cuecomposer.h"

#include <gtest/gtest.h>

#include "support/captionscript.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

class Cues {
 public:
  explicit Cues(const CaptionStyle& style = style_of(Granularity::Cue)) : captions_(style) {}

  Cues& take(const Revision& revision) {
    captions_.take(revision);
    if (revision.final) captions_.settled(revision.to);
    return *this;
  }
  Cues& settled(Nanos time) {
    captions_.settled(time);
    return *this;
  }
  Cues& due(Nanos time) {
    captions_.due(time, time + 2s);
    return *this;
  }
  Cues& close() {
    captions_.close();
    return *this;
  }
  Items out() { return described(captions_.release()); }
  std::vector<Caption> captions() { return captions_in(captions_.release()); }

 private:
  Captions captions_;
};

// --- what is known before it is due

TEST(Cue, IsOneCaptionOfWhatWasSaid) {
  Cues cues;
  cues.take(final(0s, 2500ms, words("Hello there, world.", 1s, 500ms), true));
  EXPECT_EQ(cues.out(), Items{"gap 0-1000"});  // it may stay on for a while yet
  cues.settled(5s);
  EXPECT_EQ(cues.out(), (Items{"Hello there, world.@1000+1500", "end", "gap 2500-5000"}));
}

TEST(Cue, WaitsForTheRestOfTheSentence) {
  Cues cues;
  cues.take(final(0s, 2s, words("Hello there,", 1s, 500ms)));
  EXPECT_EQ(cues.out(), Items{"gap 0-1000"});
  cues.take(final(2s, 4s, words("world.", 2s, 500ms), true)).settled(6s);
  EXPECT_EQ(cues.out(), (Items{"Hello there, world.@1000+1500", "end", "gap 2500-6000"}));
}

TEST(Cue, IsShownForAWhileWhereSpeechLeavesThat) {
  Cues cues;
  cues.take(final(0s, 2s, {word("Yes.", 1s, 1200ms)}, true)).settled(4s);
  EXPECT_EQ(cues.out(), (Items{"gap 0-1000", "Yes.@1000+833", "end", "gap 1833-4000"}));
  cues.take(final(4s, 6s, {word("No.", 5s, 5200ms)}, true));
  cues.take(final(6s, 7s, {word("Yes!", 5500ms, 5700ms)}, true)).settled(9s);
  EXPECT_EQ(cues.out(), (Items{"gap 4000-5000", "No.@5000+420", "end", "gap 5420-5500",
                               "Yes!@5500+833", "end", "gap 6333-9000"}));
}

TEST(Cue, IsShownAsLongAsItTakesToRead) {
  Cues cues;
  cues.take(final(0s, 2s, words("abcdefghi abcdefghi abcdefghi abcdefghi", 1s, 100ms), true));
  cues.settled(9s);  // 39 characters, 20 a second
  EXPECT_EQ(cues.out(), (Items{"gap 0-1000", "abcdefghi abcdefghi abcdefghi abcdefghi@1000+1950",
                               "end", "gap 2950-9000"}));
}

TEST(Cue, EndsTwoFramesBeforeTheNext) {
  Cues cues;
  cues.take(final(0s, 3s, words("one two", 1s, 1s), true));
  cues.take(final(3s, 5s, words("three four", 3s, 1s), true)).settled(9s);
  EXPECT_EQ(cues.out(), (Items{"gap 0-1000", "one two@1000+1920", "end", "gap 2920-3000",
                               "three four@3000+2000", "end", "gap 5000-9000"}));
}

TEST(Cue, BeginsAnewBehindAPause) {
  Cues cues;
  cues.take(
      final(0s, 5s, {word("one", 1s, 2s), word("two", 2700ms, 3s), word("three", 3701ms, 4s)}));
  cues.settled(9s);
  EXPECT_EQ(cues.out(), (Items{"gap 0-1000", "one two@1000+2000", "gap 3000-3701", "three@3701+833",
                               "gap 4534-9000"}));
}

TEST(Cue, BeginsAnewWithAnotherSpeaker) {
  CaptionStyle style = style_of(Granularity::Cue);
  style.labels = SpeakerLabels::Name;
  Cues cues(style);
  std::vector<Word> said = words("How are you?", 1s, 300ms, 0);
  for (const Word& word : words("Fine, thanks.", 1900ms, 300ms, 1)) said.push_back(word);
  cues.take(final(0s, 4s, said, true)).settled(9s);
  EXPECT_EQ(cues.out(), (Items{"gap 0-1000", "Speaker 0: How are you?@1000+820", "gap 1820-1900",
                               "Speaker 1: Fine, thanks.@1900+1200", "end", "gap 3100-9000"}));
}

TEST(Cue, FillsTheLinesAndBreaksWhereItReadsWell) {
  Cues cues;
  std::string said =
      "We shall not fail or falter, we shall not weaken or tire, and neither the sudden shock of "
      "battle nor the long-drawn trials of vigilance and exertion will wear us down.";
  cues.take(final(0s, 20s, words(said, 1s, 250ms), true)).settled(30s);
  std::string all;
  for (const Caption& caption : cues.captions()) {
    ASSERT_LE(caption.lines.size(), 2u);
    for (const Line& line : caption.lines) {
      EXPECT_LE(line.text.size(), 42u) << line.text;
      all += (all.empty() ? "" : " ") + line.text;
    }
    char last = caption.lines.back().text.back();
    EXPECT_TRUE(last == ',' || last == '.' || caption.text().ends_with("vigilance"))
        << caption.text();
  }
  EXPECT_EQ(all, said);
}

TEST(Cue, IsNoLongerThanItMayBe) {
  CaptionStyle style = style_of(Granularity::Cue);
  style.max_duration = 3s;
  style.pause = 2s;
  Cues cues(style);
  cues.take(final(0s, 20s, words("a b c d e f", 0s, 1s), true)).settled(30s);
  for (const Caption& caption : cues.captions()) EXPECT_LE(caption.duration, 3s);
}

TEST(Cue, CutsAWordThatIsWiderThanALine) {
  CaptionStyle style = style_of(Granularity::Cue);
  style.box = {10, 2};
  Cues cues(style);
  cues.take(final(0s, 5s, {word("abcdefghijklmnopqrstuvwxyzabcdefghi", 0s, 3500ms)}, true));
  cues.settled(9s);
  std::string all;
  for (const Caption& caption : cues.captions()) {
    EXPECT_LE(caption.lines.size(), 2u);
    for (const Line& line : caption.lines) {
      EXPECT_LE(line.text.size(), 10u);
      all += line.text;
    }
  }
  std::erase(all, ' ');
  EXPECT_EQ(all, "abcdefghijklmnopqrstuvwxyzabcdefghi");
}

TEST(Cue, LeavesNothingBehindAtTheEnd) {
  Cues cues;
  cues.take(final(0s, 2s, words("and then", 1s, 500ms))).close();
  EXPECT_EQ(cues.out(), (Items{"gap 0-1000", "and then@1000+1000"}));
}

TEST(Cue, LastsNoLongerThanTheStream) {
  Cues cues;
  cues.take(final(0s, 2s, words("abcdefghi abcdefghi abcdefghi abcdefghi", 1s, 100ms))).close();
  EXPECT_EQ(cues.out(), (Items{"gap 0-1000", "abcdefghi abcdefghi abcdefghi abcdefghi@1000+1000"}));
}

TEST(Cue, SaysNothingOfInterims) {
  Cues cues;
  cues.take(interim(0s, 2s, words("one", 1s, 1s))).settled(3s);
  EXPECT_EQ(cues.out(), Items{"gap 0-3000"});
}

TEST(Cue, KeepsChannelsApart) {
  Cues cues;
  cues.take(on_channel(0, final(0s, 1s, words("a b", 1s, 1s), true)));
  cues.take(on_channel(1, final(0s, 1s, words("c d", 1500ms, 1s), true)));
  cues.settled(9s);
  EXPECT_EQ(cues.out(),
            (Items{"gap 0-1000", "a b@1000+2000", "end", "c d@1500+2000", "end", "gap 3500-9000"}));
}

// One demuxer in front, and queues that are full: the text goes on to the input's end.
TEST(Cue, GetsToWhereItIsAwaited) {
  Captions captions(style_of(Granularity::Cue));
  captions.take(final(0s, 2s, words("abcdefghi abcdefghi abcdefghi abcdefghi", 1s, 100ms)));
  captions.settled(2s);
  EXPECT_EQ(described(captions.release()), Items{"gap 0-1000"});
  captions.awaited(2s);
  EXPECT_EQ(described(captions.release()),
            (Items{"abcdefghi abcdefghi abcdefghi abcdefghi@1000+1000", "end", "gap 2000-2000"}));
  captions.awaited(2s);
  captions.awaited(1s);  // where time was already
  EXPECT_EQ(described(captions.release()), Items{});
  captions.take(final(2s, 4s, words("more", 3s, 500ms), true));
  captions.settled(6s);
  EXPECT_EQ(described(captions.release()),
            (Items{"abcdefghi abcdefghi abcdefghi abcdefghi@2000+920 goes on", "gap 2920-3000",
                   "more@3000+833", "end", "gap 3833-6000"}));
}

// --- live

TEST(LiveCue, GrowsAsItsWordsFallDue) {
  Cues cues;
  cues.take(interim(0s, 3s, words("one two three", 1s, 500ms))).due(1s);
  EXPECT_EQ(cues.out(), Items{"gap 0-1000"});
  EXPECT_EQ(cues.due(1050ms).out(), Items{"one@1000+50"});
  EXPECT_EQ(cues.due(1500ms).out(), Items{"one@1050+450 goes on"});
  EXPECT_EQ(cues.due(2050ms).out(), (Items{"one two@1500+500", "one two three@2000+50"}));
  EXPECT_EQ(cues.due(2500ms).out(), Items{"one two three@2050+450 goes on"});
}

TEST(LiveCue, IsOneCaptionWhenItIsKnownInTime) {
  Cues cues;
  cues.due(500ms).take(final(0s, 3s, words("one two three.", 1s, 500ms), true)).settled(4s);
  EXPECT_EQ(cues.out(), (Items{"gap 0-1000", "one two three.@1000+1500", "end", "gap 2500-4000"}));
}

TEST(LiveCue, StaysOnWhileMoreMayCome) {
  Cues cues;
  cues.take(interim(0s, 2s, words("one", 1s, 200ms))).due(1800ms);
  EXPECT_EQ(cues.out(), (Items{"gap 0-1000", "one@1000+800"}));
  EXPECT_EQ(cues.due(1900ms).out(), Items{"one@1800+100 goes on"});
  EXPECT_EQ(cues.due(2s).out(), Items{"one@1900+100 goes on"});
  // Nobody spoke for a while: that is known, or one has waited long enough for it.
  EXPECT_EQ(cues.settled(1950ms).due(2100ms).out(), Items{"gap 2000-2100"});
}

TEST(LiveCue, CompletesAWordWithoutABlank) {
  Cues cues;
  cues.take(interim(0s, 2s, {word("away", 1s, 1400ms), word("fr", 1500ms, 1700ms)})).due(1600ms);
  EXPECT_EQ(cues.captions().back().text(), "away fr");
  cues.take(final(0s, 2s, {word("away", 1s, 1400ms), word("from", 1500ms, 1900ms)}));
  EXPECT_EQ(cues.due(2s).captions().back().text(), "away from");
}

// What was begun stably and is not shown yet is shown whole.
TEST(LiveCue, CompletesAWordBeforeItIsShown) {
  CaptionStyle style = style_of(Granularity::Cue);
  style.interims = InterimStrategy::Stable;
  Captions captions(style);
  captions.due(100ms, 6100ms);
  for (int i = 0; i < 2; ++i) {
    captions.take(interim(0s, 4s, {word("cap", 1s, 1600ms)}));
    captions.release();
  }
  captions.take(final(0s, 4s, {word("captions", 1s, 1900ms)}, true));
  captions.settled(4s);
  EXPECT_EQ(described(captions.release()),
            (Items{"gap 100-1000", "captions@1000+900", "end", "gap 1900-4000"}));
}

TEST(LiveCue, DoesNotWaitForEver) {
  Cues cues;
  cues.take(interim(0s, 2s, words("one", 1s, 200ms))).due(3900ms);
  EXPECT_EQ(cues.out(), (Items{"gap 0-1000", "one@1000+2900"}));
  EXPECT_EQ(cues.due(4s).out(), Items{"gap 3900-4000"});
}

// Words that come later than they are due are no pause.
TEST(LiveCue, KeepsLateWordsTogether) {
  Cues cues;
  std::vector<Word> said = words("a b c d e f", 0s, 500ms);
  std::vector<std::string> texts;
  for (Nanos now = 0s; now < 4s; now += 50ms) {
    auto heard = std::min<std::ptrdiff_t>(6, (now - 1500ms) / 1s * 2);
    if (heard > 0) cues.take(interim(0s, now, {said.begin(), said.begin() + heard}));
    for (const Caption& caption : cues.due(now).captions())
      if (texts.empty() || texts.back() != caption.text()) texts.push_back(caption.text());
  }
  ASSERT_FALSE(texts.empty());
  EXPECT_EQ(texts.back(), "a b c d");
}

TEST(LiveCue, NeverPutsWhatIsOnIntoOtherLines) {
  CaptionStyle style = style_of(Granularity::Cue);
  style.box = {10, 2};
  Cues cues(style);
  cues.take(interim(0s, 9s, words("aaaa bbbb cccc dddd eeee ffff", 0s, 400ms)));
  std::vector<std::string> texts;
  for (Nanos now = 0s; now < 4s; now += 50ms)
    for (const Caption& caption : cues.due(now).captions())
      if (texts.empty() || texts.back() != caption.text()) texts.push_back(caption.text());
  EXPECT_EQ(texts, (std::vector<std::string>{"aaaa", "aaaa bbbb", "aaaa bbbb\ncccc",
                                             "aaaa bbbb\ncccc dddd", "eeee", "eeee ffff"}));
}

TEST(LiveCue, EndsWithTheSentence) {
  Cues cues;
  cues.take(interim(0s, 9s, words("This is it. And that", 0s, 400ms)));
  std::vector<std::string> texts;
  for (Nanos now = 0s; now < 3s; now += 50ms)
    for (const Caption& caption : cues.due(now).captions()) texts.push_back(caption.text());
  EXPECT_NE(std::find(texts.begin(), texts.end(), "This is it."), texts.end());
  EXPECT_EQ(texts.back(), "And that");
}

TEST(LiveCue, ShowsALateWordWhereItMay) {
  Cues cues;
  cues.take(interim(0s, 2s, words("one", 1s, 400ms))).due(1500ms);
  EXPECT_EQ(cues.out(), (Items{"gap 0-1000", "one@1000+500"}));
  cues.take(final(0s, 2s, {word("one", 1s, 1400ms), word("two", 1400ms, 1500ms)}));
  EXPECT_EQ(cues.due(1600ms).out(), Items{"one two@1500+100 late"});
}

TEST(LiveCue, ClaimsNoTimeThatIsNotDecided) {
  Cues cues;
  Nanos now{};
  for (int i = 0; i < 40; ++i, now += 50ms) {
    if (i % 7 == 0) cues.take(interim(0s, now + 1s, words("a b c d e f g h", 0s, 300ms)));
    for (const Caption& caption : cues.due(now).captions()) EXPECT_LE(caption.end(), now);
  }
}

// What an outage brings at once is seen, each for a moment.
TEST(LiveCue, GivesEachOfManyLateCuesItsTime) {
  Cues cues;
  EXPECT_EQ(cues.due(20s).out(), Items{"gap 0-20000"});
  cues.take(final(0s, 15s, {word("one.", 1s, 2s), word("two.", 5s, 6s), word("three.", 9s, 10s)}));
  std::vector<Caption> captions;
  for (Nanos now = 20050ms; now < 26s; now += 50ms)
    for (Caption& caption : cues.due(now).captions())
      if (!caption.continued) captions.push_back(std::move(caption));
  ASSERT_EQ(captions.size(), 3u);
  EXPECT_EQ(captions[0].text(), "one.");
  EXPECT_EQ(captions[1].pts - captions[0].pts, 833ms);
  EXPECT_EQ(captions[2].pts - captions[1].pts, 833ms);
}

// --- shown as it comes

CaptionStyle on_arrival(Granularity granularity) {
  CaptionStyle style = style_of(granularity);
  style.timing = Timing::Arrival;
  return style;
}

TEST(CueOnArrival, HasTheTimeAtWhichItComes) {
  Captions captions(on_arrival(Granularity::Cue));
  captions.due(8s, 10s);
  EXPECT_EQ(described(captions.release()), Items{"gap 0-10000"});
  captions.take(final(8s, 9500ms, words("Hello there.", 8s, 500ms), true));
  EXPECT_EQ(described(captions.release()), (Items{"Hello there.@10000+100", "end"}));
  captions.due(8050ms, 10050ms);
  EXPECT_EQ(described(captions.release()), Items{});
  captions.due(8100ms, 10100ms);
  EXPECT_EQ(described(captions.release()), Items{"Hello there.@10100+100 goes on"});
  Nanos end{};
  for (Nanos now = 10150ms; now < 12s; now += 50ms) {
    captions.due(now - 2s, now);
    for (const Caption& caption : captions_in(captions.release())) end = caption.end();
  }
  EXPECT_EQ(end, 10833ms);
}

TEST(CueOnArrival, LeavesNothingBehindAtTheEnd) {
  Captions captions(on_arrival(Granularity::Cue));
  captions.due(8s, 10s);
  captions.release();
  captions.take(final(8s, 9500ms, words("Hello there.", 8s, 500ms)));
  captions.close();
  EXPECT_EQ(described(captions.release()).front().substr(0, 18), "Hello there.@10000");
}

}  // namespace
}  // namespace dg
