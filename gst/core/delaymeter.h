// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <map>

#include "base/nanos.h"

namespace dg {

// How long after its time a word comes to be known, at the most.
class DelayMeter {
 public:
  // Notes a word that begins at `start`; one that was known before does not count. Whether that is
  // more than ever.
  bool add(int channel, Nanos start, Nanos delay) {
    auto [known, first] = known_.try_emplace(channel, start);
    if (!first && start <= known->second) return false;
    known->second = start;
    bool more = delay > most_;
    most_ = std::max(most_, delay);
    return more;
  }
  // Times begin anew.
  void restart() { known_.clear(); }
  Nanos most() const { return most_; }

 private:
  std::map<int, Nanos> known_;  // by channel: where the newest word began
  Nanos most_{};
};

}  // namespace dg
