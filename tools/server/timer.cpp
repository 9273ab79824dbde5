// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/timer.h"

#include <utility>

namespace dg::server {
namespace {

gboolean dispatch(GSource* source, GSourceFunc callback, gpointer data) {
  g_source_set_ready_time(source, -1);
  return callback(data);
}

GSourceFuncs functions = {nullptr, nullptr, dispatch, nullptr, nullptr, nullptr};

gboolean ring(gpointer data) {
  (*static_cast<std::function<void()>*>(data))();
  return G_SOURCE_CONTINUE;
}

}  // namespace

Timer::Timer(GMainContext* loop, std::function<void()> on_time, int priority)
    : ring_(std::move(on_time)), source_(g_source_new(&functions, sizeof(GSource))) {
  g_source_set_priority(source_.get(), priority);
  g_source_set_callback(source_.get(), ring, &ring_, nullptr);
  g_source_attach(source_.get(), loop);
}

void Timer::set(Nanos from_now) {
  auto us = std::chrono::duration_cast<std::chrono::microseconds>(from_now).count();
  g_source_set_ready_time(source_.get(), g_get_monotonic_time() + us);
}

void Timer::off() {
  g_source_set_ready_time(source_.get(), -1);
}

void Timer::wake() {
  g_source_set_ready_time(source_.get(), 0);
}

}  // namespace dg::server
