// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <deque>
#include <span>
#include <variant>
#include <vector>

#include "base/nanos.h"
#include "core/audioformat.h"
#include "core/backlog.h"

namespace dg {

struct SilencePolicy {
  static constexpr double kOff = -200;

  double threshold = kOff;                          // dBFS: quieter audio is silence
  Nanos hold = std::chrono::seconds(4);             // of silence, before the gate closes
  Nanos pre_roll = std::chrono::milliseconds(300);  // that is let through when it opens
};

// Withholds audio in which nobody speaks; packets, whose level only a decoder knows, go through. It
// opens with the audio from shortly before, so that no word loses its beginning, and begins open.
// Used on the network thread only.
class SilenceGate {
 public:
  // Audio that is not to be sent. At the moment in which the gate closes it is empty.
  struct Withheld {
    Nanos from, to;
    std::int64_t samples = 0;
  };
  using Item = std::variant<Backlog::Piece, Withheld>;

  explicit SilenceGate(const SilencePolicy& policy) : policy_(policy) {}

  // Whether the next audio may follow on what is kept back, though there is none until `time`.
  bool may_follow(Nanos time) const;
  // What becomes of the piece and of what was kept back before it, in the order of its time.
  std::vector<Item> take(Backlog::Piece piece);
  // Withholds what was kept back for the next opening: what comes next does not follow it.
  std::vector<Item> give_up();

 private:
  void take_block(Backlog::Piece block);
  void open();
  void close(Nanos at);
  void withhold(const Backlog::Piece& block);
  bool follows(const Backlog::Piece& piece) const;
  void trim(Nanos end);

  const SilencePolicy policy_;
  bool open_ = true;
  Nanos silent_{};                   // for how long, while it is open
  std::deque<Backlog::Piece> kept_;  // while it is closed: the pre-roll
  std::vector<Item> out_;
};

// The level of the loudest channel, in dB below a full-scale square wave: the root of the mean of
// its squares. No more than SilencePolicy::kOff for digital silence.
double level(const AudioFormat& format, std::span<const std::byte> bytes);

}  // namespace dg
