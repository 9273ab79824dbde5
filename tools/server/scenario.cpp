// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/scenario.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include "server/faults.h"
#include "server/json.h"
#include "server/replay.h"

namespace dg::server {
namespace {

struct Name {
  const char* name;
  Event event;
};
constexpr Name kEvents[] = {
    {"handshake", Event::Handshake}, {"open", Event::Open},         {"audio", Event::Audio},
    {"keepalive", Event::KeepAlive}, {"finalize", Event::Finalize}, {"configure", Event::Configure},
    {"close", Event::Close},
};

constexpr double kLongest = 1e6;  // s: a day and a half more than eleven days
constexpr double kMost = 1e6;     // connections, channels, speakers

std::optional<Nanos> time_in(JsonObject* object, const char* key) {
  auto seconds = number_in(object, key);
  if (!seconds || !(*seconds >= 0 && *seconds <= kLongest)) return std::nullopt;
  return Nanos(std::llround(*seconds * 1e9));
}

// A whole number, or `absent` if there is none; nothing if it is none from 0 that could be meant.
std::optional<int> whole_in(JsonObject* object, const char* key, int absent) {
  double number = number_in(object, key).value_or(absent);
  if (!(number >= 0 && number <= kMost)) return std::nullopt;
  return static_cast<int>(number);
}

Error wants(const char* key, const char* what) {
  return Error{std::string("\"") + key + "\" wants " + what};
}

Result<Action> make_send(JsonObject* step) {
  if (auto text = string_in(step, "send")) return Action(SendText{*text});
  JsonNode* node = json_object_get_member(step, "send");
  if (!JSON_NODE_HOLDS_OBJECT(node)) return wants("send", "an object or a string");
  return Action(SendText{Ptr<char>(json_to_string(node, FALSE)).get()});
}

Result<Action> make_bytes(JsonObject* step) {
  auto hex = string_in(step, "bytes");
  if (!hex || hex->empty() || hex->size() % 2) return wants("bytes", "pairs of hexadecimal digits");
  std::string bytes;
  for (std::size_t i = 0; i < hex->size(); i += 2) {
    int high = g_ascii_xdigit_value((*hex)[i]), low = g_ascii_xdigit_value((*hex)[i + 1]);
    if (high < 0 || low < 0) return wants("bytes", "pairs of hexadecimal digits");
    bytes += static_cast<char>(high << 4 | low);
  }
  return Action(SendBytes{bytes});
}

// The words of a "say", side by side over its whole length.
std::vector<Word> spread(const std::string& text, Nanos start, Nanos duration) {
  std::istringstream in(text);
  std::vector<Word> words;
  for (std::string word; in >> word;) words.push_back({word, word, {}, {}, 1, {}, {}});
  auto count = static_cast<std::int64_t>(words.size());
  // In two parts: many words in a long time are more nanoseconds than there are.
  auto share = [&](std::int64_t i) { return duration / count * i + duration % count * i / count; };
  for (std::int64_t i = 0; i < count; ++i) {
    words[static_cast<std::size_t>(i)].start = start + share(i);
    words[static_cast<std::size_t>(i)].end = start + share(i + 1);
  }
  return words;
}

Result<Action> make_say(JsonObject* step) {
  auto text = string_in(step, "say");
  auto start = time_in(step, "start"), duration = time_in(step, "duration");
  auto channel = whole_in(step, "channel", 0), speaker = whole_in(step, "speaker", 0);
  if (!text || !start || !duration) return wants("say", "text, \"start\" and \"duration\"");
  if (!channel) return wants("channel", "a number from 0");
  if (!speaker) return wants("speaker", "a number from 0");
  Results results;
  results.start = *start;
  results.duration = *duration;
  results.is_final = bool_in(step, "final").value_or(true);
  results.speech_final = bool_in(step, "speech_final").value_or(false);
  results.from_finalize = bool_in(step, "from_finalize").value_or(false);
  results.channel.index = *channel;
  results.transcript = *text;
  results.words = spread(*text, *start, *duration);
  results.confidence = results.words.empty() ? 0 : 1;
  if (number_in(step, "speaker"))
    for (Word& word : results.words) word.speaker = speaker;
  return Action(SendResults{results});
}

Result<Action> make_close(JsonObject* step) {
  JsonObject* close = object_in(step, "close");
  auto code = close ? number_in(close, "code") : std::nullopt;
  if (!code || !is_close_code(*code))
    return wants("close", "a \"code\" that a close frame can have");
  auto reason = string_in(close, "reason").value_or("");
  return Action(CloseWith{static_cast<int>(*code), close_reason(reason)});
}

Result<Action> make_drop(JsonObject* step) {
  if (bool_in(step, "drop") != true) return wants("drop", "true");
  return Action(Drop{});
}

Result<Action> make_end(JsonObject* step) {
  if (bool_in(step, "end") != true) return wants("end", "true");
  return Action(End{});
}

Result<Action> make_stall(JsonObject* step) {
  auto what = string_in(step, "stall");
  auto time = time_in(step, "for");
  if (what == "reading") return Action(Stall{Stalled::Reading, time});
  if (what == "results") return Action(Stall{Stalled::Results, time});
  return wants("stall", "\"reading\" or \"results\"");
}

Result<Action> make_refuse(JsonObject* step) {
  auto status = number_in(step, "refuse");
  if (!status || *status < 300 || *status > 599) return wants("refuse", "a status from 300 to 599");
  auto wait = whole_in(step, "retry_after", 0);
  if (!wait) return wants("retry_after", "seconds from 0");
  Refuse refuse{static_cast<int>(*status), std::nullopt, string_in(step, "message").value_or("")};
  if (number_in(step, "retry_after")) refuse.retry_after = wait;
  return Action(refuse);
}

// {"fault": "delay-results=500"}: whatever has no form of its own here.
Result<Action> make_fault(JsonObject* step) {
  auto fault = string_in(step, "fault");
  if (!fault) return wants("fault", "a string, as --fault does");
  auto parsed = parse_fault(*fault);
  if (!parsed) return parsed.error();
  return parsed->action;
}

struct Form {
  const char* key;
  Result<Action> (*make)(JsonObject* step);
  std::vector<const char*> others;  // keys that go with it
};

const std::vector<Form>& forms() {
  static const std::vector<Form> all = {
      {"send", make_send, {}},
      {"bytes", make_bytes, {}},
      {"say",
       make_say,
       {"start", "duration", "final", "speech_final", "from_finalize", "channel", "speaker"}},
      {"close", make_close, {}},
      {"drop", make_drop, {}},
      {"end", make_end, {}},
      {"stall", make_stall, {"for"}},
      {"refuse", make_refuse, {"retry_after", "message"}},
      {"fault", make_fault, {}},
  };
  return all;
}

Result<const Form*> form_of(JsonObject* step) {
  const Form* found = nullptr;
  for (const Form& form : forms()) {
    if (!json_object_has_member(step, form.key)) continue;
    if (found) return Error{std::string("both \"") + found->key + "\" and \"" + form.key + "\""};
    found = &form;
  }
  if (!found)
    return Error{"a step wants one of send, bytes, say, close, drop, end, stall, refuse, fault"};
  return found;
}

std::optional<Error> check_keys(JsonObject* step, const Form& form) {
  std::vector<std::string> known(form.others.begin(), form.others.end());
  known.insert(known.end(), {form.key, "at", "on", "connection"});
  GList* members = json_object_get_members(step);
  std::optional<Error> error;
  for (GList* member = members; member && !error; member = member->next) {
    auto* key = static_cast<const char*>(member->data);
    if (std::find(known.begin(), known.end(), key) == known.end())
      error = Error{std::string("\"") + key + "\" does not go with \"" + form.key + "\""};
  }
  g_list_free(members);
  return error;
}

Result<std::variant<Nanos, Event>> when_of(JsonObject* step) {
  bool at = json_object_has_member(step, "at"), on = json_object_has_member(step, "on");
  if (at == on) return Error{"a step wants either \"at\" or \"on\""};
  if (at) {
    auto time = time_in(step, "at");
    if (!time) return wants("at", "seconds of audio, from 0");
    return std::variant<Nanos, Event>(*time);
  }
  auto name = string_in(step, "on");
  for (const Name& known : kEvents)
    if (name == known.name) return std::variant<Nanos, Event>(known.event);
  return wants("on", "one of handshake, open, audio, keepalive, finalize, configure, close");
}

Result<Step> parse_step(JsonObject* object) {
  auto when = when_of(object);
  if (!when) return when.error();
  auto form = form_of(object);
  if (!form) return form.error();
  if (auto error = check_keys(object, **form)) return *error;
  auto action = (*form)->make(object);
  if (!action) return action.error();
  auto connection = whole_in(object, "connection", 0);
  if (!connection) return wants("connection", "a number from 1");
  return Step{*when, std::move(*action), *connection};
}

// What a line makes the server do; of a recording that may be nothing.
Result<Steps> parse_line(JsonNode* node, Replay& replay, std::string_view text = {}) {
  if (!JSON_NODE_HOLDS_OBJECT(node)) return Error{"a step is an object"};
  JsonObject* object = json_node_get_object(node);
  if (Replay::takes(object)) return replay.steps(node, text);
  auto step = parse_step(object);
  if (!step) return step.error();
  return Steps{*step};
}

Error at_line(std::size_t line, const Error& error) {
  return Error{"line " + std::to_string(line) + ": " + error.text};
}

std::size_t lines_before(std::string_view text, std::size_t at) {
  return static_cast<std::size_t>(std::count(text.begin(), text.begin() + at, '\n'));
}

// json-glib says which line it reads only while it reads: one element after the other.
using ElementLines = std::map<JsonArray*, std::vector<std::size_t>>;

void note_line(JsonParser* parser, JsonArray* array, int, ElementLines* lines) {
  (*lines)[array].push_back(json_parser_get_current_line(parser));
}

Result<Steps> parse_array(std::string_view text) {
  if (auto checked = parse_json(text); !checked) return checked.error();
  ElementLines lines;
  Ptr<JsonParser> parser(json_parser_new());
  g_signal_connect(parser.get(), "array-element", G_CALLBACK(note_line), &lines);
  json_parser_load_from_data(parser.get(), text.data(), static_cast<gssize>(text.size()), nullptr);
  JsonArray* array = json_node_get_array(json_parser_get_root(parser.get()));
  Replay replay;
  Steps steps;
  for (guint i = 0; i < json_array_get_length(array); ++i) {
    auto more = parse_line(json_array_get_element(array, i), replay);
    if (!more) return at_line(lines[array][i], more.error());
    steps.insert(steps.end(), more->begin(), more->end());
  }
  return steps;
}

Result<Steps> parse_lines(std::string_view text) {
  Replay replay;
  Steps steps;
  for (std::size_t at = 0; at < text.size();) {
    std::string_view line = text.substr(at, text.find('\n', at) - at);
    std::size_t number = lines_before(text, at) + 1;
    at += line.size() + 1;
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    auto node = parse_json(line);
    if (!node) return at_line(number, node.error());
    auto more = parse_line(node->get(), replay, line);
    if (!more) return at_line(number, more.error());
    steps.insert(steps.end(), more->begin(), more->end());
  }
  return steps;
}

}  // namespace

Result<Steps> parse_scenario(std::string_view text) {
  auto first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return Error{"line 1: the scenario is empty"};
  return text[first] == '[' ? parse_array(text) : parse_lines(text);
}

}  // namespace dg::server
