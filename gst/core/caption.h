// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/nanos.h"
#include "core/message.h"
#include "core/textlayout.h"
#include "core/wordrelease.h"

namespace dg {

// What makes a text buffer.
enum class Granularity { Auto, Cue, Word, RollUp, Utterance };

// What Auto stands for: whole cues need some seconds to be whole.
Granularity resolved(Granularity granularity, bool live, Nanos latency);

// How one sees who speaks.
enum class SpeakerLabels { None, Dash, Name, Color };

// When text is shown: at the time of its audio, or when it comes.
enum class Timing { Media, Arrival };

// How captions look.
struct CaptionStyle {
  Granularity granularity = Granularity::Auto;
  InterimStrategy interims = InterimStrategy::Deadline;
  Timing timing = Timing::Media;
  SpeakerLabels labels = SpeakerLabels::None;
  TextBox box;
  Nanos min_duration = std::chrono::milliseconds(833);  // of a cue, where speech leaves room
  Nanos max_duration = std::chrono::seconds(7);
  Nanos pause = std::chrono::milliseconds(700);  // after which a new cue begins
};

struct Line {
  std::string text;
  std::optional<int> speaker;
};

// A text to show.
struct Caption {
  Nanos pts{}, duration{};
  std::vector<Line> lines;
  std::vector<Word> words;  // of the text; none if it is continued
  std::size_t fresh = 0;    // so many of the words, the last, were not in the caption before
  int channel = 0;
  std::optional<int> speaker;   // of the newest word
  double confidence = 0;        // of the words, the mean
  bool continued = false;       // the text before goes on
  bool speaker_change = false;  // somebody else spoke before, or nobody
  std::size_t late = 0;         // fresh words whose own time had passed already

  std::string text() const;
  // What of it is new.
  std::string fresh_text() const;
  Nanos end() const { return pts + duration; }
};

// Text without duration is never shown.
inline constexpr Nanos kShortestText = std::chrono::milliseconds(1);

// Time in which nothing is shown.
struct Gap {
  Nanos from{}, to{};
};

// In the order of their time; a SpeechEnd is behind the text that it ends.
using CaptionItem = std::variant<Caption, Gap, SpeechEnd>;

// Text that no consumer stumbles over: no control characters, no blank lines, no "-->", which ends
// the timing line of SRT and WebVTT; nothing at the edges.
std::string clean(std::string_view text);

// Whether it is certain that they are two.
inline bool differ(std::optional<int> one, std::optional<int> other) {
  return one && other && *one != *other;
}

// What stands in front of the first words of `speaker`, if somebody else spoke before.
std::string speaker_label(SpeakerLabels labels, std::optional<int> speaker,
                          std::optional<int> before);

double mean_confidence(const std::vector<Word>& words);

}  // namespace dg
