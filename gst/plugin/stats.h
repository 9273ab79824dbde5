// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "net/sessionlistener.h"
#include "plugin/ptr.h"

namespace dg {

// The `stats` property: application/x-deepgram-stats; docs/properties.md has its fields.
Ptr<GstStructure> stats_structure(const SessionStats& stats);

}  // namespace dg
