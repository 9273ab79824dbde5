// SPDX-License-Identifier: LGPL-2.1-or-later
// Holds the table of parameters against tests/golden/listen-parameters.json.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "core/audioformat.h"
#include "core/listen.h"
#include "support/listenparameters.h"

namespace dg {
namespace {

using Strings = std::vector<std::string>;

const OptionSpec* row_of(const std::string& name) {
  const auto* row = std::find_if(std::begin(kListenOptions), std::end(kListenOptions),
                                 [&](const OptionSpec& spec) { return name == spec.key; });
  return row == std::end(kListenOptions) ? nullptr : row;
}

// The value that has this text in the URL.
OptionValue value_of(const OptionSpec& spec, const Strings& texts) {
  if (std::holds_alternative<Flag>(spec.shape)) return texts.at(0) == "true";
  if (std::holds_alternative<Count>(spec.shape)) return std::stoi(texts.at(0));
  if (std::holds_alternative<Text>(spec.shape)) return texts.at(0);
  if (auto* choice = std::get_if<Choice>(&spec.shape))
    return static_cast<int>(std::find(choice->words.begin(), choice->words.end(), texts.at(0)) -
                            choice->words.begin());
  return texts;
}

Options options_of(const ListenParameter& parameter, const Strings& texts) {
  Options options(kListenOptions);
  options.set(parameter.name, value_of(*row_of(parameter.name), texts));
  for (const auto& [name, value] : parameter.company())
    options.set(name, value_of(*row_of(name), {value}));
  return options;
}

class ListenGolden : public testing::Test {
 protected:
  // The parameters that have a row.
  std::vector<ListenParameter> rows() const {
    std::vector<ListenParameter> rows;
    for (const ListenParameter& parameter : parameters_)
      if (row_of(parameter.name)) rows.push_back(parameter);
    return rows;
  }

  const std::vector<ListenParameter> parameters_ = listen_parameters();
};

TEST_F(ListenGolden, HasEveryRow) {
  std::set<std::string> golden, table;
  for (const ListenParameter& parameter : parameters_)
    if (!parameter.from_caps) golden.insert(parameter.name);
  for (const OptionSpec& spec : kListenOptions) table.insert(spec.key);
  EXPECT_EQ(table, golden);
}

TEST_F(ListenGolden, NamesEachParameterOnce) {
  std::set<std::string> names;
  for (const ListenParameter& parameter : parameters_)
    EXPECT_TRUE(names.insert(parameter.name).second) << parameter.name;
  for (const OtherParameter& other : other_parameters())
    EXPECT_TRUE(names.insert(other.name).second) << other.name;
  EXPECT_EQ(std::size(kListenOptions), rows().size());
}

TEST_F(ListenGolden, NamesTheProperties) {
  for (const ListenParameter& parameter : parameters_)
    EXPECT_EQ(parameter.property, parameter.from_caps ? "" : property_name(parameter.name))
        << parameter.name;
}

// The caps say these, in the audio format's part of the query.
TEST_F(ListenGolden, LeavesTheRestToTheAudioFormat) {
  std::string query = "&" + AudioFormat{}.query();
  for (const ListenParameter& parameter : parameters_) {
    bool in_query = query.find("&" + parameter.name + "=") != std::string::npos;
    EXPECT_EQ(in_query, parameter.from_caps) << parameter.name;
    if (parameter.name != "encoding") continue;
    for (Encoding encoding : {Encoding::Linear16, Encoding::Linear32, Encoding::Mulaw,
                              Encoding::Alaw, Encoding::Flac, Encoding::Opus})
      EXPECT_TRUE(
          std::count(parameter.values.begin(), parameter.values.end(), encoding_name(encoding)))
          << encoding_name(encoding);
  }
}

TEST_F(ListenGolden, AgreesOnTheShapes) {
  for (const ListenParameter& parameter : rows()) {
    const Shape& shape = row_of(parameter.name)->shape;
    EXPECT_EQ(std::holds_alternative<Flag>(shape), parameter.type == "boolean") << parameter.name;
    EXPECT_EQ(std::holds_alternative<Count>(shape), parameter.type == "integer") << parameter.name;
    EXPECT_EQ(std::holds_alternative<List>(shape), parameter.repeatable) << parameter.name;
  }
}

TEST_F(ListenGolden, AgreesOnWhatIsAskedForAtFirst) {
  Parameters expected;
  for (const OptionSpec& spec : kListenOptions)
    for (const ListenParameter& parameter : parameters_)
      if (parameter.name == spec.key && !parameter.initial.empty())
        expected.emplace_back(parameter.name, parameter.initial);
  EXPECT_EQ(Options(kListenOptions).parameters(), expected);
}

// What is unset is not sent, so an unset flag means false only if the service takes it so.
TEST_F(ListenGolden, MeansFalseByAnUnsetFlag) {
  for (const ListenParameter& parameter : rows()) {
    if (parameter.type != "boolean") continue;
    EXPECT_EQ(parameter.service_default, "false") << parameter.name;
  }
}

// --- the sentences of the properties

TEST_F(ListenGolden, NamesTheSources) {
  for (const ListenParameter& parameter : rows()) {
    std::string source = "(developers.deepgram.com/" + parameter.source + ")";
    EXPECT_TRUE(std::string(row_of(parameter.name)->blurb).ends_with(source)) << parameter.name;
  }
}

// What happens when it is unset.
TEST_F(ListenGolden, NamesTheServicesDefaults) {
  for (const ListenParameter& parameter : rows()) {
    const OptionSpec& spec = *row_of(parameter.name);
    if (!std::holds_alternative<Count>(spec.shape) && !std::holds_alternative<Choice>(spec.shape))
      continue;
    bool count = std::holds_alternative<Count>(spec.shape);
    std::string nothing = count ? "off" : "none";
    std::string unset = parameter.service_default.empty() ? nothing : parameter.service_default;
    EXPECT_NE(std::string(spec.blurb).find(unset), std::string::npos) << parameter.name;
  }
}

TEST_F(ListenGolden, SaysUnitsAndRanges) {
  for (const OptionSpec& spec : kListenOptions) {
    auto* count = std::get_if<Count>(&spec.shape);
    if (!count) continue;
    std::string range =
        "in ms, " + std::to_string(count->min) + " to " + std::to_string(count->max) + ";";
    EXPECT_NE(std::string(spec.blurb).find(range), std::string::npos) << spec.key;
  }
}

TEST_F(ListenGolden, SaysTheLimits) {
  for (const ListenParameter& parameter : rows())
    for (const auto& [of, limit] : parameter.limits) {
      std::string blurb = row_of(parameter.name)->blurb;
      std::string unit = of == "items" || of == "channels" ? " at most" : " " + of;
      EXPECT_NE(blurb.find(std::to_string(limit) + unit), std::string::npos) << parameter.name;
    }
}

// --- what is refused

TEST_F(ListenGolden, AgreesOnTheRanges) {
  for (const ListenParameter& parameter : rows()) {
    auto* count = std::get_if<Count>(&row_of(parameter.name)->shape);
    if (!count) continue;
    EXPECT_EQ(count->zero ? count->zero : "", parameter.zero) << parameter.name;
    if (!parameter.range) continue;
    EXPECT_EQ(std::pair(count->min, count->max), *parameter.range) << parameter.name;
  }
}

TEST_F(ListenGolden, AgreesOnTheWords) {
  for (const ListenParameter& parameter : rows()) {
    const OptionSpec& spec = *row_of(parameter.name);
    auto* choice = std::get_if<Choice>(&spec.shape);
    EXPECT_EQ(choice != nullptr, !parameter.values.empty()) << parameter.name;
    if (choice) {
      EXPECT_EQ(Strings(choice->words.begin() + 1, choice->words.end()), parameter.values)
          << parameter.name;
    }
    for (const std::string& word : parameter.some) {
      if (word == "false") continue;  // is what unset means
      EXPECT_NE(std::string(spec.blurb).find(word), std::string::npos)
          << parameter.name << " does not name " << word;
    }
  }
}

TEST_F(ListenGolden, TakesTheSamples) {
  for (const ListenParameter& parameter : rows()) {
    Options options = options_of(parameter, parameter.good());
    auto complaint = check(options);
    EXPECT_FALSE(complaint) << parameter.name << ": " << complaint->text;
    Strings sent;
    for (const auto& [name, value] : options.parameters())
      if (name == parameter.name) sent.push_back(value);
    bool off = parameter.good() == Strings{"false"};
    EXPECT_EQ(sent, off ? Strings{} : parameter.good()) << parameter.name;
  }
}

// What a Count or a Choice would not even hold, the property refuses.
TEST_F(ListenGolden, RefusesWhatTheServiceWould) {
  for (const ListenParameter& parameter : rows()) {
    const Shape& shape = row_of(parameter.name)->shape;
    if (!std::holds_alternative<Text>(shape) && !std::holds_alternative<List>(shape)) continue;
    for (const std::string& refused : parameter.refused)
      EXPECT_TRUE(check(options_of(parameter, {refused}))) << parameter.name << "=" << refused;
  }
}

TEST_F(ListenGolden, KeepsTheLimits) {
  for (const ListenParameter& parameter : rows()) {
    std::string one = parameter.form.empty() ? "ü" : "k:1";
    auto refuses = [&](const Strings& values) {
      return check(options_of(parameter, values)).has_value();
    };
    if (std::size_t most = parameter.limit("items")) {
      EXPECT_FALSE(refuses(Strings(most, one))) << parameter.name;
      EXPECT_TRUE(refuses(Strings(most + 1, one))) << parameter.name;
    }
    if (std::size_t most = parameter.limit("characters")) {
      std::string longest = parameter.form.empty() ? "" : "k:";
      while (longest.size() < most) longest += "x";
      EXPECT_FALSE(refuses({longest.substr(0, most - 1) + "ü"})) << parameter.name;
      EXPECT_TRUE(refuses({longest + "x"})) << parameter.name;
    }
    if (std::size_t most = parameter.limit("tokens")) {
      EXPECT_FALSE(refuses(Strings(most / 2, "two words"))) << parameter.name;
      EXPECT_TRUE(refuses(Strings(most / 2 + 1, "two words"))) << parameter.name;
    }
  }
}

TEST_F(ListenGolden, AgreesOnWhatGoesTogether) {
  for (const ListenParameter& parameter : rows()) {
    for (const auto& [needed, value] : parameter.needs) {
      Options options = options_of(parameter, parameter.good());
      EXPECT_FALSE(check(options)) << parameter.name;
      options.set(needed, value != "true");
      EXPECT_TRUE(check(options)) << parameter.name << " without " << needed;
    }
  }
}

TEST_F(ListenGolden, AgreesOnTheModels) {
  for (const ListenParameter& parameter : rows()) {
    if (parameter.name == "model") continue;
    Strings values =
        parameter.model_value.empty() ? parameter.good() : Strings{parameter.model_value};
    for (const std::string model : {"nova-3", "nova-3-medical", "nova-2", "nova-2-phonecall",
                                    "nova", "enhanced-general", "base", "video", ""}) {
      Options options = options_of(parameter, values);
      options.set("model", model);
      EXPECT_EQ(!check(options), parameter.goes_with(model)) << parameter.name << " with " << model;
    }
  }
}

}  // namespace
}  // namespace dg
