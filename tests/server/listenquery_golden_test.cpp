// SPDX-License-Identifier: LGPL-2.1-or-later
// Holds the server's checks against tests/golden/listen-parameters.json.
#include <gtest/gtest.h>

#include "server/listenquery.h"
#include "support/listenparameters.h"

namespace dg::server {
namespace {

using Strings = std::vector<std::string>;

std::string complaint(const Pairs& pairs) {
  auto read = read_query(pairs, UnknownNames::Refuse);
  auto* refusal = std::get_if<Refusal>(&read);
  EXPECT_TRUE(!refusal || refusal->status == 400);
  return refusal ? refusal->message : "";
}

// What is sent for these values, with what they need beside them.
Pairs request(const ListenParameter& parameter, const Strings& values) {
  Pairs pairs;
  for (const std::string& value : values) pairs.emplace_back(parameter.name, value);
  for (const auto& [name, value] : parameter.company()) pairs.emplace_back(name, value);
  if (parameter.name == "encoding") pairs.emplace_back("sample_rate", "16000");
  return pairs;
}

class GoldenQuery : public testing::TestWithParam<ListenParameter> {
 protected:
  const ListenParameter& parameter_ = GetParam();

  std::string complaint_of(const Strings& values) { return complaint(request(parameter_, values)); }
};

TEST_P(GoldenQuery, TakesWhatTheServiceTakes) {
  EXPECT_EQ(complaint_of(parameter_.good()), "");
  for (const std::string& value : parameter_.values) EXPECT_EQ(complaint_of({value}), "") << value;
  for (const std::string& value : parameter_.some) EXPECT_EQ(complaint_of({value}), "") << value;
  for (const std::string& value : {parameter_.zero, parameter_.service_default})
    EXPECT_EQ(value.empty() ? "" : complaint_of({value}), "") << value;
  if (!parameter_.range) return;
  EXPECT_EQ(complaint_of({std::to_string(parameter_.range->first)}), "");
  EXPECT_EQ(complaint_of({std::to_string(parameter_.range->second)}), "");
}

TEST_P(GoldenQuery, RefusesWhatTheServiceRefuses) {
  for (const std::string& value : parameter_.refused) EXPECT_NE(complaint_of({value}), "") << value;
  Strings no_booleans;
  if (parameter_.type == "boolean") no_booleans = {"True", "FALSE", "1", "yes", ""};
  for (const std::string& value : no_booleans) EXPECT_NE(complaint_of({value}), "") << value;
  if (!parameter_.range) return;
  EXPECT_NE(complaint_of({std::to_string(parameter_.range->first - 1)}), "");
  EXPECT_NE(complaint_of({std::to_string(parameter_.range->second + 1)}), "");
}

TEST_P(GoldenQuery, KeepsTheLimits) {
  std::string one = parameter_.form.empty() ? "x" : "k:1";
  if (std::size_t most = parameter_.limit("items")) {
    EXPECT_EQ(complaint_of(Strings(most, one)), "");
    EXPECT_NE(complaint_of(Strings(most + 1, one)), "");
  }
  if (std::size_t most = parameter_.limit("characters")) {
    std::string longest = parameter_.form.empty() ? "" : "k:";
    longest.resize(most, 'x');
    EXPECT_EQ(complaint_of({longest}), "");
    EXPECT_NE(complaint_of({longest + "x"}), "");
  }
  if (std::size_t most = parameter_.limit("tokens")) {
    EXPECT_EQ(complaint_of(Strings(most, "x")), "");
    EXPECT_NE(complaint_of(Strings(most + 1, "x")).find(std::to_string(most)), std::string::npos);
  }
  if (std::size_t most = parameter_.limit("channels")) {
    Pairs audio = {{"encoding", "linear16"}, {"sample_rate", "8000"}, {parameter_.name, "true"}};
    audio.emplace_back("channels", std::to_string(most));
    EXPECT_EQ(complaint(audio), "");
    audio.back().second = std::to_string(most + 1);
    EXPECT_NE(complaint(audio), "");
  }
}

TEST_P(GoldenQuery, KnowsWhatItNeeds) {
  for (const auto& need : parameter_.needs) {
    const std::string& needed = need.first;
    Pairs pairs = request(parameter_, parameter_.good());
    std::erase_if(pairs, [&](const auto& pair) { return pair.first == needed; });
    EXPECT_NE(complaint(pairs).find(needed), std::string::npos) << complaint(pairs);
  }
}

TEST_P(GoldenQuery, KnowsWhichModelsTakeIt) {
  if (parameter_.name == "model") return;
  Strings values =
      parameter_.model_value.empty() ? parameter_.good() : Strings{parameter_.model_value};
  for (const std::string model :
       {"nova-3", "nova-3-medical", "nova-2", "nova-2-phonecall", "enhanced-general", "base"}) {
    Pairs pairs = request(parameter_, values);
    std::erase_if(pairs, [&](const auto& pair) { return pair.first == "model"; });
    pairs.emplace_back("model", model);
    EXPECT_EQ(complaint(pairs).empty(), parameter_.goes_with(model)) << model;
  }
}

INSTANTIATE_TEST_SUITE_P(Parameters, GoldenQuery, testing::ValuesIn(listen_parameters()),
                         [](const auto& one) { return one.param.name; });

// It refuses all that it does not know here, so what it takes it knows.
TEST(GoldenQueries, KnowNoOtherParameters) {
  EXPECT_EQ(complaint({{"nonsense", "true"}}), "Unknown query parameters: nonsense");
  EXPECT_FALSE(other_parameters().empty());
  for (const OtherParameter& other : other_parameters())
    EXPECT_NE(complaint({{other.name, "true"}}), "") << other.name;
}

}  // namespace
}  // namespace dg::server
