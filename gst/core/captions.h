// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/nanos.h"
#include "core/caption.h"
#include "core/composer.h"
#include "core/transcript.h"

namespace dg {

// Makes captions and gaps of what is understood, for all channels. Text leaves in the order of its
// time, and no gap covers time in which there may still be text. Used by the task of the source
// pad only.
class Captions {
 public:
  explicit Captions(const CaptionStyle& style) : style_(style) {}

  // Time starts at `position`: a new segment, or after a flush.
  void restart(Nanos position);
  void take(const Revision& revision);
  // All speech ends here, whether the speakers stopped or not; no text stays behind.
  void close();
  // No new text will begin before `time`.
  void settled(Nanos time);
  // Live: what begins before `time` cannot wait any longer; `now` is where the input is.
  void due(Nanos time, Nanos now);
  // Somebody waits for text up to `time`: all speech ends there, and what is on is given out.
  void awaited(Nanos time);
  // What can leave now.
  std::vector<CaptionItem> release();
  // Words that the service changed after they had left.
  unsigned corrected() const;

 private:
  struct Voice {
    std::unique_ptr<Composer> composer;
    std::optional<int> speaker;  // who spoke last
    Nanos last{};                // where its last caption begins
  };
  struct Ready {
    Nanos at{};
    CaptionItem item;
    Voice* voice;
  };

  Progress progress() const;
  void collect(const Progress& progress);
  void add(Voice& voice, CaptionItem item);
  void insert(Ready ready);
  bool decide(const Progress& progress);
  Nanos horizon(const Progress& progress) const;
  void place(Caption& caption, Voice& voice);
  void queue_up(Caption& caption);
  Nanos compressed(Nanos time, Nanos pts, Nanos at) const;
  void advance(Nanos to, std::vector<CaptionItem>& out);

  const CaptionStyle style_;
  std::map<int, Voice> voices_;  // by channel
  std::deque<Ready> ready_;      // by time
  unsigned corrected_ = 0;       // before the last restart
  Nanos settled_{};
  std::optional<Nanos> due_, awaited_;
  Nanos now_{}, slice_to_{};
  std::optional<Nanos> in_time_at_;  // words that begin then are not to be late
  Nanos floor_{};                    // nothing may begin before
  Nanos covered_{};                  // the end of what has left
};

}  // namespace dg
