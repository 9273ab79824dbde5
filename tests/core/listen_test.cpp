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

TEST(Check, CountsCharactersAndNotBytes) {
  std::string umlauts;
  for (int i = 0; i < 128; ++i) umlauts += "ü";
  EXPECT_EQ(complaint("tag", Strings{umlauts}), "");
  EXPECT_EQ(complaint("tag", Strings{umlauts + "x"}), "tag takes at most 128 characters an item");
}

TEST(Check, CountsTheWordsOfKeyterms) {
  EXPECT_EQ(complaint("keyterm", Strings(250, "two words")), "");
  EXPECT_EQ(complaint("keyterm", Strings(251, "two words")),
            "keyterm takes at most 500 words in all, not 502");
}

TEST(Check, KeepsTheFormsOfItems) {
  EXPECT_EQ(complaint("replace", Strings{"um:"}), "");
  EXPECT_EQ(complaint("replace", Strings{"um"}),
            "replace has an item that is not of the form name:value");
  EXPECT_EQ(complaint("extra", Strings{":x"}),
            "extra has an item that is not of the form name:value");
  Options options(kListenOptions);
  options.set("model", std::string("nova-2"));
  options.set("keywords", Strings{"a", "b:1.5", "c:-2", "d:.5"});
  EXPECT_FALSE(check(options));
  for (const char* item : {"a:", "a:x", "a:1x", ":1", "a:1:2", "a:nan", "a:1e3", "a:--1"}) {
    options.set("keywords", Strings{item});
    EXPECT_EQ(check(options)->text,
              "keywords has an item that is not a word, or of the form word:number")
        << item;
  }
}

TEST(Check, KnowsALanguageFromOther) {
  for (const char* good : {"", "en", "en-US", "multi", "es-419", "zh-Hant-TW"})
    EXPECT_EQ(complaint("language", std::string(good)), "") << good;
  for (const char* bad : {"e", "en_US", "en-", "-en", "419", "en US", "abcdefghi", "en--US"})
    EXPECT_EQ(complaint("language", std::string(bad)),
              "language must be a BCP-47 tag with hyphens, such as en-US, or \"multi\"")
        << bad;
}

TEST(Check, KnowsWhereACallbackMayGo) {
  for (const char* good : {"", "https://a/b?c=d", "http://a:80", "ws://a:8080/", "wss://[::1]:8443",
                           "https://a/b?n=%E9"})
    EXPECT_EQ(complaint("callback", std::string(good)), "") << good;
  for (const char* bad : {"a", "ftp://a/", "https://a:81/", "https://me:hush@a:1/"})
    EXPECT_EQ(complaint("callback", std::string(bad)),
              "callback must be an http, https, ws or wss URL of port 80, 443, 8080 or 8443")
        << bad;
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

TEST(Check, KnowsWhichModelIsForSeveralLanguages) {
  Options options(kListenOptions);
  options.set("language", std::string("multi"));
  for (const char* model : {"nova-3", "nova-3-medical", "nova-2", "nova-2-meeting"}) {
    options.set("model", std::string(model));
    EXPECT_FALSE(check(options)) << model;
  }
  for (const char* model : {"", "base", "nova", "nova-phonecall", "enhanced-meeting", "video"}) {
    options.set("model", std::string(model));
    EXPECT_EQ(check(options)->text, "language=multi is for nova-2 and nova-3 models only") << model;
  }
}

// A model of one's own, or of later: only the service knows what it takes.
TEST(Check, LeavesOtherModelsToTheService) {
  Options options(kListenOptions);
  options.set("keyterm", Strings{"x"});
  options.set("keywords", Strings{"x"});
  options.set("language", std::string("multi"));
  for (const char* model :
       {"c0d1a568-ce81-4fea-97e7-bd45cb1fdf3c", "nova-4", "nova-30", "custom"}) {
    options.set("model", std::string(model));
    EXPECT_FALSE(check(options)) << model;
  }
}

}  // namespace
}  // namespace dg
