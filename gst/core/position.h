// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

namespace dg {

// A place in the audio of a session: how many samples were accepted before it, over all
// connections, formats and segments. Marks, cuts and what is settled are positions, so that none of
// them depends on a timestamp.
using Position = std::int64_t;

}  // namespace dg
