// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/nanos.h"
#include "base/result.h"

namespace dg {

// The messages of the service, as they come: times count from the first sample sent on the
// connection. https://developers.deepgram.com/reference/speech-to-text/listen-streaming

struct Word {
  std::string word;
  std::string punctuated_word;  // the same as `word` where the service sends none
  Nanos start{}, end{};
  double confidence = 0;
  std::optional<int> speaker;
  std::string language;
};

struct Entity {
  std::string label, value, raw_value;
  double confidence = 0;
  int start_word = 0, end_word = 0;  // the words [start_word, end_word)
};

struct Hit {
  double confidence = 0;
  Nanos start{}, end{};
  std::string snippet;
};

struct Search {
  std::string query;
  std::vector<Hit> hits;
};

struct Model {
  std::string uuid, name, version, arch;
};

// What comes back of the parameter `extra`: names and values.
using Extra = std::vector<std::pair<std::string, std::string>>;

struct Channel {
  int index = 0, count = 1;
};

struct Results {
  Channel channel;
  Nanos start{}, duration{};
  bool is_final = false, speech_final = false, from_finalize = false;
  std::string transcript;
  double confidence = 0;
  std::vector<Word> words;
  std::vector<std::string> languages;
  std::vector<Entity> entities;
  std::vector<Search> search;
  std::string request_id;
  Model model;
  Model diarize_model;  // uuid and arch; empty without diarization
  Extra extra;

  Nanos end() const { return start + duration; }
};

struct Metadata {
  std::string request_id, sha256, created;
  Nanos duration{};
  int channels = 0;
  std::vector<Model> models;
  Extra extra;
  std::vector<std::string> tags;
};

struct SpeechStarted {
  Channel channel;
  Nanos timestamp{};
};

struct UtteranceEnd {
  Channel channel;
  std::optional<Nanos> last_word_end;  // nothing: the text was final already
};

// What the service says of a control message that it could not take. The connection may go on.
struct ServiceError {
  std::string variant, description, message;
};

struct Unknown {
  std::string type;
};

using Message = std::variant<Results, Metadata, SpeechStarted, UtteranceEnd, ServiceError, Unknown>;

// Reads one text frame. What is malformed inside a message is left out (a word without times, a
// time that is no number); an error means that nothing of it can be used.
Result<Message> parse_message(std::string_view json);

}  // namespace dg
