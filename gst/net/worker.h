// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <deque>
#include <functional>

#include <glib.h>

#include "base/mutex.h"
#include "base/nanos.h"

namespace dg {

// A thread with a GMainContext. Ours for the network is one per process, started with the first
// use and never joined; it sleeps while there is nothing to do.
class Worker {
 public:
  // The process's network thread.
  static Worker& network();

  Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Runs `task` on the thread, after those posted before. Thread-safe.
  void post(std::function<void()> task);
  // Whether this is the thread.
  bool is_current() const;
  GMainContext* context() const { return context_; }

 private:
  // Its thread never ends, and neither does it.
  ~Worker() = default;
  void run();
  void run_tasks();

  GMainContext* const context_;
  GSource* const wake_up_;
  Mutex mutex_;
  std::deque<std::function<void()>> tasks_ DG_GUARDED_BY(mutex_);
};

// One alarm on the network thread; used there only. Destroying it switches it off, also while it
// rings.
class Alarm {
 public:
  Alarm(GMainContext* context, std::function<void()> ring);
  ~Alarm();
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  // Rings once when monotonic_now() reaches `when`, instead of what was set before.
  void set(Nanos when);
  void off();

 private:
  GSource* source_;
};

// g_get_monotonic_time().
Nanos monotonic_now();

}  // namespace dg
