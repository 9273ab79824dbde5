// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/query.h"

#include <string>

#include <gtest/gtest.h>

#include "core/listen.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

Query of_model(const char* model) {
  Query query{Options(kListenOptions), {}};
  query.options.set("model", std::string(model));
  return query;
}

std::string model(const Query& query) {
  return std::get<std::string>(query.options.at("model"));
}

bool numerals(const Query& query) {
  return std::get<bool>(query.options.at("numerals"));
}

TEST(QueryChange, IsWantedUntilADialAdoptsIt) {
  QueryChange query(of_model("a"));
  EXPECT_EQ(query.wanted(), nullptr);
  query.want(of_model("b"), 1s);
  query.want(of_model("c"), 2s);
  EXPECT_EQ(query.since(), 1s);
  EXPECT_EQ(query.changed(), 2s);
  EXPECT_EQ(model(*query.wanted()), "c");
  EXPECT_EQ(model(query.in_force()), "a");
  query.adopt();
  EXPECT_EQ(query.wanted(), nullptr);
  EXPECT_EQ(model(query.in_force()), "c");
}

TEST(QueryChange, IsNoneWhenItIsTakenBack) {
  QueryChange query(of_model("a"));
  query.want(of_model("b"), 1s);
  query.want(of_model("a"), 2s);
  EXPECT_EQ(query.wanted(), nullptr);
  query.want(of_model("b"), 3s);
  EXPECT_EQ(query.since(), 3s);
}

TEST(QueryChange, MayBeOfWhatHasNoProperty) {
  QueryChange query(of_model("a"));
  Query other = of_model("a");
  other.extra_params = {{"tier", "enhanced"}};
  query.want(other, 1s);
  EXPECT_EQ(*query.wanted(), other);
}

// What is refused goes back to what was taken, not to what nobody has asked for yet.
TEST(QueryChange, FallsBackToWhatWasTaken) {
  QueryChange query(of_model("a"));
  EXPECT_FALSE(query.fall_back());
  for (const char* next : {"b", "c"}) {
    query.want(of_model(next), 1s);
    query.adopt();
  }
  EXPECT_TRUE(query.fall_back());
  EXPECT_EQ(model(query.in_force()), "a");
  EXPECT_FALSE(query.fall_back());
  query.want(of_model("d"), 1s);
  query.adopt();
  query.confirm();
  EXPECT_FALSE(query.fall_back());
  EXPECT_EQ(model(query.in_force()), "d");
}

TEST(QueryChange, RefusesWhatMakesNoRequest) {
  QueryChange query(of_model("a"));
  query.want(of_model("b"), 1s);
  query.refuse();
  EXPECT_EQ(query.wanted(), nullptr);
  EXPECT_EQ(model(query.in_force()), "a");
}

// A connection is told of numerals: they hold in whichever query comes.
TEST(QueryChange, LeavesNumeralsToConfigure) {
  QueryChange query(of_model("a"));
  Query other = of_model("a");
  other.options.set("numerals", true);
  query.want(other, 1s);
  EXPECT_EQ(query.wanted(), nullptr);
  query.want(of_model("b"), 1s);
  query.configure(true);
  EXPECT_TRUE(numerals(query.in_force()));
  EXPECT_TRUE(numerals(*query.wanted()));
  query.adopt();
  query.configure(false);
  EXPECT_TRUE(query.fall_back());
  EXPECT_FALSE(numerals(query.in_force()));
  query.configure(true);
  query.replace(of_model("c"));
  EXPECT_EQ(model(query.in_force()), "c");
  EXPECT_TRUE(numerals(query.in_force()));
}

}  // namespace
}  // namespace dg
