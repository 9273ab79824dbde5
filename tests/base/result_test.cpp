// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/result.h"

#include <gtest/gtest.h>

namespace dg {
namespace {

Result<int> half(int n) {
  if (n % 2) return Error{"odd"};
  return n / 2;
}

TEST(Result, HoldsAValueOrAnError) {
  EXPECT_EQ(*half(4), 2);
  ASSERT_FALSE(half(3));
  EXPECT_EQ(half(3).error().text, "odd");
}

}  // namespace
}  // namespace dg
