// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/journal.h"

#include <utility>

namespace dg::server {

std::size_t Journal::begin(Seen seen) {
  Lock lock(mutex_);
  seen_.push_back(std::move(seen));
  changed_.notify_all();
  return seen_.size() - 1;
}

void Journal::update(std::size_t request, const std::function<void(Seen&)>& change) {
  Lock lock(mutex_);
  change(seen_.at(request));
  changed_.notify_all();
}

std::vector<Seen> Journal::copy() const {
  Lock lock(mutex_);
  return seen_;
}

bool Journal::wait(const std::function<bool(const std::vector<Seen>&)>& condition,
                   Nanos limit) const {
  auto end = std::chrono::steady_clock::now() + limit;
  Lock lock(mutex_);
  while (!condition(seen_))
    if (changed_.wait_until(mutex_, end) == std::cv_status::timeout) return condition(seen_);
  return true;
}

}  // namespace dg::server
