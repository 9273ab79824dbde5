// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/outbox.h"

#include <utility>

namespace dg::server {

Outbox::Outbox(GMainContext* loop) : timer_(loop, [this] { send_due(); }) {}

void Outbox::put(std::function<void()> send) {
  auto delay = std::chrono::duration_cast<std::chrono::microseconds>(delay_).count();
  items_.push_back({g_get_monotonic_time() + delay, std::move(send)});
  send_due();
}

void Outbox::resume() {
  stalled_ = false;
  send_due();
}

void Outbox::send_due() {
  std::int64_t now = g_get_monotonic_time();
  while (!stalled_ && !items_.empty() && items_.front().due <= now) {
    auto send = std::move(items_.front().send);
    items_.pop_front();
    send();
  }
  if (!stalled_ && !items_.empty()) timer_.set(std::chrono::microseconds(items_.front().due - now));
}

}  // namespace dg::server
