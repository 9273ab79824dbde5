// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/listenparameters.h"

#include <algorithm>
#include <cstdlib>
#include <ostream>

#include <gtest/gtest.h>
#include <json-glib/json-glib.h>

#include "base/ptr.h"

namespace dg {
template <>
struct Unref<JsonParser> {
  void operator()(JsonParser* p) const { g_object_unref(p); }
};

namespace {

using Strings = std::vector<std::string>;

// As it is in the URL.
std::string value_of(JsonNode* node) {
  if (!node || JSON_NODE_HOLDS_NULL(node)) return "";
  GType type = json_node_get_value_type(node);
  if (type == G_TYPE_BOOLEAN) return json_node_get_boolean(node) ? "true" : "false";
  return type == G_TYPE_STRING ? json_node_get_string(node)
                               : std::to_string(json_node_get_int(node));
}

std::string value_in(JsonObject* object, const char* member) {
  return value_of(json_object_get_member(object, member));
}

Strings values_in(JsonObject* object, const char* member) {
  Strings values;
  JsonNode* node = json_object_get_member(object, member);
  if (!node || !JSON_NODE_HOLDS_ARRAY(node)) return values;
  JsonArray* array = json_node_get_array(node);
  for (guint i = 0; i < json_array_get_length(array); ++i)
    values.push_back(value_of(json_array_get_element(array, i)));
  return values;
}

std::map<std::string, std::string> members_of(JsonObject* parent, const char* member) {
  std::map<std::string, std::string> members;
  if (!json_object_has_member(parent, member)) return members;
  JsonObjectIter iterator;
  const char* name;
  JsonNode* value;
  json_object_iter_init(&iterator, json_object_get_object_member(parent, member));
  while (json_object_iter_next(&iterator, &name, &value))
    if (!JSON_NODE_HOLDS_ARRAY(value)) members[name] = value_of(value);
  return members;
}

void add_models(ListenParameter& parameter, JsonObject* models) {
  parameter.model_value = value_in(models, "value");
  parameter.only_models = values_in(models, "only");
  parameter.not_models = values_in(models, "not");
  for (const char* model : {"nova-3", "nova-2"})
    if (!parameter.model && parameter.goes_with(model)) parameter.model = model;
}

ListenParameter parameter_from(JsonObject* object) {
  ListenParameter parameter;
  parameter.name = value_in(object, "name");
  parameter.property = value_in(object, "property");
  parameter.type = value_in(object, "type");
  parameter.zero = value_in(object, "zero");
  parameter.form = value_in(object, "form");
  parameter.source = value_in(object, "source");
  parameter.service_default = value_in(object, "default");
  parameter.initial = value_in(object, "initial");
  parameter.from_caps = value_in(object, "from") == "caps";
  parameter.repeatable = value_in(object, "repeatable") == "true";
  parameter.values = values_in(object, "values");
  parameter.some = values_in(object, "some");
  parameter.sample = values_in(object, "sample");
  parameter.refused = values_in(object, "refused");
  if (Strings range = values_in(object, "range"); range.size() == 2)
    parameter.range = {std::stoi(range[0]), std::stoi(range[1])};
  for (const auto& [name, limit] : members_of(object, "limits"))
    parameter.limits[name] = std::stoi(limit);
  parameter.needs = members_of(object, "needs");
  if (json_object_has_member(object, "models"))
    add_models(parameter, json_object_get_object_member(object, "models"));
  return parameter;
}

template <class Item>
std::vector<Item> read(const char* list, Item (*item_from)(JsonObject*)) {
  Ptr<JsonParser> parser(json_parser_new());
  const char* folder = std::getenv("DG_GOLDEN");
  std::string path = std::string(folder ? folder : "tests/golden") + "/listen-parameters.json";
  std::vector<Item> items;
  if (!json_parser_load_from_file(parser.get(), path.c_str(), nullptr)) {
    ADD_FAILURE() << "cannot read " << path;
    return items;
  }
  JsonObject* root = json_node_get_object(json_parser_get_root(parser.get()));
  JsonArray* array = json_object_get_array_member(root, list);
  for (guint i = 0; i < json_array_get_length(array); ++i)
    items.push_back(item_from(json_array_get_object_element(array, i)));
  return items;
}

OtherParameter other_from(JsonObject* object) {
  return {value_in(object, "name"), value_in(object, "sample"),
          value_in(object, "status") == "legacy"};
}

bool begins_with_one(const std::string& model, const Strings& families) {
  return std::any_of(families.begin(), families.end(),
                     [&](const std::string& family) { return model.starts_with(family); });
}

}  // namespace

std::size_t ListenParameter::limit(const std::string& of) const {
  auto found = limits.find(of);
  return found == limits.end() ? 0 : static_cast<std::size_t>(found->second);
}

Strings ListenParameter::good() const {
  if (type == "boolean") return {initial == "true" ? "false" : "true"};
  return sample;
}

bool ListenParameter::goes_with(const std::string& model_name) const {
  if (!only_models.empty() && !begins_with_one(model_name, only_models)) return false;
  return !begins_with_one(model_name, not_models);
}

Parameters ListenParameter::company() const {
  Parameters beside(needs.begin(), needs.end());
  if (model) beside.emplace_back("model", *model);
  return beside;
}

std::vector<ListenParameter> listen_parameters() {
  return read("parameters", parameter_from);
}

std::vector<OtherParameter> other_parameters() {
  return read("elsewhere", other_from);
}

void PrintTo(const ListenParameter& parameter, std::ostream* out) {
  *out << parameter.name;
}

}  // namespace dg
