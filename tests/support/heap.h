// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

namespace dg {

// What `new` has given out and was not given back, in bytes, in programs that are linked with this.
std::int64_t live_heap();

}  // namespace dg
