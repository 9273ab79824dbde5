// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/listenquery.h"

#include <gtest/gtest.h>

#include "base/overloaded.h"
#include "server/credentials.h"

namespace dg::server {
namespace {

Refusal refusal(const Pairs& pairs) {
  auto read = read_query(pairs, UnknownNames::Accept);
  auto* refusal = std::get_if<Refusal>(&read);
  return refusal ? *refusal : Refusal{0, "", "", {}};
}

std::string complaint(const Pairs& pairs) {
  Refusal found = refusal(pairs);
  EXPECT_TRUE(found.status == 0 || found.status == 400);
  return found.message;
}

// Values of each row: {good...}, {bad...}.
struct Values {
  std::vector<std::string> good, bad;
};

Values values_of(const OptionSpec& spec) {
  return std::visit(
      overloaded{
          [](const Flag&) {
            return Values{{"true", "false"}, {"True", "TRUE", "1", "yes", ""}};
          },
          [](const Count& shape) {
            Values out{{std::to_string(shape.max)},
                       {std::to_string(shape.max + 1), "-1", "1.5", "x", ""}};
            if (shape.zero) {
              out.good.insert(out.good.end(), {shape.zero, "true", "0"});
            } else {
              out.good.push_back(std::to_string(shape.min));
              out.bad.insert(out.bad.end(), {std::to_string(shape.min - 1), "true", "false"});
            }
            return out;
          },
          [](const Text&) {
            return Values{{""}, {}};
          },
          [](const Choice& shape) {
            Values out{{}, {shape.words[0], "x", ""}};
            for (const char* word : shape.words.subspan(1)) out.good.push_back(word);
            return out;
          },
          [](const List& shape) {
            Values out{{}, {""}};
            if (shape.longest_item > 0)
              out.bad.push_back("a:" + std::string(shape.longest_item, 'x'));
            return out;
          },
      },
      spec.shape);
}

// What some parameters need beside them.
Pairs with_company(const std::string& key, const std::string& value) {
  Pairs pairs = {{key, value}};
  if (key == "dictation") pairs.emplace_back("punctuate", "true");
  if (key == "utterance_end_ms") pairs.emplace_back("interim_results", "true");
  if (key == "keyterm") pairs.emplace_back("model", "nova-3");
  return pairs;
}

TEST(ListenQuery, ChecksEveryRowOfTheTable) {
  for (const OptionSpec& spec : kListenOptions) {
    for (const std::string& good : values_of(spec).good)
      EXPECT_EQ(complaint(with_company(spec.key, good)), "") << spec.key << "=" << good;
    for (const std::string& bad : values_of(spec).bad)
      EXPECT_NE(complaint(with_company(spec.key, bad)), "") << spec.key << "=" << bad;
  }
}

TEST(ListenQuery, CountsTheItemsOfLists) {
  for (const OptionSpec& spec : kListenOptions) {
    auto* list = std::get_if<List>(&spec.shape);
    if (!list || list->most == 0) continue;
    Pairs pairs(list->most, {spec.key, "word"});
    EXPECT_EQ(complaint(pairs), "") << spec.key;
    pairs.emplace_back(spec.key, "word");
    EXPECT_NE(complaint(pairs), "") << spec.key;
  }
}

struct Case {
  Pairs pairs;
  const char* complaint;  // a part of it; "" for none
};

TEST(ListenQuery, KnowsTheRulesOfTheService) {
  const Case cases[] = {
      {{}, ""},
      {{{"model", "nova-3"}, {"language", "en-US"}}, ""},
      {{{"model", "nova-2-phonecall"}}, ""},
      {{{"model", "c0d1a568-ce81-4fea-97e7-bd45cb1fdf3c"}}, ""},
      {{{"model", "nova-9"}}, "No such model/language/tier combination found"},
      {{{"model", "whisper-large"}}, "No such model/language/tier combination found"},
      {{{"model", "flux-general-en"}}, "No such model/language/tier combination found"},
      {{{"language", "en_US"}}, "No such model/language/tier combination found"},
      {{{"model", "nova-3"}, {"language", "multi"}}, ""},
      {{{"model", "base"}, {"language", "multi"}}, "No such model/language/tier"},
      {{{"diarize_model", "latest"}}, ""},
      {{{"diarize_model", "v1"}}, ""},
      {{{"diarize_model", "v2"}}, "diarize_model"},
      {{{"keyterm", "x"}}, "keyterm is for nova-3"},
      {{{"model", "nova-3"}, {"keyterm", "a phrase"}}, ""},
      {{{"model", "nova-3"}, {"keywords", "x"}}, "keywords is not for nova-3"},
      {{{"model", "nova-2"}, {"keywords", "x:1.5"}, {"keywords", "y:-2"}}, ""},
      {{{"model", "nova-2"}, {"keywords", "x:much"}}, "keywords"},
      {{{"utterance_end_ms", "1000"}}, "utterance_end_ms needs interim_results"},
      {{{"utterance_end_ms", "1000"}, {"interim_results", "true"}}, ""},
      {{{"dictation", "true"}}, "dictation needs punctuate"},
      {{{"replace", "a"}}, "replace"},
      {{{"replace", "a:"}}, ""},
      {{{"extra", "a"}}, "extra"},
      {{{"callback", "https://example.com/x"}}, ""},
      {{{"callback", "wss://example.com:8443/x"}}, ""},
      {{{"callback", "https://example.com:81/x"}}, "callback"},
      {{{"callback", "ftp://example.com/x"}}, "callback"},
      {{{"encoding", "linear16"}}, "sample_rate is required"},
      {{{"encoding", "mp3"}, {"sample_rate", "8000"}}, "encoding"},
      {{{"encoding", "opus"}, {"sample_rate", "48000"}}, ""},
      {{{"encoding", "linear16"}, {"sample_rate", "0"}}, "sample_rate"},
      {{{"encoding", "linear16"}, {"sample_rate", "16k"}}, "sample_rate"},
      {{{"encoding", "linear16"}, {"sample_rate", "16000"}, {"channels", "21"}}, "channels"},
      {{{"encoding", "linear16"}, {"sample_rate", "16000"}, {"channels", "20"}}, ""},
      {{{"tier", "nova"}, {"alternatives", "1"}}, ""},
      {{{"x-drop-after", "3"}}, ""},
      {{{"x-drop-after", "soon"}}, "fault drop-after wants SECONDS"},
  };
  for (const Case& one : cases) {
    std::string found = complaint(one.pairs);
    std::string shown = one.pairs.empty() ? "" : one.pairs[0].first + "=" + one.pairs[0].second;
    if (*one.complaint)
      EXPECT_NE(found.find(one.complaint), found.npos) << shown << ": " << found;
    else
      EXPECT_EQ(found, "") << shown;
  }
}

TEST(ListenQuery, CountsTheTokensOfKeyterms) {
  std::string many = "a";
  for (int i = 1; i < 500; ++i) many += " a";
  EXPECT_EQ(complaint({{"model", "nova-3"}, {"keyterm", many}}), "");
  EXPECT_EQ(complaint({{"model", "nova-3"}, {"keyterm", many}, {"keyterm", "b"}}),
            "Keyterm limit exceeded. The maximum number of tokens across all keyterms is 500.");
}

TEST(ListenQuery, SaysTheFormat) {
  auto read = read_query({{"encoding", "mulaw"}, {"sample_rate", "8000"}, {"channels", "2"}},
                         UnknownNames::Accept);
  EXPECT_EQ(std::get<ListenQuery>(read).format(), (AudioFormat{Encoding::Mulaw, 8000, 2}));
  EXPECT_FALSE(ListenQuery().format());
}

TEST(ListenQuery, GivesBackTheLastOfEachExtra) {
  auto read =
      read_query({{"extra", "a:1"}, {"extra", "b:x:y"}, {"extra", "a:2"}}, UnknownNames::Accept);
  EXPECT_EQ(std::get<ListenQuery>(read).extra(), (Pairs{{"a", "2"}, {"b", "x:y"}}));
}

TEST(SplitQuery, Decodes) {
  EXPECT_EQ(*split_query(nullptr), Pairs());
  EXPECT_EQ(*split_query("a=1&b=x+y&a=%C3%A9%26"), (Pairs{{"a", "1"}, {"b", "x y"}, {"a", "é&"}}));
  EXPECT_FALSE(split_query("a=%ZZ"));
  EXPECT_FALSE(split_query("a"));
}

TEST(Credentials, AreReadInFourForms) {
  auto read = [](const char* authorization, const char* protocols) -> std::string {
    auto found = read_credentials(authorization, protocols);
    return found ? found->secret + "|" + found->protocol + (found->bearer ? "|bearer" : "")
                 : "none";
  };
  EXPECT_EQ(read("Token k", nullptr), "k|");
  EXPECT_EQ(read("bearer  k", nullptr), "k||bearer");
  EXPECT_EQ(read(nullptr, "token, k"), "k|token");
  EXPECT_EQ(read(nullptr, "bearer,k, x-deepgram-session-id, 1"), "k|bearer|bearer");
  EXPECT_EQ(read("Token k", "token, other"), "k|");
  for (const char* bad : {"", "Token", "Token ", "Basic k", "k"})
    EXPECT_EQ(read(bad, nullptr), "none");
  for (const char* bad : {"", "token", "token,", "chat, k"}) EXPECT_EQ(read(nullptr, bad), "none");
  EXPECT_EQ(read(nullptr, nullptr), "none");
}

}  // namespace
}  // namespace dg::server
