// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/json.h"

#include <algorithm>
#include <cstddef>

#include "core/jsonscan.h"

namespace dg::server {
namespace {

// json-glib leaks what it has read before a second document or a broken escape.
std::optional<Error> scan(std::string_view text) {
  auto at = unscannable_at(text);
  if (!at) return std::nullopt;
  auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(*at), '\n') + 1;
  return Error{"line " + std::to_string(line) + ": not JSON, or nested too deeply"};
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
  if (auto error = scan(text)) return *error;
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
