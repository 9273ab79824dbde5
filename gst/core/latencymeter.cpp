// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/latencymeter.h"

#include <algorithm>
#include <cmath>

namespace dg {
namespace {

constexpr double kFinest = 1e6;  // 1 ms; the last bucket ends after 4 minutes
constexpr double kGrowth = 1.05;

double end_of(std::size_t bucket) {
  return kFinest * std::pow(kGrowth, static_cast<double>(bucket));
}

}  // namespace

void LatencyMeter::add(Nanos latency) {
  last_ = std::max(latency, Nanos(0));
  most_ = std::max(most_, last_);
  ++count_;
  double ratio = std::max(static_cast<double>(last_.count()) / kFinest, 1.0);
  auto bucket = static_cast<std::size_t>(std::ceil(std::log(ratio) / std::log(kGrowth)));
  ++buckets_[std::min(bucket, buckets_.size() - 1)];
}

Nanos LatencyMeter::quantile(double part) const {
  auto rank = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen >= rank) return std::min(Nanos(std::llround(end_of(bucket))), most_);
  }
  return most_;
}

LatencyMeter::Report LatencyMeter::report() const {
  if (count_ == 0) return {};
  return {count_, last_, quantile(0.5), quantile(0.95), most_};
}

}  // namespace dg
