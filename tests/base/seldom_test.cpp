// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/seldom.h"

#include <gtest/gtest.h>

namespace dg {
namespace {

using namespace std::chrono_literals;

TEST(Seldom, LetsTheFirstThroughAndThenOneInAWhile) {
  Seldom seldom(10s);
  int through = 0;
  for (Nanos at = 100s; at < 200s; at += 100ms) through += seldom.now(at);
  EXPECT_EQ(through, 10);
}

}  // namespace
}  // namespace dg
