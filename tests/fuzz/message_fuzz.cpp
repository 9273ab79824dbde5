// SPDX-License-Identifier: LGPL-2.1-or-later
// A text frame of the service: any bytes.
#include <cmath>
#include <string>

#include <glib.h>

#include "core/jsonscan.h"
#include "core/message.h"
#include "fuzz/target.h"

namespace dg {
namespace {

using testing::require;

// What comes later adds and halves times without a second look.
constexpr Nanos kLatest = std::chrono::seconds(1'000'000'000);

void check(Nanos time) {
  require(time >= Nanos(0) && time <= kLatest, "a time is not negative, nor beyond all reason");
}

void check(double confidence) {
  require(std::isfinite(confidence) && confidence >= 0 && confidence <= 1,
          "a confidence is from 0 to 1");
}

void check(const std::string& text) {
  require(g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr),
          "text is UTF-8 without NULs");
}

void check(const Channel& channel) {
  require(channel.index >= 0 && channel.index < channel.count && channel.count <= 256,
          "a channel is one of so many");
}

void check(const Model& model) {
  for (const auto* text : {&model.uuid, &model.name, &model.version, &model.arch}) check(*text);
}

void check(const Word& word) {
  require(!word.word.empty() && !word.punctuated_word.empty(), "a word has text");
  require(word.start <= word.end, "a word ends behind its start");
  require(!word.speaker || *word.speaker >= 0, "a speaker has a number from 0");
  check(word.start);
  check(word.end);
  check(word.confidence);
  for (const auto* text : {&word.word, &word.punctuated_word, &word.language}) check(*text);
}

void check(const Entity& entity) {
  require(entity.start_word >= 0 && entity.end_word >= 0, "an entity is made of words from 0");
  check(entity.confidence);
  for (const auto* text : {&entity.label, &entity.value, &entity.raw_value}) check(*text);
}

void check(const Search& search) {
  check(search.query);
  for (const Hit& hit : search.hits) {
    require(hit.start <= hit.end, "a hit ends behind its start");
    check(hit.start);
    check(hit.end);
    check(hit.confidence);
    check(hit.snippet);
  }
}

void check(const Results& results) {
  check(results.channel);
  check(results.start);
  check(results.duration);
  check(results.confidence);
  check(results.transcript);
  check(results.request_id);
  check(results.model);
  for (const Word& word : results.words) check(word);
  for (const Entity& entity : results.entities) check(entity);
  for (const Search& search : results.search) check(search);
  for (const std::string& language : results.languages) check(language);
  for (const auto& [key, value] : results.extra) check(key), check(value);
}

void check(const Metadata& metadata) {
  check(metadata.duration);
  require(metadata.channels >= 0, "there are no fewer channels than none");
  for (const auto* text : {&metadata.request_id, &metadata.sha256, &metadata.created}) check(*text);
  for (const Model& model : metadata.models) check(model);
}

void check(const SpeechStarted& started) {
  check(started.channel);
  check(started.timestamp);
}

void check(const UtteranceEnd& ended) {
  check(ended.channel);
  if (ended.last_word_end) check(*ended.last_word_end);
}

void check(const ServiceError& error) {
  for (const auto* text : {&error.variant, &error.description, &error.message}) check(*text);
}

void check(const Unknown& unknown) {
  check(unknown.type);
}

}  // namespace
}  // namespace dg

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto message = dg::parse_message(text);
  if (message)
    std::visit([](const auto& is) { dg::check(is); }, *message);
  else
    dg::testing::require(!message.error().text.empty(), "an error says something");
  if (!dg::is_scannable_json(text))
    dg::testing::require(!message, "json-glib sees nothing that it cannot stand");
  return 0;
}
