// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/message.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include <json-glib/json-glib.h>

#include "base/ptr.h"
#include "core/jsonscan.h"

namespace dg {

template <>
struct Unref<JsonParser> {
  void operator()(JsonParser* parser) const { g_object_unref(parser); }
};

namespace {

constexpr double kLongestSeconds = 1e9;  // 31 years, and still exact in Nanos
constexpr int kMostChannels = 256;       // the service takes 20

// --- members, whatever is there: `object` may be null, and so may what comes back

JsonNode* member(JsonObject* object, const char* name) {
  return object ? json_object_get_member(object, name) : nullptr;
}

JsonObject* object_of(JsonNode* node) {
  return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : nullptr;
}

JsonArray* array_of(JsonNode* node) {
  return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : nullptr;
}

bool holds(JsonNode* node, GType type) {
  return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type;
}

std::string text_of(JsonNode* node) {
  return holds(node, G_TYPE_STRING) ? json_node_get_string(node) : "";
}

// A finite number that is not negative.
std::optional<double> number_of(JsonNode* node) {
  if (!holds(node, G_TYPE_INT64) && !holds(node, G_TYPE_DOUBLE)) return std::nullopt;
  double value = json_node_get_double(node);
  if (!std::isfinite(value) || value < 0) return std::nullopt;
  return value;
}

std::optional<Nanos> time_of(JsonNode* node) {
  auto seconds = number_of(node);
  if (!seconds || *seconds > kLongestSeconds) return std::nullopt;
  return Nanos(std::llround(*seconds * 1e9));
}

std::optional<int> whole_of(JsonNode* node) {
  auto value = number_of(node);
  if (!value || *value > 1e9) return std::nullopt;
  return static_cast<int>(*value);
}

double confidence_of(JsonNode* node) {
  return std::min(number_of(node).value_or(0), 1.0);
}

bool flag_of(JsonNode* node) {
  return holds(node, G_TYPE_BOOLEAN) && json_node_get_boolean(node);
}

template <class Use>
void each(JsonNode* node, Use use) {
  JsonArray* array = array_of(node);
  guint length = array ? json_array_get_length(array) : 0;
  for (guint i = 0; i < length; ++i) use(json_array_get_element(array, i));
}

template <class Use>
void each_object(JsonNode* node, Use use) {
  each(node, [&](JsonNode* element) {
    if (JsonObject* object = object_of(element)) use(object);
  });
}

template <class Use>
void each_member(JsonObject* object, Use use) {
  if (!object) return;
  JsonObjectIter iterator;
  const char* name;
  JsonNode* value;
  json_object_iter_init_ordered(&iterator, object);
  while (json_object_iter_next_ordered(&iterator, &name, &value)) use(name, value);
}

JsonNode* element(JsonNode* node, guint index) {
  JsonArray* array = array_of(node);
  return array && json_array_get_length(array) > index ? json_array_get_element(array, index)
                                                       : nullptr;
}

// --- parts of messages

// [index, count]; the only one if there is none, nothing if it names no channel.
std::optional<Channel> channel_of(JsonNode* node) {
  if (!array_of(node)) return Channel{};
  auto index = whole_of(element(node, 0));
  if (!index || *index >= kMostChannels) return std::nullopt;
  int count = std::min(whole_of(element(node, 1)).value_or(1), kMostChannels);
  return Channel{*index, std::max(count, *index + 1)};
}

// Nothing if there is no text, or no time for it.
std::optional<Word> word_of(JsonObject* object) {
  auto start = time_of(member(object, "start"));
  auto end = time_of(member(object, "end"));
  if (!start || !end) return std::nullopt;
  Word word;
  word.word = text_of(member(object, "word"));
  word.punctuated_word = text_of(member(object, "punctuated_word"));
  if (word.punctuated_word.empty()) word.punctuated_word = word.word;
  if (word.word.empty()) word.word = word.punctuated_word;
  if (word.word.empty()) return std::nullopt;
  word.start = *start;
  word.end = std::max(*start, *end);
  word.confidence = confidence_of(member(object, "confidence"));
  word.speaker = whole_of(member(object, "speaker"));
  word.language = text_of(member(object, "language"));
  return word;
}

std::vector<Word> words_of(JsonNode* node) {
  std::vector<Word> words;
  if (JsonArray* array = array_of(node)) words.reserve(json_array_get_length(array));
  each_object(node, [&](JsonObject* object) {
    if (auto word = word_of(object)) words.push_back(std::move(*word));
  });
  return words;
}

std::vector<std::string> texts_of(JsonNode* node) {
  std::vector<std::string> texts;
  each(node, [&](JsonNode* item) {
    if (holds(item, G_TYPE_STRING)) texts.push_back(text_of(item));
  });
  return texts;
}

std::vector<Entity> entities_of(JsonNode* node) {
  std::vector<Entity> entities;
  each_object(node, [&](JsonObject* object) {
    Entity entity;
    entity.label = text_of(member(object, "label"));
    entity.value = text_of(member(object, "value"));
    entity.raw_value = text_of(member(object, "raw_value"));
    entity.confidence = confidence_of(member(object, "confidence"));
    entity.start_word = whole_of(member(object, "start_word")).value_or(0);
    entity.end_word = whole_of(member(object, "end_word")).value_or(entity.start_word);
    entities.push_back(std::move(entity));
  });
  return entities;
}

std::vector<Hit> hits_of(JsonNode* node) {
  std::vector<Hit> hits;
  each_object(node, [&](JsonObject* object) {
    auto start = time_of(member(object, "start"));
    auto end = time_of(member(object, "end"));
    if (start && end)
      hits.push_back({confidence_of(member(object, "confidence")), *start, std::max(*start, *end),
                      text_of(member(object, "snippet"))});
  });
  return hits;
}

std::vector<Search> search_of(JsonNode* node) {
  std::vector<Search> search;
  each_object(node, [&](JsonObject* object) {
    search.push_back({text_of(member(object, "query")), hits_of(member(object, "hits"))});
  });
  return search;
}

Extra extra_of(JsonNode* node) {
  Extra extra;
  each_member(object_of(node), [&](const char* name, JsonNode* value) {
    if (holds(value, G_TYPE_STRING)) extra.emplace_back(name, text_of(value));
  });
  return extra;
}

Model model_of(std::string uuid, JsonNode* info) {
  JsonObject* object = object_of(info);
  return {std::move(uuid), text_of(member(object, "name")), text_of(member(object, "version")),
          text_of(member(object, "arch"))};
}

// Those listed, then those described only.
std::vector<Model> models_of(JsonObject* root) {
  std::vector<Model> models;
  std::unordered_set<std::string> seen;
  JsonObject* infos = object_of(member(root, "model_info"));
  for (std::string& uuid : texts_of(member(root, "models")))
    if (seen.insert(uuid).second) models.push_back(model_of(uuid, member(infos, uuid.c_str())));
  each_member(infos, [&](const char* uuid, JsonNode* info) {
    if (seen.insert(uuid).second) models.push_back(model_of(uuid, info));
  });
  return models;
}

// --- messages

// What the first alternative says; the service sends no others.
void add_alternative(Results& results, JsonObject* alternative) {
  results.transcript = text_of(member(alternative, "transcript"));
  results.confidence = confidence_of(member(alternative, "confidence"));
  results.words = words_of(member(alternative, "words"));
  results.languages = texts_of(member(alternative, "languages"));
}

// The reference has entities at the top, the service's own example inside the alternative.
std::vector<Entity> found_entities(JsonObject* root, JsonObject* alternative) {
  auto entities = entities_of(member(root, "entities"));
  return entities.empty() ? entities_of(member(alternative, "entities")) : entities;
}

void add_metadata(Results& results, JsonObject* metadata) {
  results.request_id = text_of(member(metadata, "request_id"));
  results.model = model_of(text_of(member(metadata, "model_uuid")), member(metadata, "model_info"));
  JsonNode* diarize_info = member(metadata, "diarize_info");
  results.diarize_model =
      model_of(text_of(member(object_of(diarize_info), "model_uuid")), diarize_info);
  results.extra = extra_of(member(metadata, "extra"));
}

Result<Message> results_of(JsonObject* root) {
  auto channel = channel_of(member(root, "channel_index"));
  auto start = time_of(member(root, "start"));
  auto duration = time_of(member(root, "duration"));
  if (!channel) return Error{"Results of no channel"};
  if (!start || !duration) return Error{"Results without start or duration"};

  Results results;
  results.channel = *channel;
  results.start = *start;
  results.duration = *duration;
  results.is_final = flag_of(member(root, "is_final"));
  results.speech_final = flag_of(member(root, "speech_final"));
  results.from_finalize = flag_of(member(root, "from_finalize"));
  JsonObject* text = object_of(member(root, "channel"));
  JsonObject* alternative = object_of(element(member(text, "alternatives"), 0));
  add_alternative(results, alternative);
  results.entities = found_entities(root, alternative);
  results.search = search_of(member(text, "search"));
  add_metadata(results, object_of(member(root, "metadata")));
  return Message(std::move(results));
}

Result<Message> metadata_of(JsonObject* root) {
  Metadata metadata;
  metadata.request_id = text_of(member(root, "request_id"));
  metadata.sha256 = text_of(member(root, "sha256"));
  metadata.created = text_of(member(root, "created"));
  metadata.duration = time_of(member(root, "duration")).value_or(Nanos{});
  metadata.channels = whole_of(member(root, "channels")).value_or(0);
  metadata.models = models_of(root);
  metadata.extra = extra_of(member(root, "extra"));
  metadata.tags = texts_of(member(root, "tags"));
  return Message(std::move(metadata));
}

Result<Message> speech_started_of(JsonObject* root) {
  auto channel = channel_of(member(root, "channel"));
  auto timestamp = time_of(member(root, "timestamp"));
  if (!channel || !timestamp) return Error{"SpeechStarted without channel or timestamp"};
  return Message(SpeechStarted{*channel, *timestamp});
}

Result<Message> utterance_end_of(JsonObject* root) {
  auto channel = channel_of(member(root, "channel"));
  if (!channel) return Error{"UtteranceEnd of no channel"};
  return Message(UtteranceEnd{*channel, time_of(member(root, "last_word_end"))});
}

Result<Message> error_of(JsonObject* root) {
  return Message(ServiceError{text_of(member(root, "variant")),
                              text_of(member(root, "description")),
                              text_of(member(root, "message"))});
}

// Older results have no type: https://developers.deepgram.com/docs/interim-results
bool looks_like_results(JsonObject* root) {
  return !member(root, "type") && array_of(member(root, "channel_index")) &&
         object_of(member(root, "channel"));
}

Result<Message> message_of(JsonObject* root) {
  std::string type = text_of(member(root, "type"));
  if (type == "Results" || looks_like_results(root)) return results_of(root);
  if (type == "Metadata") return metadata_of(root);
  if (type == "SpeechStarted") return speech_started_of(root);
  if (type == "UtteranceEnd") return utterance_end_of(root);
  if (type == "Error") return error_of(root);
  return Message(Unknown{std::move(type)});
}

}  // namespace

Result<Message> parse_message(std::string_view json) {
  if (!is_scannable_json(json)) return Error{"not a JSON object, or nested too deeply"};
  Ptr<JsonParser> parser(json_parser_new());
  if (!json_parser_load_from_data(parser.get(), json.data(), static_cast<gssize>(json.size()),
                                  nullptr))
    return Error{"not a JSON object"};
  JsonObject* root = object_of(json_parser_get_root(parser.get()));
  if (!root) return Error{"not a JSON object"};
  return message_of(root);
}

}  // namespace dg
