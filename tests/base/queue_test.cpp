// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/queue.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace dg {
namespace {

std::size_t one(const int&) {
  return 1;
}

TEST(Queue, GivesItemsInOrder) {
  Queue<int> queue(10, one);
  EXPECT_TRUE(queue.push(1));
  EXPECT_TRUE(queue.push(2));
  EXPECT_EQ(queue.try_pop(), 1);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.try_pop(), std::nullopt);
}

TEST(Queue, BlocksWhenFullAndFreesOnClose) {
  Queue<int> queue(1, one);
  EXPECT_TRUE(queue.push(1));
  bool pushed = true;
  std::thread thread([&] { pushed = queue.push(2); });
  queue.close();
  thread.join();
  EXPECT_FALSE(pushed);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(Queue, MakesRoomWhenAnItemIsTaken) {
  Queue<int> queue(1, one);
  EXPECT_TRUE(queue.push(1));
  std::thread thread([&] { EXPECT_TRUE(queue.push(2)); });
  EXPECT_EQ(queue.pop(), 1);
  thread.join();
  EXPECT_EQ(queue.pop(), 2);
}

TEST(Queue, OpensAgainEmpty) {
  Queue<int> queue(2, one);
  EXPECT_TRUE(queue.push(1));
  queue.close();
  EXPECT_FALSE(queue.push(2));
  queue.open();
  EXPECT_EQ(queue.try_pop(), std::nullopt);
  EXPECT_TRUE(queue.push(3));
}

TEST(Queue, PushesNowWithoutRoom) {
  Queue<int> queue(1, one);
  EXPECT_TRUE(queue.push_now(1));
  EXPECT_TRUE(queue.push_now(2));
  EXPECT_TRUE(queue.push_now(3));
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.pop(), 3);
}

// What was pushed without room takes it all the same.
TEST(Queue, WaitsUntilThereIsRoomAgain) {
  Queue<int> queue(2, one);
  for (int i = 1; i <= 3; ++i) EXPECT_TRUE(queue.push_now(i));
  std::atomic<bool> taken = false;
  std::thread thread([&] {
    EXPECT_TRUE(queue.push(4));
    EXPECT_TRUE(taken);  // one of three makes no room
  });
  EXPECT_EQ(queue.pop(), 1);
  taken = true;
  EXPECT_EQ(queue.pop(), 2);
  thread.join();
  EXPECT_EQ(queue.pop(), 3);
  EXPECT_EQ(queue.pop(), 4);
}

TEST(Queue, CountsByWeight) {
  Queue<int> queue(10, [](const int& item) { return static_cast<std::size_t>(item); });
  EXPECT_TRUE(queue.push(9));
  EXPECT_TRUE(queue.push(100));  // there is room for one, however heavy
  std::thread thread([&] { EXPECT_TRUE(queue.push(0)); });
  EXPECT_EQ(queue.pop(), 9);
  EXPECT_EQ(queue.pop(), 100);
  thread.join();
  EXPECT_EQ(queue.pop(), 0);
}

TEST(Queue, KnowsWhetherItIsEmpty) {
  Queue<int> queue(2, one);
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(queue.push(1));
  EXPECT_FALSE(queue.empty());
  EXPECT_EQ(queue.try_pop(), 1);
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(queue.push(2));
  queue.close();
  EXPECT_TRUE(queue.empty());
}

TEST(Queue, TakesWhatItHasRoomForInAHurry) {
  Queue<int> queue(2, one);
  queue.hurry(true);
  EXPECT_TRUE(queue.await_room());
  EXPECT_TRUE(queue.push(1));
  EXPECT_TRUE(queue.push(2));
  EXPECT_FALSE(queue.await_room());
  EXPECT_FALSE(queue.push(3));
  EXPECT_TRUE(queue.push_now(3));
  for (int item : {1, 2, 3}) EXPECT_EQ(queue.pop(), item);
}

TEST(Queue, WaitsForRoomWithNothingToPush) {
  Queue<int> queue(1, one);
  EXPECT_TRUE(queue.push(1));
  std::thread thread([&] {
    EXPECT_TRUE(queue.await_room());
    EXPECT_TRUE(queue.push_now(2));
  });
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 2);
  thread.join();
  queue.close();
  EXPECT_FALSE(queue.await_room());
}

TEST(Queue, FreesWhoWaitsForRoomInAHurry) {
  for (bool pushes : {true, false}) {
    Queue<int> queue(1, one);
    EXPECT_TRUE(queue.push(1));
    bool room = true;
    std::thread thread([&] { room = pushes ? queue.push(2) : queue.await_room(); });
    queue.hurry(true);
    thread.join();
    EXPECT_FALSE(room);
    queue.hurry(false);
    EXPECT_EQ(queue.try_pop(), 1);
    EXPECT_EQ(queue.try_pop(), std::nullopt);
    EXPECT_TRUE(queue.push(3));
  }
}

TEST(Queue, FreesWhoWaitsForAnItemWhenItCloses) {
  Queue<int> queue(1, one);
  std::thread thread([&] { EXPECT_EQ(queue.pop(), std::nullopt); });
  queue.close();
  thread.join();
}

TEST(Queue, GivesNothingWhileItIsHeldUp) {
  Queue<int> queue(2, one);
  EXPECT_TRUE(queue.push(1));
  queue.hold_up(true);
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_TRUE(queue.push(2));
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_FALSE(queue.empty());
  queue.hold_up(false);
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 2);
}

TEST(Queue, FreesWhoWaitsForAnItemWhenItIsHeldUp) {
  Queue<int> queue(1, one);
  std::thread thread([&] { EXPECT_EQ(queue.pop(), std::nullopt); });
  queue.hold_up(true);
  thread.join();
}

TEST(Queue, HoldsUpNothingBesidePop) {
  Queue<int> queue(1, one);
  EXPECT_TRUE(queue.push(1));
  queue.hold_up(true);
  EXPECT_EQ(queue.try_pop(), 1);
}

// Moved through, never copied.
TEST(Queue, TakesWhatCannotBeCopied) {
  Queue<std::unique_ptr<int>> queue(1, [](const std::unique_ptr<int>&) { return std::size_t{1}; });
  EXPECT_TRUE(queue.push(std::make_unique<int>(7)));
  EXPECT_EQ(**queue.pop(), 7);
}

TEST(Queue, LosesNothingBetweenManyThreads) {
  constexpr int kThreads = 4, kEach = 2000;
  Queue<int> queue(3, one);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&queue, t] {
      for (int i = 0; i < kEach; ++i) EXPECT_TRUE(queue.push(t * kEach + i));
    });
  std::vector<int> last(kThreads, -1);
  for (int i = 0; i < kThreads * kEach; ++i) {
    int item = *queue.pop();
    int& before = last[static_cast<std::size_t>(item / kEach)];
    ASSERT_EQ(item % kEach, before + 1);  // in the order of its thread
    before = item % kEach;
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(queue.empty());
}

TEST(Queue, ReplacesWhatIsOld) {
  Queue<int> queue(10, [](const int& item) { return static_cast<std::size_t>(item); });
  for (int item : {1, 2, 3, 2}) queue.push_now(item);
  EXPECT_TRUE(queue.replace_now(2, [](int item) { return item == 2; }));
  std::vector<int> left;
  while (auto item = queue.try_pop()) left.push_back(*item);
  EXPECT_EQ(left, (std::vector<int>{1, 3, 2}));
  EXPECT_TRUE(queue.push(9));  // nothing is held any more, so there is room
  queue.close();
  EXPECT_FALSE(queue.replace_now(1, [](int) { return true; }));
}

}  // namespace
}  // namespace dg
