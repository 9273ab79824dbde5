// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/player.h"

#include <algorithm>

namespace dg::server {

Player::Player(Steps steps) {
  for (Step& step : steps)
    (std::holds_alternative<Nanos>(step.when) ? timed_ : others_).push_back(std::move(step));
  std::stable_sort(timed_.begin(), timed_.end(), [](const Step& a, const Step& b) {
    return std::get<Nanos>(a.when) < std::get<Nanos>(b.when);
  });
}

std::vector<Action> Player::on(Event event) const {
  std::vector<Action> due;
  for (const Step& step : others_)
    if (std::get<Event>(step.when) == event) due.push_back(step.action);
  return due;
}

std::vector<Action> Player::reached(Nanos audio) {
  std::vector<Action> due;
  for (; next_ < timed_.size() && std::get<Nanos>(timed_[next_].when) <= audio; ++next_)
    due.push_back(timed_[next_].action);
  return due;
}

}  // namespace dg::server
