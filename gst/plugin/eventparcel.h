// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <utility>

#include "core/mark.h"
#include "plugin/ptr.h"

namespace dg {

// An event on its way through the session.
struct EventParcel final : Parcel {
  explicit EventParcel(Ptr<GstEvent> carried) : event(std::move(carried)) {}

  Ptr<GstEvent> event;
};

}  // namespace dg
