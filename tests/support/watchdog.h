// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <set>
#include <thread>

#include "base/mutex.h"
#include "base/nanos.h"

namespace dg {

// How long a test waits for anything: 8 s, times DG_PATIENCE, for tools that slow it down.
Nanos patience();

// Ends the program when a call that may hang takes longer than that: nothing else could end it.
// Thread-safe.
class Watchdog {
  using Time = std::chrono::steady_clock::time_point;

 public:
  // Watches the call that is made while it lives.
  class Guard {
   public:
    explicit Guard(Watchdog& dog) : dog_(dog), limit_(dog.watch()) {}
    ~Guard() { dog_.forget(limit_); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    Watchdog& dog_;
    const Time limit_;
  };

  Watchdog() : thread_([this] { run(); }) {}
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  Time watch() DG_EXCLUDES(mutex_);
  void forget(Time limit) DG_EXCLUDES(mutex_);
  void run() DG_EXCLUDES(mutex_);

  Mutex mutex_;
  std::condition_variable_any changed_;
  std::multiset<Time> limits_ DG_GUARDED_BY(mutex_);
  bool over_ DG_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: uses the rest
};

}  // namespace dg
