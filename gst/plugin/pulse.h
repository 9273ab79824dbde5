// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <utility>

#include <gst/gst.h>

#include "base/mutex.h"

namespace dg {

// Calls back every 50 ms of the pipeline's clock while an element plays, with the running time.
// Thread-safe.
class Pulse {
 public:
  using Beat = std::function<void(GstClockTime running_time)>;

  // `beat` may use all that lives as long as the element.
  Pulse(GstElement* element, Beat beat) : element_(element), beat_(std::move(beat)) {}
  ~Pulse() { stop(); }
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  void start() DG_EXCLUDES(mutex_);
  void stop() DG_EXCLUDES(mutex_);

 private:
  static gboolean fire(GstClock* clock, GstClockTime time, GstClockID id, gpointer data) noexcept;

  GstElement* const element_;
  const Beat beat_;
  Mutex mutex_;
  GstClockID id_ DG_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace dg
