// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/worker.h"

#include <algorithm>
#include <pthread.h>
#include <thread>
#include <utility>

namespace dg {
namespace {

// A source that is ready when its time has come and calls a function then. It owns the function,
// so that one which destroys its own source runs to its end.
struct TimedSource {
  GSource base;
  std::function<void()>* ring;
};

GSourceFuncs timed_functions = {
    nullptr,
    nullptr,
    [](GSource* source, GSourceFunc, gpointer) noexcept -> gboolean {
      g_source_set_ready_time(source, -1);
      (*reinterpret_cast<TimedSource*>(source)->ring)();
      return G_SOURCE_CONTINUE;
    },
    [](GSource* source) noexcept { delete reinterpret_cast<TimedSource*>(source)->ring; },
    nullptr,
    nullptr,
};

GSource* attach_timed_source(GMainContext* context, std::function<void()> ring) {
  GSource* source = g_source_new(&timed_functions, sizeof(TimedSource));
  reinterpret_cast<TimedSource*>(source)->ring = new std::function<void()>(std::move(ring));
  g_source_set_static_name(source, "deepgram");
  g_source_attach(source, context);
  return source;
}

}  // namespace

Worker& Worker::network() {
  static auto* worker = new Worker;
  return *worker;
}

Worker::Worker()
    : context_(g_main_context_new()),
      wake_up_(attach_timed_source(context_, [this] { run_tasks(); })) {
  std::thread([this] { run(); }).detach();
}

void Worker::post(std::function<void()> task) {
  bool first;
  {
    Lock lock(mutex_);
    first = tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  // Later ones find the wake-up set: it runs until it has found the queue empty.
  if (first) g_source_set_ready_time(wake_up_, 0);
}

bool Worker::is_current() const {
  return g_main_context_is_owner(context_);
}

void Worker::run() {
  pthread_setname_np(pthread_self(), "deepgram-net");
  g_main_context_push_thread_default(context_);
  for (;;) g_main_context_iteration(context_, TRUE);
}

// One batch an iteration, so that tasks that post tasks do not keep the sockets waiting.
void Worker::run_tasks() {
  std::deque<std::function<void()>> batch;
  {
    Lock lock(mutex_);
    batch.swap(tasks_);
  }
  for (auto& task : batch) {
    task();
    task = nullptr;  // what it holds goes now, not with the batch
  }
}

Alarm::Alarm(GMainContext* context, std::function<void()> ring)
    : source_(attach_timed_source(context, std::move(ring))) {}

Alarm::~Alarm() {
  g_source_destroy(source_);
  g_source_unref(source_);
}

void Alarm::set(Nanos when) {
  auto micros = std::chrono::ceil<std::chrono::microseconds>(when);
  g_source_set_ready_time(source_, std::max<gint64>(micros.count(), 0));
}

void Alarm::off() {
  g_source_set_ready_time(source_, -1);
}

Nanos monotonic_now() {
  return std::chrono::microseconds(g_get_monotonic_time());
}

}  // namespace dg
