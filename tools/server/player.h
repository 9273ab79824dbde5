// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <vector>

#include "server/action.h"

namespace dg::server {

// Says which steps of a connection are due: those at a time once, those on an event each time.
class Player {
 public:
  explicit Player(Steps steps);

  std::vector<Action> on(Event event) const;
  // All that is due when so much audio has come.
  std::vector<Action> reached(Nanos audio);

 private:
  std::vector<Step> timed_, others_;
  std::size_t next_ = 0;
};

}  // namespace dg::server
