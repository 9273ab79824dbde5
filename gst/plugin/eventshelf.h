// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "base/mutex.h"
#include "core/mark.h"
#include "plugin/ptr.h"

namespace dg {

// Keeps the events that are on their way through a session: what travels is a ticket. So whoever
// ends the session lets go of the events at once, and not when the network thread comes to it.
class EventShelf {
 public:
  std::unique_ptr<Parcel> put(Ptr<GstEvent> event);
  // What put() was given.
  static Ptr<GstEvent> take(Parcel& parcel);
  void clear();

 private:
  struct Place {
    Mutex mutex;
    std::map<std::uint64_t, Ptr<GstEvent>> events DG_GUARDED_BY(mutex);
    std::uint64_t next DG_GUARDED_BY(mutex) = 0;

    Ptr<GstEvent> take(std::uint64_t ticket) DG_EXCLUDES(mutex);
  };
  struct Ticket;

  std::shared_ptr<Place> place_ = std::make_shared<Place>();
};

}  // namespace dg
