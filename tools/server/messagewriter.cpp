// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/messagewriter.h"

#include <array>
#include <charconv>

#include "base/overloaded.h"
#include "server/ptr.h"

namespace dg::server {
namespace {

// Writes the members of one object, in the order of the calls.
class Object {
 public:
  Object& add(std::string_view key, const std::string& json) {
    text_.append(text_.size() > 1 ? "," : "").append(json_string(key)).append(":").append(json);
    return *this;
  }
  Object& add(std::string_view key, bool value) {
    return add(key, std::string(value ? "true" : "false"));
  }
  Object& add(std::string_view key, Nanos time) { return add(key, seconds(time)); }
  Object& text(std::string_view key, std::string_view value) {
    return add(key, json_string(value));
  }
  std::string done() { return text_ + "}"; }

  static std::string seconds(Nanos time) {
    return number(std::chrono::duration<double>(time).count());
  }

 private:
  std::string text_ = "{";
};

template <class Items, class Write>
std::string array(const Items& items, Write write_one) {
  std::string text = "[";
  for (const auto& item : items) text.append(text.size() > 1 ? "," : "").append(write_one(item));
  return text + "]";
}

std::string index(Channel channel) {
  return "[" + std::to_string(channel.index) + "," + std::to_string(channel.count) + "]";
}

std::string write_word(const Word& word) {
  Object out;
  out.text("word", word.word).add("start", word.start).add("end", word.end);
  out.add("confidence", number(word.confidence));
  if (word.speaker) out.add("speaker", std::to_string(*word.speaker));
  if (!word.punctuated_word.empty()) out.text("punctuated_word", word.punctuated_word);
  if (!word.language.empty()) out.text("language", word.language);
  return out.done();
}

std::string write_hit(const Hit& hit) {
  Object out;
  out.add("confidence", number(hit.confidence)).add("start", hit.start).add("end", hit.end);
  return out.text("snippet", hit.snippet).done();
}

std::string write_search(const Search& search) {
  return Object().text("query", search.query).add("hits", array(search.hits, write_hit)).done();
}

std::string write_entity(const Entity& entity) {
  Object out;
  out.text("label", entity.label).text("value", entity.value);
  if (!entity.raw_value.empty()) out.text("raw_value", entity.raw_value);
  out.add("confidence", number(entity.confidence));
  out.add("start_word", std::to_string(entity.start_word));
  return out.add("end_word", std::to_string(entity.end_word)).done();
}

std::string write_model(const Model& model) {
  return Object()
      .text("name", model.name)
      .text("version", model.version)
      .text("arch", model.arch)
      .done();
}

std::string write_extra(const Extra& extra) {
  Object out;
  for (const auto& [key, value] : extra) out.text(key, value);
  return out.done();
}

std::string write_alternative(const Results& results) {
  Object out;
  out.text("transcript", results.transcript).add("confidence", number(results.confidence));
  if (!results.languages.empty()) out.add("languages", array(results.languages, json_string));
  return out.add("words", array(results.words, write_word)).done();
}

std::string write_channel(const Results& results) {
  Object out;
  out.add("alternatives", "[" + write_alternative(results) + "]");
  if (!results.search.empty()) out.add("search", array(results.search, write_search));
  return out.done();
}

std::string write_source(const Results& results) {
  Object out;
  out.text("request_id", results.request_id).add("model_info", write_model(results.model));
  out.text("model_uuid", results.model.uuid);
  if (const Model& model = results.diarize_model; !model.uuid.empty())
    out.add("diarize_info",
            Object().text("model_uuid", model.uuid).text("arch", model.arch).done());
  if (!results.extra.empty()) out.add("extra", write_extra(results.extra));
  return out.done();
}

}  // namespace

std::string number(double value) {
  std::array<char, 64> text;
  auto end = std::to_chars(text.data(), text.data() + text.size(), static_cast<float>(value),
                           std::chars_format::fixed);
  std::string out(text.data(), end.ptr);
  return out.find('.') == out.npos ? out + ".0" : out;
}

std::string json_string(std::string_view text) {
  Ptr<JsonNode> node(json_node_alloc());
  json_node_init_string(node.get(), std::string(text).c_str());
  return Ptr<char>(json_to_string(node.get(), FALSE)).get();
}

std::string write(const Results& results) {
  Object out;
  out.text("type", "Results").add("channel_index", index(results.channel));
  out.add("duration", results.duration).add("start", results.start);
  out.add("is_final", results.is_final).add("speech_final", results.speech_final);
  out.add("channel", write_channel(results)).add("metadata", write_source(results));
  out.add("from_finalize", results.from_finalize);
  if (!results.entities.empty()) out.add("entities", array(results.entities, write_entity));
  return out.done();
}

std::string write(const Metadata& metadata) {
  Object out;
  out.text("type", "Metadata").text("transaction_key", "deprecated");
  out.text("request_id", metadata.request_id).text("sha256", metadata.sha256);
  out.text("created", metadata.created).add("duration", metadata.duration);
  out.add("channels", std::to_string(metadata.channels));
  if (!metadata.extra.empty()) out.add("extra", write_extra(metadata.extra));
  if (!metadata.tags.empty()) out.add("tags", array(metadata.tags, json_string));
  if (metadata.models.empty()) return out.done();
  Object infos;
  for (const Model& model : metadata.models) infos.add(model.uuid, write_model(model));
  out.add("models",
          array(metadata.models, [](const Model& model) { return json_string(model.uuid); }));
  return out.add("model_info", infos.done()).done();
}

std::string write(const SpeechStarted& event) {
  Object out;
  out.text("type", "SpeechStarted").add("channel", index(event.channel));
  return out.add("timestamp", event.timestamp).done();
}

std::string write(const UtteranceEnd& event) {
  Object out;
  out.text("type", "UtteranceEnd").add("channel", index(event.channel));
  if (event.last_word_end) return out.add("last_word_end", *event.last_word_end).done();
  return out.add("last_word_end", std::string("-1")).done();
}

std::string write(const ServiceError& error) {
  Object out;
  out.text("type", "Error").text("variant", error.variant);
  return out.text("description", error.description).text("message", error.message).done();
}

std::string write(const Message& message) {
  return std::visit(
      overloaded{
          [](const Unknown& unknown) { return Object().text("type", unknown.type).done(); },
          [](const auto& known) { return write(known); },
      },
      message);
}

}  // namespace dg::server
