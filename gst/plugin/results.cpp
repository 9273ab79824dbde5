// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/results.h"

#include <utility>

namespace dg {
namespace {

Ptr<GstStructure> word_structure(const Word& word, const RunningTime& running_time) {
  return Fields("word")
      .text("word", word.word)
      .text("punctuated-word", word.punctuated_word)
      .time("start", running_time(word.start))
      .time("end", running_time(word.end))
      .real("confidence", word.confidence)
      .known_number("speaker", word.speaker)
      .known_text("language", word.language)
      .take();
}

Ptr<GstStructure> entity_structure(const Entity& entity) {
  return Fields("entity")
      .text("label", entity.label)
      .text("value", entity.value)
      .known_text("raw-value", entity.raw_value)
      .real("confidence", entity.confidence)
      .number("start-word", entity.start_word)
      .number("end-word", entity.end_word)
      .take();
}

Ptr<GstStructure> hit_structure(const Hit& hit, const RunningTime& running_time) {
  return Fields("hit")
      .real("confidence", hit.confidence)
      .time("start", running_time(hit.start))
      .time("end", running_time(hit.end))
      .text("snippet", hit.snippet)
      .take();
}

Ptr<GstStructure> search_structure(const Search& search, const RunningTime& running_time) {
  Items hits(search.hits.size());
  for (const Hit& hit : search.hits) hits.add(hit_structure(hit, running_time));
  return Fields("search").text("query", search.query).items("hits", std::move(hits)).take();
}

Ptr<GstStructure> model_structure(const Model& model) {
  return Fields("model")
      .text("uuid", model.uuid)
      .text("name", model.name)
      .text("version", model.version)
      .text("arch", model.arch)
      .take();
}

void put_stamp(Fields& fields, const Stamp& stamp) {
  bool known =
      GST_CLOCK_TIME_IS_VALID(stamp.stream_time) && GST_CLOCK_TIME_IS_VALID(stamp.duration);
  fields.time("timestamp", stamp.timestamp)
      .time("stream-time", stamp.stream_time)
      .time("running-time", stamp.running_time)
      .time("duration", stamp.duration)
      .time("endtime", known ? stamp.stream_time + stamp.duration : GST_CLOCK_TIME_NONE);
}

void put_texts(Fields& fields, const char* field, const std::vector<std::string>& texts) {
  Items items(texts.size());
  for (const std::string& text : texts) items.add(text);
  fields.items(field, std::move(items));
}

// An array and no structure: a structure's field names are never freed.
void put_extra(Fields& fields, const Extra& extra) {
  Items items(extra.size());
  for (const auto& [key, value] : extra)
    items.add(Fields("extra").text("key", key).text("value", value).take());
  fields.items("extra", std::move(items));
}

void put_models(Fields& fields, const Results& results) {
  if (!results.model.uuid.empty() || !results.model.name.empty())
    fields.structure("model", model_structure(results.model));
  const Model& diarize = results.diarize_model;
  if (!diarize.uuid.empty() || !diarize.arch.empty())
    fields.structure("diarize-model",
                     Fields("model").text("uuid", diarize.uuid).text("arch", diarize.arch).take());
}

void put_entities(Fields& fields, const std::vector<Entity>& entities) {
  Items items(entities.size());
  for (const Entity& entity : entities) items.add(entity_structure(entity));
  fields.items("entities", std::move(items));
}

void put_search(Fields& fields, const std::vector<Search>& searches,
                const RunningTime& running_time) {
  Items items(searches.size());
  for (const Search& search : searches) items.add(search_structure(search, running_time));
  fields.items("search", std::move(items));
}

Ptr<GstStructure> speech_event(const char* name, const Channel& channel, const Moment& moment) {
  return Fields(name)
      .number("channel", channel.index)
      .number("channels", channel.count)
      .time("timestamp", moment.timestamp)
      .time("running-time", moment.running_time)
      .time("stream-time", moment.stream_time)
      .take();
}

void put_trouble(Fields& fields, const ConnectionChange::Trouble& trouble) {
  fields.text("class", fault_class_name(trouble.kind))
      .known_count("http-status", trouble.loss.http_status)
      .known_count("close-code", trouble.loss.close_code)
      .known_text("close-reason", trouble.loss.close_reason)
      .known_text("dg-error", trouble.loss.dg_error)
      .known_time("retry-in", trouble.retry_in);
}

}  // namespace

void put_words(Fields& fields, std::span<const Word> words, const RunningTime& running_time) {
  Items items(words.size());
  for (const Word& word : words) items.add(word_structure(word, running_time));
  fields.items("words", std::move(items));
}

Ptr<GstStructure> bus::results(const Results& results, const Stamp& stamp, unsigned connection,
                               const RunningTime& running_time) {
  Fields fields("deepgram/results");
  fields.text("transcript", results.transcript)
      .flag("is-final", results.is_final)
      .flag("speech-final", results.speech_final)
      .flag("from-finalize", results.from_finalize)
      .number("channel", results.channel.index)
      .number("channels", results.channel.count)
      .real("confidence", results.confidence);
  put_stamp(fields, stamp);
  put_words(fields, results.words, running_time);
  put_texts(fields, "languages", results.languages);
  put_entities(fields, results.entities);
  put_search(fields, results.search, running_time);
  put_models(fields, results);
  put_extra(fields, results.extra);
  return fields.count("connection", connection).text("request-id", results.request_id).take();
}

Ptr<GstStructure> bus::speech_started(const SpeechStarted& started, const Moment& moment) {
  return speech_event("deepgram/speech-started", started.channel, moment);
}

Ptr<GstStructure> bus::utterance_end(const UtteranceEnd& end, const Moment& moment) {
  return speech_event("deepgram/utterance-end", end.channel, moment);
}

Ptr<GstStructure> bus::metadata(const Metadata& metadata) {
  Items models(metadata.models.size());
  for (const Model& model : metadata.models) models.add(model_structure(model));
  Fields fields("deepgram/metadata");
  fields.text("request-id", metadata.request_id)
      .time("duration", metadata.duration)
      .number("channels", metadata.channels)
      .items("models", std::move(models))
      .text("sha256", metadata.sha256)
      .text("created", metadata.created);
  put_extra(fields, metadata.extra);
  put_texts(fields, "tags", metadata.tags);
  return fields.take();
}

Ptr<GstStructure> bus::connection(const ConnectionChange& change) {
  Fields fields("deepgram/connection");
  fields.text("state", connection_state_name(change.state))
      .count("connection", change.connection)
      .count("attempt", change.attempt)
      .known_text("request-id", change.request_id);
  if (change.hands_over) fields.flag("hand-over", true);
  if (change.trouble) put_trouble(fields, *change.trouble);
  return fields.take();
}

Ptr<GstStructure> bus::audio_dropped(const DroppedAudio& dropped) {
  return Fields("deepgram/audio-dropped")
      .time("from", dropped.from)
      .time("to", dropped.to)
      .text("reason", dropped.reason)
      .take();
}

Ptr<GstStructure> bus::raw(const RawMessage& message) {
  return Fields("deepgram/raw")
      .text("transcript", message.json)
      .time("arrival-time", message.arrival_time)
      .text("language-code", message.language_code)
      .take();
}

}  // namespace dg
