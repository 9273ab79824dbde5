// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/nanos.h"
#include "core/audioformat.h"
#include "core/position.h"

namespace dg {

// Counts of samples. received = sent + gated + dropped + pending, where `sent` counts a received
// sample once; what was written is sent + replayed + filled.
struct AudioLedger {
  std::int64_t received = 0, sent = 0, gated = 0, dropped = 0, pending = 0;
  std::int64_t replayed = 0, filled = 0;
  std::int64_t unprotected = 0;  // written, and forgotten before it was settled
};

// Keeps accepted audio until it is settled: first what is to be written, then what may have to be
// written again. What comes in packets is written, and goes, in whole packets. Used on the network
// thread only.
class Backlog {
 public:
  // Audio that follows what came before, or one packet; `filled` is silence of ours.
  struct Piece {
    Nanos pts;
    AudioFormat format;
    std::vector<std::byte> bytes;
    bool filled = false;

    Nanos length() const { return format.duration_of(format.samples_in(bytes)); }
  };
  // A view of the next audio to write; good until the next change.
  struct Slice {
    Position from;
    Nanos pts;
    AudioFormat format;
    std::span<const std::byte> bytes;
    std::int64_t samples;
  };
  using Span = std::pair<Position, Position>;

  void append(Piece piece);
  // Audio that was received and is withheld; it has no position.
  void count_gated(std::int64_t samples);

  Position end() const { return end_; }
  // The position that is written next.
  Position cursor() const;
  bool all_written() const { return next_ == pieces_.size(); }
  // How many samples are to be written before `position`.
  std::int64_t ahead_before(Position position) const;
  // What comes next, at most `most` samples, or a packet; nothing if all is written.
  std::optional<Slice> ahead(std::int64_t most) const;
  void written(std::int64_t samples);
  // Goes back to `position`, or to the oldest audio that is still here.
  void rewind(Position position);

  // Lets go of what is written and settled.
  void settle(Position position);
  // Lets go of the oldest written audio, so that no more than `keep` of it is left.
  void bound_written(Nanos keep);
  // Drops the oldest audio that was never written, so that no more than `keep` of it is left. Gives
  // the timestamps of the first stretch that was dropped, if any: where time goes back, another
  // begins, which the next call drops.
  std::optional<std::pair<Nanos, Nanos>> drop_oldest(Nanos keep);
  // Drops all that is to be written, for the first time or again.
  void drop_unwritten();
  // Where what was not dropped goes on, at `position` or later.
  Position after_dropped(Position position) const;

  // What was never written.
  Nanos unsent() const;
  Nanos unsettled_written() const;
  const AudioLedger& ledger() const { return ledger_; }

 private:
  struct Held {
    Position from;
    std::int64_t samples;
    Piece piece;

    // How many of its samples from there on are taken by one who wants `most`.
    std::int64_t part(std::int64_t from_here, std::int64_t most) const;
  };

  // Audio of one format, up to where the next begins.
  struct Stretch {
    Position from;
    AudioFormat format;
  };

  void hold(Piece piece, std::int64_t samples);
  void pass(std::int64_t samples);
  std::size_t piece_at(Position position);
  static void trim_front(Held& held, std::int64_t samples);
  std::optional<std::pair<Nanos, Nanos>> drop(Position from, std::int64_t samples);
  void drop_front(std::size_t index, std::int64_t samples);
  void drop_span(Position from, Position to);
  Nanos duration_of(std::int64_t samples, Position before) const;
  std::int64_t last_within(Nanos time) const;

  std::deque<Held> pieces_;
  std::size_t next_ = 0;     // the piece that is written next
  std::int64_t offset_ = 0;  // and how many of its samples are done
  Position end_ = 0;
  Position high_water_ = 0;   // all before it was written once, or dropped
  std::int64_t behind_ = 0;   // samples written and held
  std::deque<Span> dropped_;  // ascending
  std::deque<Stretch> stretches_;
  AudioLedger ledger_;
};

}  // namespace dg
