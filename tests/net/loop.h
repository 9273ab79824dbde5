// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>

#include <glib.h>

namespace dg {

// A main context that is the thread's default as long as this lives.
class Loop {
 public:
  Loop() : context_(g_main_context_new()) { g_main_context_push_thread_default(context_); }
  ~Loop() {
    drain();
    g_main_context_pop_thread_default(context_);
    g_main_context_unref(context_);
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  GMainContext* context() const { return context_; }

  // Runs until `done`; false if it is not after 8 s.
  bool run_until(const std::function<bool()>& done) {
    bool late = false;
    GSource* watchdog = g_timeout_source_new_seconds(8);
    auto bark = +[](gpointer flag) -> gboolean {
      *static_cast<bool*>(flag) = true;
      return G_SOURCE_REMOVE;
    };
    g_source_set_callback(watchdog, bark, &late, nullptr);
    g_source_attach(watchdog, context_);
    while (!done() && !late) g_main_context_iteration(context_, TRUE);
    g_source_destroy(watchdog);
    g_source_unref(watchdog);
    return !late;
  }

  // Runs what is ready.
  void drain() {
    while (g_main_context_iteration(context_, FALSE)) {
    }
  }

 private:
  GMainContext* context_;
};

}  // namespace dg
