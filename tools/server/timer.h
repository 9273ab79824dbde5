// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>

#include <glib.h>

#include "base/nanos.h"
#include "server/ptr.h"

namespace dg::server {

// Calls back once on the loop when a time has come. Belongs to the loop's thread, except wake(),
// which any thread may call while the timer lives.
class Timer {
 public:
  Timer(GMainContext* loop, std::function<void()> ring, int priority = G_PRIORITY_DEFAULT);
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Instead of what was set before.
  void set(Nanos from_now);
  void off();
  // Rings at the loop's next turn.
  void wake();

 private:
  std::function<void()> ring_;
  Ptr<GSource> source_;
};

}  // namespace dg::server
