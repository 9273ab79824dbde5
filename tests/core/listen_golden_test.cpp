// SPDX-License-Identifier: LGPL-2.1-or-later
// Holds the table of parameters against tests/golden/listen-parameters.json, which was written from
// the service's documentation and not from the table.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <json-glib/json-glib.h>

#include "base/ptr.h"
#include "core/audioformat.h"
#include "core/listen.h"

namespace dg {
template <>
struct Unref<JsonParser> {
  void operator()(JsonParser* p) const { g_object_unref(p); }
};

namespace {

using Strings = std::vector<std::string>;

// One parameter as the service documents it.
struct Parameter {
  std::string name, type, zero, model_only, model_not;
  std::string initial;  // what the service assumes, as in the URL
  bool from_caps = false, repeatable = false;
  std::optional<std::pair<int, int>> range;
  Strings values;
  std::map<std::string, int> limits;
  std::map<std::string, bool> needs;
};

std::string text_in(JsonObject* object, const char* member) {
  return json_object_get_string_member_with_default(object, member, "");
}

JsonObject* object_in(JsonObject* object, const char* member) {
  return json_object_has_member(object, member) ? json_object_get_object_member(object, member)
                                                : nullptr;
}

Strings members_of(JsonObject* object) {
  Strings names;
  GList* members = object ? json_object_get_members(object) : nullptr;
  for (GList* item = members; item; item = item->next)
    names.emplace_back(static_cast<const char*>(item->data));
  g_list_free(members);
  return names;
}

// The words of an array; numbers as they are written.
Strings words_in(JsonObject* object, const char* member) {
  Strings words;
  if (!json_object_has_member(object, member)) return words;
  JsonNode* node = json_object_get_member(object, member);
  if (!JSON_NODE_HOLDS_ARRAY(node)) return words;
  JsonArray* array = json_node_get_array(node);
  for (guint i = 0; i < json_array_get_length(array); ++i) {
    JsonNode* item = json_array_get_element(array, i);
    words.push_back(json_node_get_value_type(item) == G_TYPE_STRING
                        ? json_node_get_string(item)
                        : std::to_string(json_node_get_int(item)));
  }
  return words;
}

std::string initial_in(JsonObject* object) {
  JsonNode* node = json_object_get_member(object, "default");
  if (JSON_NODE_HOLDS_NULL(node)) return "";
  GType type = json_node_get_value_type(node);
  if (type == G_TYPE_BOOLEAN) return json_node_get_boolean(node) ? "true" : "false";
  return type == G_TYPE_STRING ? json_node_get_string(node)
                               : std::to_string(json_node_get_int(node));
}

Parameter parameter_from(JsonObject* object) {
  Parameter parameter;
  parameter.name = text_in(object, "name");
  parameter.type = text_in(object, "type");
  parameter.zero = text_in(object, "zero");
  parameter.initial = initial_in(object);
  parameter.from_caps = text_in(object, "from") == "caps";
  parameter.repeatable =
      json_object_get_boolean_member_with_default(object, "repeatable", FALSE) == TRUE;
  parameter.values = words_in(object, "values");
  if (Strings range = words_in(object, "range"); range.size() == 2)
    parameter.range = {std::stoi(range[0]), std::stoi(range[1])};
  if (JsonObject* models = object_in(object, "models")) {
    parameter.model_only = text_in(models, "only");
    parameter.model_not = text_in(models, "not");
  }
  JsonObject* limits = object_in(object, "limits");
  for (const std::string& name : members_of(limits))
    parameter.limits[name] = static_cast<int>(json_object_get_int_member(limits, name.c_str()));
  JsonObject* needs = object_in(object, "needs");
  for (const std::string& name : members_of(needs))
    parameter.needs[name] = json_object_get_boolean_member(needs, name.c_str()) == TRUE;
  return parameter;
}

std::vector<Parameter> load() {
  Ptr<JsonParser> parser(json_parser_new());
  const char* folder = std::getenv("DG_GOLDEN");
  std::string path = std::string(folder ? folder : "tests/golden") + "/listen-parameters.json";
  GError* error = nullptr;
  std::vector<Parameter> parameters;
  if (!json_parser_load_from_file(parser.get(), path.c_str(), &error)) {
    ADD_FAILURE() << error->message;
    g_error_free(error);
    return parameters;
  }
  JsonObject* root = json_node_get_object(json_parser_get_root(parser.get()));
  JsonArray* array = json_object_get_array_member(root, "parameters");
  for (guint i = 0; i < json_array_get_length(array); ++i)
    parameters.push_back(parameter_from(json_array_get_object_element(array, i)));
  return parameters;
}

const OptionSpec* row_of(const std::string& name) {
  const auto* row = std::find_if(std::begin(kListenOptions), std::end(kListenOptions),
                                 [&](const OptionSpec& spec) { return name == spec.key; });
  return row == std::end(kListenOptions) ? nullptr : row;
}

// A value of each shape that is sent and is in its range.
OptionValue sample_of(const OptionSpec& spec) {
  if (std::holds_alternative<Flag>(spec.shape)) return true;
  if (auto* count = std::get_if<Count>(&spec.shape)) return std::max(count->min, 1);
  if (std::holds_alternative<Choice>(spec.shape)) return 1;
  if (std::holds_alternative<Text>(spec.shape)) return std::string("x");
  return Strings{"x"};
}

class ListenGolden : public testing::Test {
 protected:
  // The parameters that have a row.
  std::vector<Parameter> rows() const {
    std::vector<Parameter> rows;
    for (const Parameter& parameter : parameters_)
      if (row_of(parameter.name)) rows.push_back(parameter);
    return rows;
  }

  const std::vector<Parameter> parameters_ = load();
};

TEST_F(ListenGolden, HasEveryRow) {
  std::set<std::string> golden, table;
  for (const Parameter& parameter : parameters_)
    if (!parameter.from_caps) golden.insert(parameter.name);
  for (const OptionSpec& spec : kListenOptions) table.insert(spec.key);
  EXPECT_EQ(table, golden);
}

TEST_F(ListenGolden, NamesEachParameterOnce) {
  std::set<std::string> names;
  for (const Parameter& parameter : parameters_)
    EXPECT_TRUE(names.insert(parameter.name).second) << parameter.name;
  EXPECT_EQ(std::size(kListenOptions), rows().size());
}

// The caps say these, in the audio format's part of the query.
TEST_F(ListenGolden, LeavesTheRestToTheAudioFormat) {
  std::string query = "&" + AudioFormat{}.query();
  for (const Parameter& parameter : parameters_) {
    bool in_query = query.find("&" + parameter.name + "=") != std::string::npos;
    EXPECT_EQ(in_query, parameter.from_caps) << parameter.name;
    if (parameter.name != "encoding") continue;
    for (Encoding encoding : {Encoding::Linear16, Encoding::Mulaw, Encoding::Alaw})
      EXPECT_TRUE(
          std::count(parameter.values.begin(), parameter.values.end(), encoding_name(encoding)))
          << encoding_name(encoding);
  }
}

TEST_F(ListenGolden, AgreesOnTheShapes) {
  for (const Parameter& parameter : rows()) {
    const Shape& shape = row_of(parameter.name)->shape;
    EXPECT_EQ(std::holds_alternative<Flag>(shape), parameter.type == "boolean") << parameter.name;
    EXPECT_EQ(std::holds_alternative<Count>(shape), parameter.type == "integer") << parameter.name;
    EXPECT_EQ(std::holds_alternative<List>(shape), parameter.repeatable) << parameter.name;
  }
}

// What is unset is not sent, so an unset flag means false only if the service takes it so.
TEST_F(ListenGolden, MeansFalseByAnUnsetFlag) {
  for (const Parameter& parameter : rows()) {
    if (parameter.type != "boolean") continue;
    EXPECT_EQ(parameter.initial, "false") << parameter.name;
  }
}

// The sentence of the property says what happens when it is unset.
TEST_F(ListenGolden, NamesTheServicesDefaults) {
  for (const Parameter& parameter : rows()) {
    const OptionSpec& spec = *row_of(parameter.name);
    if (!std::holds_alternative<Count>(spec.shape) && !std::holds_alternative<Choice>(spec.shape))
      continue;
    std::string unset = parameter.initial.empty() ? "off" : parameter.initial;
    EXPECT_NE(std::string(spec.blurb).find(unset), std::string::npos) << parameter.name;
  }
}

TEST_F(ListenGolden, AgreesOnTheRanges) {
  for (const Parameter& parameter : rows()) {
    auto* count = std::get_if<Count>(&row_of(parameter.name)->shape);
    if (!count) continue;
    EXPECT_EQ(count->zero ? count->zero : "", parameter.zero) << parameter.name;
    if (!parameter.range) continue;
    EXPECT_EQ(std::pair(count->min, count->max), *parameter.range) << parameter.name;
  }
}

TEST_F(ListenGolden, AgreesOnTheWords) {
  for (const Parameter& parameter : rows()) {
    const OptionSpec& spec = *row_of(parameter.name);
    if (auto* choice = std::get_if<Choice>(&spec.shape))
      EXPECT_EQ(Strings(choice->words.begin() + 1, choice->words.end()), parameter.values)
          << parameter.name;
    else
      for (const std::string& word : parameter.values)
        EXPECT_NE(std::string(spec.blurb).find('"' + word + '"'), std::string::npos)
            << parameter.name << " does not name " << word;
  }
}

TEST_F(ListenGolden, AgreesOnTheLimits) {
  for (Parameter& parameter : rows()) {
    const OptionSpec& spec = *row_of(parameter.name);
    if (auto* list = std::get_if<List>(&spec.shape)) {
      EXPECT_EQ(list->most, static_cast<std::size_t>(parameter.limits["items"])) << parameter.name;
      EXPECT_EQ(list->longest_item, static_cast<std::size_t>(parameter.limits["characters"]))
          << parameter.name;
    }
    if (parameter.limits.count("tokens") == 0) continue;
    // Only the service can count these; the user is told.
    std::string tokens = std::to_string(parameter.limits["tokens"]) + " tokens";
    EXPECT_NE(std::string(spec.blurb).find(tokens), std::string::npos) << parameter.name;
  }
}

TEST_F(ListenGolden, AgreesOnWhatGoesTogether) {
  for (const Parameter& parameter : rows()) {
    for (const auto& [needed, value] : parameter.needs) {
      Options options(kListenOptions);
      options.set(parameter.name, sample_of(*row_of(parameter.name)));
      options.set(needed, value);
      EXPECT_FALSE(check(options)) << parameter.name;
      options.set(needed, !value);
      EXPECT_TRUE(check(options)) << parameter.name << " without " << needed;
    }
  }
}

// Whether the table takes the parameter with this model.
bool goes_with(const Parameter& parameter, const std::string& model) {
  Options options(kListenOptions);
  options.set("model", model);
  options.set(parameter.name, sample_of(*row_of(parameter.name)));
  for (const auto& [needed, value] : parameter.needs) options.set(needed, value);
  return !check(options);
}

TEST_F(ListenGolden, AgreesOnTheModels) {
  for (const Parameter& parameter : rows()) {
    if (parameter.name == "model") continue;
    for (const std::string model : {"nova-3", "nova-3-medical", "nova-2", "base"}) {
      bool refused = (!parameter.model_only.empty() && !model.starts_with(parameter.model_only)) ||
                     (!parameter.model_not.empty() && model.starts_with(parameter.model_not));
      EXPECT_EQ(goes_with(parameter, model), !refused) << parameter.name << " with " << model;
    }
  }
}

}  // namespace
}  // namespace dg
