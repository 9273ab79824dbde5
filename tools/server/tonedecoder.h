// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "server/tones.h"

namespace dg::server {

// Finds the words that tones::write() has put into audio, wherever they are by now. A word is
// found whole or not at all: each hundredth of it is held against what it must be, so a hole, a
// cut or a splice makes it none.
class ToneDecoder {
 public:
  struct Found {
    std::int64_t number = 0;
    double start = 0;  // in samples since the first one heard
  };

  explicit ToneDecoder(int rate);

  // Words whose last sample is among those heard.
  std::vector<Found> hear(std::span<const std::int16_t> samples);
  // Every word that begins before this is found, or was none.
  std::int64_t decided() const;
  // Whatever has begun is cut here: it will not be found.
  void cut();

 private:
  struct Match {
    double start = 0;
    double likeness = 0;  // 1 is alike, whatever the volume
  };

  std::optional<Found> next();
  bool find_loud();
  bool has(std::int64_t end) const;
  Match best_sweep(std::int64_t from, std::int64_t to) const;
  Match coarse_sweep(std::int64_t from, std::int64_t to) const;
  double likeness(std::int64_t at, std::size_t shift, std::int64_t stride) const;
  std::optional<std::int64_t> read(double start) const;
  int pitch_at(double start) const;
  bool is_whole(double start, const tones::Symbols& symbols) const;
  void forget();
  float at(std::int64_t position) const;

  const int rate_;
  const std::int64_t stride_;  // samples between those that a first look takes
  const std::size_t shifts_;   // in how many parts of a sample a start is told
  const std::int64_t reach_;   // how far from the first loud sample a start may be
  const std::int64_t sweep_length_;
  std::vector<std::vector<float>> sweeps_;  // by shift
  std::vector<std::vector<float>> tones_;   // by shift, then pitch

  std::vector<float> heard_;
  std::int64_t base_ = 0;  // position of heard_[0]
  std::int64_t scan_ = 0;  // all before is decided
  std::optional<std::int64_t> loud_;
  std::optional<double> start_;  // of a word whose end has not come
};

}  // namespace dg::server
