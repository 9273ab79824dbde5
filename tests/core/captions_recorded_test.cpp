// SPDX-License-Identifier: LGPL-2.1-or-later
// Sequences of interims and finals as the service sends them, from its messages to captions: in
// every way to show them each word of a final is shown once, or counted as corrected.
#include <algorithm>
#include <cstdio>
#include <sstream>

#include <gtest/gtest.h>

#include "core/letters.h"
#include "support/captionscript.h"
#include "support/recordedmessages.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

// --- messages

std::string seconds(long milliseconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", static_cast<double>(milliseconds) / 1000);
  return text;
}

// "i 0 2000 may@1000+200 be@1200+200": an interim, from and to; f is a final, F ends the speech.
std::string message_of(const std::string& line) {
  std::istringstream in(line);
  char what{};
  long from{}, to{};
  in >> what >> from >> to;
  std::string words, transcript;
  for (std::string item; in >> item;) {
    std::size_t at = item.rfind('@'), plus = item.rfind('+');
    std::string text = item.substr(0, at);
    long start = std::stol(item.substr(at + 1)), length = std::stol(item.substr(plus + 1));
    transcript += (transcript.empty() ? "" : " ") + text;
    if (!words.empty()) words += ',';
    words.append(R"({"word":")").append(text);
    words.append(R"(","punctuated_word":")").append(text);
    words.append(R"(","confidence":0.9,"start":)").append(seconds(start));
    words.append(R"(,"end":)").append(seconds(start + length)).append("}");
  }
  std::string final = what == 'i' ? "false" : "true", ends = what == 'F' ? "true" : "false";
  return R"({"type":"Results","channel_index":[0,1],"start":)" + seconds(from) + R"(,"duration":)" +
         seconds(to - from) + R"(,"is_final":)" + final + R"(,"speech_final":)" + ends +
         R"(,"from_finalize":false,"channel":{"alternatives":[)" + R"({"transcript":")" +
         transcript + R"(","confidence":0.9,"words":[)" + words + "]}]}}";
}

std::vector<Results> written(const std::vector<const char*>& lines) {
  std::vector<std::string> messages;
  messages.reserve(lines.size());
  for (const char* line : lines) messages.push_back(message_of(line));
  return results_in(messages);
}

// --- what is shown of them

struct Way {
  Granularity granularity;
  InterimStrategy interims;
  bool live;
  Nanos latency;
};

std::string described(const Way& way) {
  return ", granularity " + std::to_string(static_cast<int>(way.granularity)) + ", strategy " +
         std::to_string(static_cast<int>(way.interims)) + ", latency " +
         std::to_string(way.latency / 1ms) + ": ";
}

std::vector<Way> ways() {
  std::vector<Way> out;
  for (Granularity granularity :
       {Granularity::Cue, Granularity::Word, Granularity::RollUp, Granularity::Utterance}) {
    out.push_back({granularity, InterimStrategy::Disabled, false, 0s});
    for (InterimStrategy interims :
         {InterimStrategy::Disabled, InterimStrategy::Deadline, InterimStrategy::Stable})
      for (Nanos latency : {300ms, 1000ms, 2000ms, 4000ms, 8000ms})
        out.push_back({granularity, interims, true, latency});
  }
  return out;
}

class Replay {
 public:
  explicit Replay(const Way& way) : way_(way), style_(style(way)), captions_(style_) {
    captions_.restart(0s);
  }

  // Each connection begins a thousand seconds later.
  void play(const std::vector<Results>& sequence) {
    const Results* before = nullptr;
    for (const Results& results : sequence) {
      if (!before || before->request_id != results.request_id) connect(results.channel.count);
      before = &results;
      hear(results);
    }
    disconnect();
  }

  std::vector<std::string> said, shown;
  unsigned corrected = 0;

 private:
  static CaptionStyle style(const Way& way) {
    CaptionStyle style = style_of(way.granularity);
    style.interims = way.interims;
    return style;
  }

  void connect(int channels) {
    constexpr Nanos length = 900s;
    if (connection_++ > 0) disconnect();
    base_ = now_ = connection_ * 1000s;
    AudioFormat format{Encoding::Mulaw, 8000, 1};
    timeline_.emplace(format);
    timeline_->sent(format.samples_in(base_), base_, format.samples_in(length));
    transcript_.settle(format.samples_in(base_));
    transcript_.connected(channels);
  }

  // A leftover interim is final then.
  void disconnect() {
    Position end = timeline_->format().samples_in(base_) + timeline_->samples();
    for (const Revision& revision : transcript_.finish(end)) take(revision);
    captions_.close();
    look();
  }

  void hear(const Results& results) {
    Nanos arrival = base_ + results.end() + 300ms;
    for (; way_.live && now_ < arrival; now_ += 50ms) {
      captions_.due(now_ - way_.latency + 60ms, now_);
      look();
    }
    Revision revision = transcript_.take(results, *timeline_);
    if (revision.final || way_.live) take(revision);
    look();
  }

  void take(const Revision& revision) {
    captions_.take(revision);
    if (!revision.final) return;
    captions_.settled(revision.to);
    for (const Word& word : revision.words) said.push_back(letters(word.punctuated_word));
    std::string all = letters(revision.transcript);
    if (revision.words.empty() && !all.empty()) said.push_back(all);
  }

  void look() {
    for (const CaptionItem& item : captions_.release()) {
      auto* caption = std::get_if<Caption>(&item);
      if (!caption) continue;
      EXPECT_GE(caption->pts, last_);
      EXPECT_GT(caption->duration, 0s);
      EXPECT_FALSE(caption->text().empty());
      EXPECT_EQ(caption->text(), clean(caption->text()));
      last_ = caption->pts;
      bool without_words = caption->words.empty() && way_.granularity == Granularity::Utterance;
      if (without_words) shown.push_back(letters(caption->text()));
      for (std::size_t i = caption->words.size() - caption->fresh; i < caption->words.size(); ++i)
        shown.push_back(letters(caption->words[i].punctuated_word));
    }
    corrected = captions_.corrected();
  }

  const Way way_;
  const CaptionStyle style_;
  Captions captions_;
  Transcript transcript_;
  std::optional<Timeline> timeline_;
  int connection_ = 0;
  Nanos base_{}, now_{}, last_{};
};

std::string together(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += text;
  return all;
}

// How many of the words are not among the others.
std::size_t missing(std::vector<std::string> words, std::vector<std::string> others) {
  std::sort(words.begin(), words.end());
  std::sort(others.begin(), others.end());
  std::vector<std::string> out;
  std::set_difference(words.begin(), words.end(), others.begin(), others.end(),
                      std::back_inserter(out));
  return out.size();
}

void expect_shown(const char* what, const std::vector<Results>& sequence) {
  ASSERT_FALSE(sequence.empty()) << what;
  for (const Way& way : ways()) {
    Replay replay(way);
    replay.play(sequence);
    std::string how =
        std::string(what) + ", granularity " + std::to_string(static_cast<int>(way.granularity)) +
        ", strategy " + std::to_string(static_cast<int>(way.interims)) + ", latency " +
        std::to_string(way.latency / 1ms) + ": " + testing::PrintToString(replay.shown);
    bool finals_only = !way.live || way.interims == InterimStrategy::Disabled ||
                       way.granularity == Granularity::Utterance;
    if (finals_only) {
      EXPECT_EQ(replay.shown, replay.said) << how;
      EXPECT_EQ(replay.corrected, 0u) << how;
    } else if (together(replay.shown) != together(replay.said)) {  // merged or split, that is
      EXPECT_LE(missing(replay.said, replay.shown), replay.corrected) << how;
      EXPECT_LE(missing(replay.shown, replay.said), replay.corrected) << how;
    }
  }
}

TEST(CaptionsRecorded, ShowWhatTheServiceSaid) {
  for (const char* name : {"docs-examples.jsonl", "docs-multichannel-2ch.jsonl",
                           "nova2-phonecall-mulaw-captures-2026-08-25.jsonl"})
    expect_shown(name, recorded(name));
}

struct Sequence {
  const char* what;
  std::vector<const char*> lines;
};

// What interims of the service are like: they grow, shrink, change their minds and their times; a
// final takes a part of what was known, and the rest comes again.
const Sequence kSequences[] = {
    {"growing, and written otherwise in the end",
     {"i 0 1000 another@400+400", "i 0 2000 another@400+400 big@800+300 problem@1150+600",
      "i 0 3000 another@400+400 big@800+300 problem@1150+600 in@1900+200",
      "F 0 4000 Another@400+400 big@800+300 problem,@1150+600 in@1900+200 speech.@2300+900"}},
    {"the last word is not there for a while",
     {"i 0 1000 we@100+200 are@350+200 go@600+300", "i 0 2000 we@100+200 are@350+200",
      "i 0 3000 we@100+200 are@350+200 going@600+500 home@1200+500",
      "F 0 4000 We@100+200 are@350+200 going@600+500 home.@1200+500"}},
    {"merged and split",
     {"i 0 2000 it@100+200 may@400+200 be@650+150 wi@900+150 fi@1100+200",
      "i 0 3000 it@100+200 maybe@400+400 wifi@900+400 cannot@1500+500",
      "F 0 4000 it@100+200 maybe@400+400 wifi@900+400 can@1500+250 not@1750+250"}},
    {"numbers",
     {"i 0 2000 one@100+200 hundred@300+300 twenty@650+250 three@900+200",
      "i 0 3000 123@100+1000 main@1200+300 street@1500+400",
      "F 0 4000 123@100+1000 Main@1200+300 Street.@1500+400"}},
    {"times move",
     {"i 0 1000 one@200+300 two@500+300", "i 0 2000 one@300+300 two@600+300 three@900+300",
      "i 0 3000 one@120+300 two@420+300 three@720+300 four@1100+400",
      "F 0 4000 one@250+300 two@550+300 three@850+300 four@1300+400"}},
    {"the same word again and again",
     {"i 0 1000 no@100+150 no@300+150", "i 0 2000 no@100+150 no@300+150 no@500+150",
      "F 0 3000 no@100+150 no@300+150 no@500+150 no@700+150", "i 3000 4000 no@3100+150",
      "F 3000 5000 no@3100+150 no@3300+150"}},
    {"a final takes a part, and the rest comes again",
     {"i 0 2000 a@100+200 long@400+300 time@800+300 ago@1200+400",
      "i 0 4000 a@100+200 long@400+300 time@800+300 ago@1200+400 in@2000+200 a@2250+100",
      "f 0 1900 A@100+200 long@400+300 time@800+300 ago,@1200+400",
      "i 1900 5000 in@2000+200 a@2250+100 land@2500+400 far@3100+300 away@3500+400",
      "F 1900 6000 in@2000+200 a@2250+100 land@2500+400 far@3100+300 away.@3500+400"}},
    {"a word at the border moves across it",
     {"i 0 3000 so@100+200 it@2600+200 goes@2850+300", "f 0 2700 so@100+200",
      "i 2700 4000 it@2720+150 goes@2900+300",
      "F 2700 5000 it@2720+150 goes@2900+300 on@3300+300"}},
    {"other words",
     {"i 0 2000 recognize@100+500 speech@700+400",
      "i 0 3000 wreck@100+250 a@350+100 nice@450+200 beach@700+400 today@1300+400",
      "F 0 4000 recognize@100+500 speech@700+400 today@1300+400"}},
    {"nothing of it was said",
     {"i 0 1000 hm@300+200", "i 0 2000", "F 0 3000", "i 3000 4000 yes@3300+300",
      "F 3000 5000 Yes.@3300+300"}},
    {"empty results between",
     {"i 0 1000", "f 0 1000", "i 1000 2000 well@1300+300", "i 1000 2500",
      "f 1000 3000 Well,@1300+300", "F 3000 4000"}},
    {"without blanks",
     {"i 0 1000 こん@100+300", "i 0 2000 こんに@100+400 ちは@500+300",
      "F 0 3000 こんにちは@100+700 世界@900+500"}},
};

TEST(CaptionsRecorded, ShowWhatServicesMaySay) {
  for (const Sequence& sequence : kSequences) expect_shown(sequence.what, written(sequence.lines));
}

// What comes before and behind changes nothing of it.
TEST(CaptionsRecorded, ShowOneBehindTheOther) {
  for (const Way& way : ways()) {
    std::vector<Results> all;
    std::vector<std::string> shown;
    unsigned corrected = 0;
    Nanos base{};
    for (const Sequence& sequence : kSequences) {
      Replay alone(way);
      alone.play(written(sequence.lines));
      shown.insert(shown.end(), alone.shown.begin(), alone.shown.end());
      corrected += alone.corrected;
      for (Results results : written(sequence.lines)) {
        results.start += base;
        for (Word& word : results.words) {
          word.start += base;
          word.end += base;
        }
        all.push_back(std::move(results));
      }
      base = all.back().end();
    }
    Replay replay(way);
    replay.play(all);
    EXPECT_EQ(replay.shown, shown) << described(way);
    EXPECT_EQ(replay.corrected, corrected) << described(way);
  }
}

}  // namespace
}  // namespace dg
