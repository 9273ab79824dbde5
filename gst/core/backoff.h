// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <random>

#include "base/nanos.h"
#include "core/fault.h"

namespace dg {

// How long to wait before the next dial: full jitter, so that many streams that lost their
// connections at once do not dial at once. Used on the network thread only.
class Backoff {
 public:
  explicit Backoff(std::uint64_t seed) : random_(seed) {}

  // A connection was useful: the next loss is a new episode.
  void reset() { failures_ = 0; }
  // The first retry is at once, unless the service says otherwise.
  Nanos next(FaultClass kind, std::optional<Nanos> retry_after);
  int failures() const { return failures_; }

 private:
  std::mt19937_64 random_;
  int failures_ = 0;
};

}  // namespace dg
