// SPDX-License-Identifier: LGPL-2.1-or-later
// Speakers on some channels, with interims and finals in any order that a service may give them,
// live and not, shown in every way: each word comes once, in order, and time goes on without holes.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "support/captionscript.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

std::uint64_t number(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text && *text ? std::strtoull(text, nullptr, 10) : otherwise;
}

class Speech {
 public:
  Speech(std::uint64_t seed, Granularity granularity, bool live)
      : random_(seed), live_(live), style_(style(granularity)), captions_(style_) {
    spoken_.resize(static_cast<std::size_t>(pick(1, 3)));
    captions_.restart(covered_ = last_ = pick(0, 5) * 1s);
    for (Spoken& spoken : spoken_) spoken.at = spoken.heard = covered_;
    limit_ = covered_;
  }

  void run() {
    for (int i = 0; i < 40; ++i) {
      speak();
      if (live_ && pick(0, 2) == 0) pass();
      if (pick(0, 1) == 0) check();
    }
    closing_ = true;
    for (std::size_t i = 0; i < spoken_.size(); ++i) conclude(static_cast<int>(i), true);
    captions_.close();
    check();
    for (const Spoken& spoken : spoken_) expect_same(spoken.shown, spoken.said);
  }

 private:
  struct Spoken {
    Nanos at{};              // of the speaker
    Nanos heard{};           // up to where it is final
    std::vector<Word> open;  // that are not final
    std::vector<std::string> said, shown;
  };

  static void expect_same(const std::vector<std::string>& shown,
                          const std::vector<std::string>& said) {
    auto [is, expected] = std::mismatch(shown.begin(), shown.end(), said.begin(), said.end());
    if (is == shown.end() && expected == said.end()) return;
    ADD_FAILURE() << "word " << is - shown.begin() << " of " << said.size() << ": "
                  << (is == shown.end() ? "nothing" : *is) << " instead of "
                  << (expected == said.end() ? "nothing" : *expected);
  }

  int pick(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }

  CaptionStyle style(Granularity granularity) {
    CaptionStyle out = style_of(granularity);
    if (live_) out.interims = static_cast<InterimStrategy>(pick(0, 2));
    out.box = {static_cast<std::size_t>(pick(live_ ? 4 : 20, 42)),
               static_cast<std::size_t>(pick(1, 3))};
    out.min_duration = pick(1, 10) * 100ms;
    out.pause = pick(0, 10) * 100ms;
    out.labels = static_cast<SpeakerLabels>(pick(0, 3));
    return out;
  }

  Nanos now() const {
    Nanos latest{};
    for (const Spoken& spoken : spoken_) latest = std::max(latest, spoken.at);
    return latest;
  }

  void pass() {
    limit_ = std::max(limit_, now() - pick(-500, 2000) * 1ms);
    captions_.due(limit_, limit_ + 2s);
  }

  void speak() {
    int channel = pick(0, static_cast<int>(spoken_.size()) - 1);
    Spoken& spoken = spoken_[static_cast<std::size_t>(channel)];
    for (int count = pick(0, 4); count > 0; --count) {
      Nanos start = spoken.at + pick(0, 3) * 100ms;
      spoken.at = start + pick(live_ ? 0 : 1, 5) * 100ms;  // what is said at once comes late
      std::string text = "w" + std::to_string(spoken.said.size()) + (pick(0, 9) == 0 ? "." : "");
      std::optional<int> speaker;
      if (pick(0, 1) == 0) speaker = pick(0, 1);
      spoken.open.push_back(word(text, start, spoken.at, speaker));
      spoken.said.push_back(text);
    }
    spoken.at += pick(1, 8) * 100ms;
    if (pick(0, 1) == 0)
      guess(channel);
    else
      conclude(channel, pick(0, 3) == 0);
  }

  // An interim, whose times are not quite what they will be.
  void guess(int channel) {
    Spoken& spoken = spoken_[static_cast<std::size_t>(channel)];
    std::vector<Word> guessed = spoken.open;
    for (Word& word : guessed) {
      Nanos shift = pick(-50, 50) * 1ms;
      word.start = std::max(word.start + shift, spoken.heard);
      word.end = std::max(word.end + shift, word.start + 20ms);
    }
    captions_.take(on_channel(channel, interim(spoken.heard, spoken.at, std::move(guessed))));
  }

  void conclude(int channel, bool ends) {
    Spoken& spoken = spoken_[static_cast<std::size_t>(channel)];
    captions_.take(
        on_channel(channel, final(spoken.heard, spoken.at, std::exchange(spoken.open, {}), ends)));
    spoken.heard = spoken.at;
    settled_ = spoken.heard;
    for (const Spoken& each : spoken_) settled_ = std::min(settled_, each.heard);
    captions_.settled(settled_);
  }

  void check() {
    for (const CaptionItem& item : captions_.release()) {
      if (auto* gap = std::get_if<Gap>(&item)) check(*gap);
      if (auto* caption = std::get_if<Caption>(&item)) check(*caption);
    }
    EXPECT_TRUE(captions_.release().empty());
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
    bool one_by_one = style_.granularity == Granularity::Word && spoken_.size() == 1;
    EXPECT_TRUE(!one_by_one || caption.pts == covered_);
    EXPECT_GT(caption.duration, 0s);
    EXPECT_TRUE(live_ || caption.late == 0);
    EXPECT_LE(caption.fresh, caption.words.size());
    EXPECT_EQ(caption.text(), clean(caption.text()));
    EXPECT_FALSE(caption.text().empty());
    bool whole =
        style_.granularity == Granularity::Word || style_.granularity == Granularity::Utterance;
    if (!whole) check_shape(caption);
    last_ = caption.pts;
    covered_ = std::max(covered_, caption.end());
    Spoken& spoken = spoken_[static_cast<std::size_t>(caption.channel)];
    for (std::size_t i = caption.words.size() - caption.fresh; i < caption.words.size(); ++i)
      spoken.shown.push_back(caption.words[i].word);
  }

  void check_shape(const Caption& caption) {
    EXPECT_LE(caption.lines.size(), style_.box.lines);
    for (const Line& line : caption.lines)
      EXPECT_LE(columns(line.text), style_.box.line_length) << line.text;
    if (closing_ || style_.interims == InterimStrategy::Stable) return;
    EXPECT_LE(caption.end(), std::max(limit_, settled_));
  }

  std::mt19937_64 random_;
  const bool live_;
  const CaptionStyle style_;
  Captions captions_;
  std::vector<Spoken> spoken_;
  Nanos settled_{}, limit_{};
  Nanos covered_{}, last_{};
  bool closing_ = false;
};

TEST(Captions, ShowAllTextInOrderWhateverIsSaid) {
  std::uint64_t first = number("DG_SEED", std::random_device{}());
  std::uint64_t count = std::min<std::uint64_t>(number("DG_SCHEDULES", 2000), 1'000'000);
  std::printf("seed %lu\n", static_cast<unsigned long>(first));
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    for (Granularity granularity :
         {Granularity::Cue, Granularity::Word, Granularity::RollUp, Granularity::Utterance})
      for (bool live : {false, true}) {
        Speech(seed, granularity, live).run();
        if (HasFailure())
          FAIL() << "seed " << seed << ", granularity " << static_cast<int>(granularity)
                 << (live ? ", live" : "");
      }
  }
}

}  // namespace
}  // namespace dg
