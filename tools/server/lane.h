// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <deque>
#include <functional>
#include <thread>

#include "base/mutex.h"
#include "server/timer.h"
#include "server/track.h"

namespace dg::server {

// A thread that does the jobs of one connection, one after the other, off the loop. Made and
// destroyed on the loop's thread, where what the jobs return is delivered in order; what has not
// been by its end never is.
class Lane {
 public:
  using Job = std::function<Messages()>;
  using Deliver = std::function<void(Messages)>;

  Lane(GMainContext* loop, Deliver deliver);
  // Waits for the job that is being done, not for the others.
  ~Lane();

  void post(Job job) DG_EXCLUDES(mutex_);
  // No job is begun any more.
  void stop() DG_EXCLUDES(mutex_);

 private:
  void work() DG_EXCLUDES(mutex_);
  std::function<Messages()> next() DG_EXCLUDES(mutex_);
  void deliver_done() DG_EXCLUDES(mutex_);

  const Deliver deliver_;
  Timer delivery_;
  Mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Job> jobs_ DG_GUARDED_BY(mutex_);
  std::deque<Messages> done_ DG_GUARDED_BY(mutex_);
  bool stopped_ DG_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace dg::server
