// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <vector>

#include "base/mutex.h"
#include "base/nanos.h"
#include "server/seen.h"

namespace dg::server {

// All requests of a server, written on its thread and read on any. Thread-safe.
class Journal {
 public:
  // The number of a new request, from 0.
  std::size_t begin(Seen seen) DG_EXCLUDES(mutex_);
  void update(std::size_t request, const std::function<void(Seen&)>& change) DG_EXCLUDES(mutex_);

  std::vector<Seen> copy() const DG_EXCLUDES(mutex_);
  // Whether `condition` came true in time; it sees the requests as they are now and after each
  // change.
  bool wait(const std::function<bool(const std::vector<Seen>&)>& condition, Nanos limit) const
      DG_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::vector<Seen> seen_ DG_GUARDED_BY(mutex_);
};

}  // namespace dg::server
