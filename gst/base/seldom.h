// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>

#include "base/nanos.h"

namespace dg {

// Lets through the first of many, and then one in a while, so that whoever sends nonsense cannot
// fill a log.
class Seldom {
 public:
  explicit Seldom(Nanos interval) : interval_(interval) {}

  bool now(Nanos time) {
    if (last_ && time - *last_ < interval_) return false;
    last_ = time;
    return true;
  }

 private:
  Nanos interval_;
  std::optional<Nanos> last_;
};

}  // namespace dg
