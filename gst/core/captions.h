// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/nanos.h"
#include "core/message.h"
#include "core/transcript.h"

namespace dg {

enum class Granularity { Word, Utterance };

// A text to show.
struct Caption {
  Nanos pts{}, duration{};
  std::string text;
  std::vector<Word> words;
  int channel = 0;
  std::optional<int> speaker;
  double confidence = 0;
  bool speaker_change = false;  // somebody else spoke before, or nobody
  bool ends_utterance = false;  // the speaker stopped behind it
  bool late = false;            // its own time had passed already
};

// Time in which nothing is said.
struct Gap {
  Nanos from{}, to{};
};

using CaptionItem = std::variant<Caption, Gap>;

// Makes captions and gaps of what is final. Text leaves in the order of its time, and no gap covers
// time in which there may still be text. Used by the task of the source pad only.
class Captions {
 public:
  explicit Captions(Granularity granularity) : granularity_(granularity) {}

  // Time starts at `position`: a new segment, or after a flush.
  void restart(Nanos position);
  void take(const Revision& revision);
  // All utterances end here, whether the speakers stopped or not; no text stays behind.
  void close();
  // No new text will begin before `time`.
  void settled(Nanos time);
  // What begins before `time` cannot wait any longer.
  void due(Nanos time);
  // What can leave now.
  std::vector<CaptionItem> release();

 private:
  struct Speaking {  // the utterance of a channel that has not ended
    Caption caption;
    Nanos end{};
  };

  void take_words(const Revision& revision);
  void take_whole(const Revision& revision);
  void take_utterance(const Revision& revision);
  void close(Speaking& speaking);
  void add(Caption caption, Nanos end);
  void place(Caption& caption);
  Nanos horizon() const;

  const Granularity granularity_;
  std::map<int, Speaking> speaking_;            // by channel
  std::map<int, std::optional<int>> speakers_;  // by channel: who spoke last
  std::vector<Caption> ready_;                  // by time
  Nanos settled_{}, due_{};
  Nanos floor_{};    // nothing may begin before
  Nanos covered_{};  // the end of what has left
};

// Text that no consumer stumbles over: no control characters, no blank lines, no "-->", which ends
// the timing line of SRT and WebVTT; nothing at the edges.
std::string clean(std::string_view text);

}  // namespace dg
