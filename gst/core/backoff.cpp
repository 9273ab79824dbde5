// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/backoff.h"

#include <algorithm>

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kBase = 500ms;
constexpr Nanos kMost = 10s;
// The project's streams are all in use; asking more often frees none.
constexpr Nanos kLeastForCapacity = 5s, kMostForCapacity = 60s;

}  // namespace

Nanos Backoff::next(FaultClass kind, std::optional<Nanos> retry_after) {
  int failures = failures_++;
  auto between = [this](Nanos least, Nanos most) {
    return Nanos(std::uniform_int_distribution<Nanos::rep>(least.count(), most.count())(random_));
  };
  if (kind == FaultClass::Capacity) {
    Nanos most = std::min(kLeastForCapacity * (2 << std::min(failures, 4)), kMostForCapacity);
    Nanos wait = between(kLeastForCapacity, most);
    return std::max(wait, std::min(retry_after.value_or(0s), kMostForCapacity));
  }
  Nanos most = failures == 0 ? 0s : std::min(kBase * (1 << std::min(failures, 10)), kMost);
  Nanos wait = between(0s, most);
  return std::max(wait, std::min(retry_after.value_or(0s), kMostForCapacity));
}

}  // namespace dg
