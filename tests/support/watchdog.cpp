// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/watchdog.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>

namespace dg {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void bark() {
  const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
  std::fprintf(stderr, "watchdog: %s.%s hangs\n", test ? test->test_suite_name() : "",
               test ? test->name() : "");
  std::abort();
}

}  // namespace

Nanos patience() {
  const char* factor = std::getenv("DG_PATIENCE");
  return std::chrono::seconds(8) * std::max(factor ? std::atoi(factor) : 1, 1);
}

Watchdog::~Watchdog() {
  {
    Lock lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

Watchdog::Time Watchdog::watch() {
  Lock lock(mutex_);
  Time limit = Clock::now() + patience();
  limits_.insert(limit);
  if (limits_.size() == 1) changed_.notify_all();
  return limit;
}

void Watchdog::forget(Time limit) {
  Lock lock(mutex_);
  limits_.erase(limits_.find(limit));
}

void Watchdog::run() {
  Lock lock(mutex_);
  while (!over_) {
    if (limits_.empty()) {
      lock.wait(changed_);
    } else {
      Time first = *limits_.begin();
      if (Clock::now() >= first) bark();
      changed_.wait_until(mutex_, first);
    }
  }
}

}  // namespace dg
