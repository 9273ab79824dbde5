// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>

namespace dg {

// Every time and duration up to gst/plugin. GstClockTime exists only there.
using Nanos = std::chrono::nanoseconds;

}  // namespace dg
