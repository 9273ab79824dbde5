// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/json.h"

namespace dg::server {
namespace {

constexpr int kDeepest = 64;

bool is_too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (in_string && c == '\\')
      ++i;
    else if (c == '"')
      in_string = !in_string;
    else if (!in_string && (c == '{' || c == '['))
      ++depth;
    else if (!in_string && (c == '}' || c == ']'))
      --depth;
    if (depth > kDeepest) return true;
  }
  return false;
}

JsonNode* value_in(JsonObject* object, const char* key, GType type) {
  JsonNode* node = json_object_get_member(object, key);
  if (!node || !JSON_NODE_HOLDS_VALUE(node)) return nullptr;
  return json_node_get_value_type(node) == type ? node : nullptr;
}

// json-glib says "<data>:3:14: Parse error: ...".
Error with_line(const std::string& message) {
  constexpr std::string_view lead = "<data>:";
  if (!message.starts_with(lead)) return Error{"line 1: " + message};
  auto line_end = message.find(':', lead.size()), column_end = message.find(": ", line_end + 1);
  if (column_end == message.npos) return Error{"line 1: " + message};
  return Error{"line " + message.substr(lead.size(), line_end - lead.size()) +
               message.substr(column_end)};
}

}  // namespace

Result<Ptr<JsonNode>> parse_json(std::string_view text) {
  if (is_too_deep(text)) return Error{"line 1: nested too deeply"};
  Ptr<JsonParser> parser(json_parser_new());
  Ptr<GError> error;
  if (!json_parser_load_from_data(parser.get(), text.data(), static_cast<gssize>(text.size()),
                                  Out(error)))
    return with_line(error->message);
  JsonNode* root = json_parser_steal_root(parser.get());
  if (!root) return Error{"line 1: nothing there"};
  return Ptr<JsonNode>(root);
}

std::optional<std::string> string_in(JsonObject* object, const char* key) {
  JsonNode* node = value_in(object, key, G_TYPE_STRING);
  return node ? std::optional<std::string>(json_node_get_string(node)) : std::nullopt;
}

std::optional<double> number_in(JsonObject* object, const char* key) {
  if (JsonNode* whole = value_in(object, key, G_TYPE_INT64))
    return static_cast<double>(json_node_get_int(whole));
  JsonNode* node = value_in(object, key, G_TYPE_DOUBLE);
  return node ? std::optional(json_node_get_double(node)) : std::nullopt;
}

std::optional<bool> bool_in(JsonObject* object, const char* key) {
  JsonNode* node = value_in(object, key, G_TYPE_BOOLEAN);
  return node ? std::optional<bool>(json_node_get_boolean(node)) : std::nullopt;
}

JsonObject* object_in(JsonObject* object, const char* key) {
  JsonNode* node = json_object_get_member(object, key);
  return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : nullptr;
}

JsonArray* array_in(JsonObject* object, const char* key) {
  JsonNode* node = json_object_get_member(object, key);
  return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : nullptr;
}

}  // namespace dg::server
