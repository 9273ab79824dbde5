// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/queue.h"

#include <thread>

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

}  // namespace
}  // namespace dg
