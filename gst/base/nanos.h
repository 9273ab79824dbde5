// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>

namespace dg {

// Every time and duration up to gst/plugin. GstClockTime exists only there.
using Nanos = std::chrono::nanoseconds;

// Timestamps are rounded; only a jump larger than this is one.
inline constexpr Nanos kJitter = std::chrono::milliseconds(1);

}  // namespace dg
