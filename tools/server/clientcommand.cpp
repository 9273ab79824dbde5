// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/clientcommand.h"

#include "server/json.h"
#include "server/messagewriter.h"

namespace dg::server {
namespace {

NoCommand refused(const std::string& why, std::size_t column) {
  return {"Could not deserialize last text message: " + why + " at line 1 column " +
          std::to_string(column)};
}

NoCommand unknown(std::string_view text, const std::string& type) {
  std::string quote = json_string(type);
  auto at = text.rfind(quote);
  return refused("unknown variant `" + type +
                     "`, expected one of `CloseStream`, `Configure`, `Sync`, `KeepAlive`, "
                     "`Finalize`",
                 at == text.npos ? text.size() : at + quote.size());
}

ClientCommand finalize(JsonObject* object, std::string_view text) {
  if (!json_object_has_member(object, "channel")) return Finalize{};
  auto channel = number_in(object, "channel");
  if (!channel || *channel < 0 || *channel > 255)
    return refused("invalid value: expected u8 in `channel`", text.size());
  return Finalize{static_cast<int>(*channel)};
}

ClientCommand configure(JsonObject* object, std::string_view text) {
  JsonObject* features = object_in(object, "features");
  if (!features) return refused("missing field `features`", text.size());
  auto numerals = bool_in(features, "numerals");
  if (json_object_has_member(features, "numerals") && !numerals)
    return refused("invalid type: expected a boolean", text.size());
  return Configure{numerals};
}

}  // namespace

ClientCommand parse_command(std::string_view text) {
  auto node = parse_json(text);
  if (!node || !JSON_NODE_HOLDS_OBJECT(node->get())) return refused("expected value", 1);
  JsonObject* object = json_node_get_object(node->get());
  auto type = string_in(object, "type");
  if (!type) return refused("missing field `type`", text.size());
  if (*type == "KeepAlive") return KeepAlive{};
  if (*type == "Finalize") return finalize(object, text);
  if (*type == "CloseStream") return CloseStream{};
  if (*type == "Configure") return configure(object, text);
  if (*type == "Sync") return Sync{};
  return unknown(text, *type);
}

}  // namespace dg::server
