// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/eventshelf.h"

#include <utility>

namespace dg {

// What is not taken goes with its ticket.
struct EventShelf::Ticket final : Parcel {
  Ticket(std::shared_ptr<Place> of, std::uint64_t is) : place(std::move(of)), number(is) {}
  ~Ticket() override { place->take(number); }

  const std::shared_ptr<Place> place;
  const std::uint64_t number;
};

Ptr<GstEvent> EventShelf::Place::take(std::uint64_t ticket) {
  Lock lock(mutex);
  auto found = events.extract(ticket);
  return found ? std::move(found.mapped()) : nullptr;
}

std::unique_ptr<Parcel> EventShelf::put(Ptr<GstEvent> event) {
  std::uint64_t number = 0;
  {
    Lock lock(place_->mutex);
    number = place_->next++;
    place_->events.emplace(number, std::move(event));
  }
  return std::make_unique<Ticket>(place_, number);
}

Ptr<GstEvent> EventShelf::take(Parcel& parcel) {
  auto& ticket = static_cast<Ticket&>(parcel);
  return ticket.place->take(ticket.number);
}

// What an event holds is freed without the mutex.
void EventShelf::clear() {
  std::map<std::uint64_t, Ptr<GstEvent>> gone;  // outlives the lock
  Lock lock(place_->mutex);
  gone.swap(place_->events);
}

}  // namespace dg
