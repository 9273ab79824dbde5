// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/command.h"

#include <gtest/gtest.h>

namespace dg {
namespace {

TEST(Commands, AreTheServicesOwn) {
  EXPECT_EQ(keep_alive_command(), R"({"type":"KeepAlive"})");
  EXPECT_EQ(finalize_command(), R"({"type":"Finalize"})");
  EXPECT_EQ(finalize_command(1), R"({"type":"Finalize","channel":1})");
  EXPECT_EQ(close_stream_command(), R"({"type":"CloseStream"})");
  EXPECT_EQ(configure_command(true), R"({"type":"Configure","features":{"numerals":true}})");
}

}  // namespace
}  // namespace dg
