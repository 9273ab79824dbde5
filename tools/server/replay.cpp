// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/replay.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace dg::server {
namespace {

constexpr double kLongest = 1e6;  // s, as of any step

// Where the audio ends that the message is about.
Nanos position(JsonObject* message) {
  double end = number_in(message, "start").value_or(0) + number_in(message, "duration").value_or(0);
  for (const char* key : {"timestamp", "last_word_end"})
    end = std::max(end, number_in(message, key).value_or(0));
  return Nanos(std::llround(std::clamp(end, 0.0, kLongest) * 1e9));
}

}  // namespace

bool Replay::takes(JsonObject* line) {
  return object_in(line, "message") || string_in(line, "type") || string_in(line, "direction");
}

Steps Replay::steps(JsonNode* line, std::string_view text) {
  JsonObject* object = json_node_get_object(line);
  if (object_in(object, "message")) return steps_for(json_object_get_member(object, "message"), {});
  if (string_in(object, "type")) return steps_for(line, text);
  if (string_in(object, "direction") != "out") return {};
  std::string said = string_in(object, "text").value_or("");
  auto message = parse_json(said);
  if (message && JSON_NODE_HOLDS_OBJECT(message->get())) return steps_for(message->get(), said);
  return {{latest_, SendText{said}}};
}

Steps Replay::steps_for(JsonNode* message, std::string_view text) {
  SendText send{std::string(text)};
  if (text.empty()) send.text = Ptr<char>(json_to_string(message, FALSE)).get();
  JsonObject* object = json_node_get_object(message);
  if (string_in(object, "type") == "Metadata")
    return {{Event::Close, send}, {Event::Close, Omit{Omitted::Metadata}}};
  return {{due(object), send}};
}

// A final may end before the interim that it replaces, and events tell of the past: what was sent
// later comes later. A file may have been put together of several connections, each with its time.
Nanos Replay::due(JsonObject* message) {
  JsonObject* metadata = object_in(message, "metadata");
  std::string id = metadata ? string_in(metadata, "request_id").value_or(request_id_) : request_id_;
  if (std::exchange(request_id_, id) != id) latest_ = Nanos(0);
  return latest_ = std::max(latest_, position(message));
}

}  // namespace dg::server
