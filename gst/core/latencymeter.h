// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstdint>

#include "base/nanos.h"

namespace dg {

// How late something was, so far. Quantiles are those of buckets that grow by 5 %, so that it takes
// as little memory after a year as after a second.
class LatencyMeter {
 public:
  struct Report {
    std::uint64_t count = 0;
    Nanos last{}, p50{}, p95{}, most{};
  };

  void add(Nanos latency);
  Report report() const;

 private:
  Nanos quantile(double part) const;

  std::array<std::uint32_t, 256> buckets_{};
  std::uint64_t count_ = 0;
  Nanos last_{}, most_{};
};

}  // namespace dg
