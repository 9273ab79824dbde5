// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/clientcommand.h"

#include <gtest/gtest.h>

namespace dg::server {
namespace {

template <class Command>
bool is(std::string_view text) {
  return std::holds_alternative<Command>(parse_command(text));
}

std::string complaint(std::string_view text) {
  auto command = parse_command(text);
  auto* none = std::get_if<NoCommand>(&command);
  return none ? none->description : "";
}

TEST(ClientCommand, KnowsTheCommands) {
  EXPECT_TRUE(is<KeepAlive>(R"({"type":"KeepAlive"})"));
  EXPECT_TRUE(is<KeepAlive>(R"( { "type" : "KeepAlive", "more": [1] } )"));
  EXPECT_TRUE(is<CloseStream>(R"({"type":"CloseStream"})"));
  EXPECT_TRUE(is<Sync>(R"({"type":"Sync"})"));
  EXPECT_TRUE(is<Configure>(R"({"type":"Configure","features":{"numerals":true}})"));
  EXPECT_EQ(
      std::get<Configure>(parse_command(R"({"type":"Configure","features":{"numerals":false}})"))
          .numerals,
      false);
  EXPECT_FALSE(
      std::get<Configure>(parse_command(R"({"type":"Configure","features":{}})")).numerals);
  EXPECT_FALSE(std::get<Finalize>(parse_command(R"({"type":"Finalize"})")).channel);
  EXPECT_EQ(std::get<Finalize>(parse_command(R"({"type":"Finalize","channel":3})")).channel, 3);
}

TEST(ClientCommand, SaysWhatIsWrong) {
  EXPECT_EQ(complaint(R"({"type":"X"})"),
            "Could not deserialize last text message: unknown variant `X`, expected one of "
            "`CloseStream`, `Configure`, `Sync`, `KeepAlive`, `Finalize` at line 1 column 11");
  for (const char* bad :
       {"", "x", "[]", "5", "{}", R"({"type":5})", R"({"type":"Finalize","channel":"0"})",
        R"({"type":"Finalize","channel":-1})", R"({"type":"Configure"})",
        R"({"type":"Configure","features":{"numerals":"yes"}})"})
    EXPECT_EQ(complaint(bad).substr(0, 41), "Could not deserialize last text message: ") << bad;
  EXPECT_NE(complaint(std::string(100000, '[')), "");
}

}  // namespace
}  // namespace dg::server
