// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/caption.h"

namespace dg {

// A text that is on for less was never seen; texts that begin so close to each other come late, all
// at once.
inline constexpr Nanos kGlimpse = std::chrono::milliseconds(40);

// What one channel shows, and until when that is decided. A text that changes or ends at a known
// time leaves as one caption; one that is on while time passes leaves in slices, of which none
// claims time that is not decided. Used by the task of the source pad only.
class Slate {
 public:
  struct Text {
    std::vector<Line> lines;
    std::vector<Word> words;
    std::size_t fresh = 0;
    std::optional<int> speaker;
  };
  // Whether a text is the one before with more behind it, or another one.
  enum class Change { Grows, Replaces };

  // A text that is replaced was on for `least` before.
  Slate(int channel, Nanos least) : channel_(channel), least_(least) {}

  // From `at` on, or as soon as may be.
  void show(Nanos at, Text text, Change change);
  void clear(Nanos at);
  // The speaker stopped behind what is shown now.
  void end_speech();
  // What is on stays on until `until`, if not longer.
  void advance(Nanos until);
  // Nothing may begin before `position` any more.
  void reach(Nanos position);

  bool blank() const { return !text_; }
  // Up to where it was given out.
  Nanos position() const { return position_; }
  // What can be given out, in order.
  std::vector<CaptionItem> made();

 private:
  void give(Nanos until);

  const int channel_;
  const Nanos least_;
  std::optional<Text> text_;
  double confidence_ = 0;  // of its words
  bool given_ = false;     // some of it, and all of its words
  bool speech_ended_ = false;
  Nanos position_{};
  std::vector<CaptionItem> made_;
};

}  // namespace dg
