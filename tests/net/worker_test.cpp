// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/worker.h"

#include <future>
#include <memory>
#include <pthread.h>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "net/loop.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

// Runs `task` on the network thread and waits for it.
void call(std::function<void()> task) {
  std::packaged_task<void()> packaged(std::move(task));
  auto done = packaged.get_future();
  Worker::network().post([&] { packaged(); });
  ASSERT_EQ(done.wait_for(8s), std::future_status::ready);
}

TEST(Worker, RunsTasksOnItsOwnThread) {
  EXPECT_FALSE(Worker::network().is_current());
  bool current = false;
  std::string name;
  GMainContext* context = nullptr;
  call([&] {
    current = Worker::network().is_current();
    char buffer[16];
    if (pthread_getname_np(pthread_self(), buffer, sizeof buffer) == 0) name = buffer;
    context = g_main_context_get_thread_default();
  });
  EXPECT_TRUE(current);
  EXPECT_EQ(name, "deepgram-net");
  EXPECT_EQ(context, Worker::network().context());
  EXPECT_EQ(&Worker::network(), &Worker::network());
}

TEST(Worker, KeepsTheOrderOfEachThread) {
  constexpr int kThreads = 4, kTasks = 5000;
  std::vector<std::vector<int>> seen(kThreads);  // of the network thread until the call below
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int id = 0; id < kThreads; ++id)
    threads.emplace_back([&seen, id] {
      for (int i = 0; i < kTasks; ++i)
        Worker::network().post([&seen, id, i] { seen[static_cast<std::size_t>(id)].push_back(i); });
    });
  for (auto& thread : threads) thread.join();
  call([] {});
  for (auto& tasks : seen) {
    ASSERT_EQ(tasks.size(), std::size_t{kTasks});
    for (int i = 0; i < kTasks; ++i) ASSERT_EQ(tasks[static_cast<std::size_t>(i)], i);
  }
}

TEST(Worker, RunsNestedTasksAfterThoseThatWait) {
  std::string order;
  std::promise<void> done;
  auto& worker = Worker::network();
  worker.post([&] {
    worker.post([&] {
      order += '2';
      worker.post([&] {
        order += '4';
        done.set_value();
      });
    });
    worker.post([&] { order += '3'; });
    order += '1';
  });
  ASSERT_EQ(done.get_future().wait_for(8s), std::future_status::ready);
  EXPECT_EQ(order, "1234");
}

TEST(Worker, LetsGoOfATaskWhenItHasRun) {
  auto held = std::make_shared<int>(7);
  std::weak_ptr<int> watched = held;
  std::promise<bool> gone;
  Worker::network().post([held = std::move(held)] {});
  Worker::network().post([&] { gone.set_value(watched.expired()); });
  auto outcome = gone.get_future();
  ASSERT_EQ(outcome.wait_for(8s), std::future_status::ready);
  EXPECT_TRUE(outcome.get());
}

TEST(Worker, SharesItsLoop) {
  std::promise<void> idle;
  Worker::network().post([&] {
    GSource* source = g_idle_source_new();
    auto run = +[](gpointer promise) -> gboolean {
      static_cast<std::promise<void>*>(promise)->set_value();
      return G_SOURCE_REMOVE;
    };
    g_source_set_callback(source, run, &idle, nullptr);
    g_source_attach(source, Worker::network().context());
    g_source_unref(source);
  });
  EXPECT_EQ(idle.get_future().wait_for(8s), std::future_status::ready);
}

TEST(Alarm, RingsOnceAndNotTooEarly) {
  Loop loop;
  int rung = 0;
  Nanos set = monotonic_now() + 5ms, heard{};
  Alarm alarm(loop.context(), [&] {
    ++rung;
    heard = monotonic_now();
  });
  alarm.set(set);
  ASSERT_TRUE(loop.run_until([&] { return rung > 0; }));
  loop.drain();
  EXPECT_EQ(rung, 1);
  EXPECT_GE(heard, set);
}

TEST(Alarm, TakesItsLastTime) {
  Loop loop;
  std::string order;
  Alarm first(loop.context(), [&] { order += '1'; });
  Alarm second(loop.context(), [&] { order += '2'; });
  Alarm never(loop.context(), [&] { order += '3'; });
  first.set(0ns);
  never.set(0ns);
  second.set(monotonic_now() + 1ms);
  first.set(monotonic_now() + 10ms);
  never.off();
  ASSERT_TRUE(loop.run_until([&] { return order.size() == 2; }));
  EXPECT_EQ(order, "21");
}

TEST(Alarm, MayBeSetAgainWhileItRings) {
  Loop loop;
  int rung = 0;
  Alarm* self = nullptr;
  Alarm alarm(loop.context(), [&] {
    if (++rung < 3) self->set(monotonic_now());
  });
  self = &alarm;
  alarm.set(monotonic_now());
  EXPECT_TRUE(loop.run_until([&] { return rung == 3; }));
  loop.drain();
  EXPECT_EQ(rung, 3);
}

TEST(Alarm, MayGoWhileItRings) {
  Loop loop;
  std::unique_ptr<Alarm> alarm;
  std::string held(100, 'x'), seen;
  alarm = std::make_unique<Alarm>(loop.context(), [&alarm, &seen, held] {
    alarm.reset();
    seen = held;  // what the function holds outlives its alarm
  });
  alarm->set(monotonic_now());
  EXPECT_TRUE(loop.run_until([&] { return !seen.empty(); }));
  EXPECT_EQ(seen, held);
}

TEST(Alarm, IsSilentOnceGone) {
  Loop loop;
  int rung = 0;
  {
    Alarm alarm(loop.context(), [&] { ++rung; });
    alarm.set(0ns);
  }
  loop.drain();
  EXPECT_EQ(rung, 0);
}

}  // namespace
}  // namespace dg
