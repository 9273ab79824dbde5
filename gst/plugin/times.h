// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>

#include <gst/gst.h>

#include "base/nanos.h"

namespace dg {

// For a time that is valid.
inline Nanos nanos(GstClockTime time) {
  return Nanos(static_cast<Nanos::rep>(time));
}

inline guint milliseconds(Nanos time) {
  return static_cast<guint>(time / std::chrono::milliseconds(1));
}

// Nothing is before zero.
inline GstClockTime clock_time(Nanos time) {
  return static_cast<GstClockTime>(std::max<Nanos::rep>(time.count(), 0));
}

// Whether times mean the same in both.
inline bool maps_alike(const GstSegment& a, const GstSegment& b) {
  return a.format == b.format && a.rate == b.rate && a.applied_rate == b.applied_rate &&
         a.base == b.base && a.start == b.start && a.offset == b.offset && a.time == b.time;
}

}  // namespace dg
