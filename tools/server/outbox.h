// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <functional>

#include "server/timer.h"

namespace dg::server {

// What a connection has to send, in order: at once, later, or not for now. Belongs to the loop's
// thread.
class Outbox {
 public:
  explicit Outbox(GMainContext* loop);

  void put(std::function<void()> send);
  void delay(Nanos time) { delay_ = time; }
  // Holds everything until resume().
  void stall() { stalled_ = true; }
  void resume();

 private:
  struct Item {
    std::int64_t due;  // monotonic time, in us
    std::function<void()> send;
  };
  void send_due();

  Nanos delay_{};
  bool stalled_ = false;
  std::deque<Item> items_;
  Timer timer_;
};

}  // namespace dg::server
