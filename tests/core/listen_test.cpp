// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/listen.h"

#include <gtest/gtest.h>

namespace dg {
namespace {

using Strings = std::vector<std::string>;

std::string complaint(std::string_view key, OptionValue value) {
  Options options(kListenOptions);
  options.set(key, std::move(value));
  auto error = check(options);
  return error ? error->text : "";
}

TEST(Check, TakesTheDefaults) {
  EXPECT_FALSE(check(Options(kListenOptions)));
}

TEST(Check, KeepsTheRanges) {
  EXPECT_EQ(complaint("utterance_end_ms", 999),
            "utterance-end-ms must be from 1000 to 5000, not 999");
  EXPECT_EQ(complaint("utterance_end_ms", 5001),
            "utterance-end-ms must be from 1000 to 5000, not 5001");
  EXPECT_EQ(complaint("utterance_end_ms", 1000), "");
  EXPECT_EQ(complaint("endpointing", 0), "");
}

TEST(Check, KeepsTheLimitsOfLists) {
  EXPECT_EQ(complaint("search", Strings(51, "x")), "search takes at most 50 items, not 51");
  EXPECT_EQ(complaint("search", Strings(50, "x")), "");
  EXPECT_EQ(complaint("tag", Strings{std::string(129, 'x')}),
            "tag takes at most 128 characters an item");
  EXPECT_EQ(complaint("redact", Strings{""}), "redact has an empty item");
}

TEST(Check, KnowsWhatGoesTogether) {
  Options options(kListenOptions);
  options.set("utterance_end_ms", 1000);
  options.set("interim_results", false);
  EXPECT_EQ(check(options)->text, "utterance-end-ms needs interim-results=true");

  options = Options(kListenOptions);
  options.set("dictation", true);
  EXPECT_FALSE(check(options));
  options.set("punctuate", false);
  EXPECT_EQ(check(options)->text, "dictation needs punctuate=true");
}

TEST(Check, KnowsWhichModelTakesWhichWords) {
  EXPECT_EQ(complaint("keywords", Strings{"x"}), "keywords is not for nova-3 models: use keyterm");
  Options options(kListenOptions);
  options.set("keyterm", Strings{"x"});
  EXPECT_FALSE(check(options));
  options.set("model", std::string("nova-2"));
  EXPECT_EQ(check(options)->text, "keyterm is for nova-3 models only: use keywords");
}

}  // namespace
}  // namespace dg
