// SPDX-License-Identifier: LGPL-2.1-or-later
#include "describe/page.h"

#include <gtest/gtest.h>

namespace dg {
namespace {

TEST(Page, TakesTheElementsInPlaceOfTheMark) {
  Result<std::string> page = fill_in("a\n<!-- elements -->\nb\n", "## x\n");
  ASSERT_TRUE(page);
  EXPECT_EQ(*page, "a\n## x\nb\n");
}

TEST(Page, NeedsTheMark) {
  EXPECT_FALSE(fill_in("a\nb\n", "## x\n"));
}

TEST(Page, KnowsTheFirstLineThatDiffers) {
  EXPECT_EQ(first_difference("a\nb\n", "a\nb\n"), std::nullopt);
  EXPECT_EQ(first_difference("a\nb\n", "a\nc\n"), 2);
  EXPECT_EQ(first_difference("a\nb\n", "a\n"), 2);
  EXPECT_EQ(first_difference("", "a\n"), 1);
}

}  // namespace
}  // namespace dg
