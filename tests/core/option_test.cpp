// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/option.h"

#include <gtest/gtest.h>

#include "core/listen.h"

namespace dg {
namespace {

TEST(Options, LeaveUnsetParametersOut) {
  EXPECT_EQ(Options(kListenOptions).query(), "model=nova-3&punctuate=true&interim_results=true");
}

TEST(Options, WriteParametersInTableOrder) {
  Options options(kListenOptions);
  options.set("keyterm", std::vector<std::string>{"a b", "c&d"});
  options.set("endpointing", 0);
  options.set("punctuate", false);
  options.set("callback_method", 2);
  EXPECT_EQ(options.query(),
            "model=nova-3&keyterm=a%20b&keyterm=c%26d&interim_results=true&endpointing=false"
            "&callback_method=PUT");
}

TEST(Options, KnowWhatIsSet) {
  Options options(kListenOptions);
  EXPECT_TRUE(options.is_set("punctuate"));
  EXPECT_FALSE(options.is_set("endpointing"));
  options.set("endpointing", 0);
  EXPECT_TRUE(options.is_set("endpointing"));
  EXPECT_FALSE(options.is_set("callback_method"));
}

TEST(Options, EncodeEverythingButUnreservedCharacters) {
  EXPECT_EQ(percent_encode("a-b.c_d~e"), "a-b.c_d~e");
  EXPECT_EQ(percent_encode("ü ?&=+/:"), "%C3%BC%20%3F%26%3D%2B%2F%3A");
}

}  // namespace
}  // namespace dg
