// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <variant>

#include "core/backlog.h"
#include "core/control.h"
#include "core/mark.h"

namespace dg {

// What the element hands to the session, in the order in which it came.

struct Audio {
  Backlog::Piece piece;
};
// No audio from `from` to `to`; `declared`: upstream says that it is silent.
struct Hole {
  Nanos from, to;
  bool declared = false;
};
// Audio behind it is another stream's: nothing before it is wanted any more.
struct Flush {};
// Another query may be wanted: the session asks for it.
struct Change {};
using Input = std::variant<Audio, Hole, Mark, Flush, Control, Change>;

}  // namespace dg
