// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/listenquery.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <sstream>

#include "base/overloaded.h"
#include "server/faults.h"
#include "server/ptr.h"

namespace dg::server {
namespace {

using Complaint = std::optional<Refusal>;
constexpr int kMostTokens = 500, kMostChannels = 20, kMostRate = 384000;

Refusal bad(const std::string& what) {
  return {400, "INVALID_QUERY_PARAMETER", what, {}};
}

Refusal bad_request(const std::string& what) {
  return {400, "Bad Request", what, {}};
}

Refusal bad_value(const std::string& key, const std::string& value, const std::string& wanted) {
  return bad("Invalid value for query parameter " + key + ": \"" + value + "\", expected " +
             wanted);
}

std::optional<int> as_int(const std::string& text) {
  int value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool whole = failed == std::errc() && end == text.data() + text.size();
  return whole && value >= 0 ? std::optional(value) : std::nullopt;
}

OptionValue unset_value(const Shape& shape) {
  return std::visit(overloaded{
                        [](const Flag&) -> OptionValue { return false; },
                        [](const Count&) -> OptionValue { return -1; },
                        [](const Text&) -> OptionValue { return std::string(); },
                        [](const Choice&) -> OptionValue { return 0; },
                        [](const List&) -> OptionValue { return std::vector<std::string>(); },
                    },
                    shape);
}

// The service's defaults, which are not those of the element.
Options nothing_set() {
  Options options(kListenOptions);
  for (std::size_t row = 0; row < options.table().size(); ++row)
    options.set(row, unset_value(options.table()[row].shape));
  return options;
}

// Reads one parameter of the table; what is wrong with it, or nothing.
class Reader {
 public:
  Reader(Options& options, std::size_t row, const std::string& value)
      : options_(options), row_(row), key_(options.table()[row].key), value_(value) {}

  Complaint read() {
    return std::visit([this](const auto& shape) { return read(shape); },
                      options_.table()[row_].shape);
  }

 private:
  static std::string listed(const Choice& shape) {
    std::string words = "one of";
    for (const char* word : shape.words.subspan(1)) words.append(" ").append(word);
    return words;
  }
  Complaint set(OptionValue value) {
    options_.set(row_, std::move(value));
    return std::nullopt;
  }
  Complaint read(const Flag&) {
    if (value_ == "true" || value_ == "false") return set(value_ == "true");
    return bad_value(key_, value_, "true or false");
  }
  Complaint read(const Count& shape) {
    if (shape.zero && value_ == shape.zero) return set(0);
    if (shape.zero && value_ == "true") return set(-1);
    auto number = as_int(value_);
    return number ? set(*number) : bad_value(key_, value_, "a number");
  }
  Complaint read(const Text&) { return set(value_); }
  Complaint read(const Choice& shape) {
    auto word = std::find(shape.words.begin() + 1, shape.words.end(), value_);
    if (word == shape.words.end()) return bad_value(key_, value_, listed(shape));
    return set(static_cast<int>(word - shape.words.begin()));
  }
  Complaint read(const List&) {
    auto items = std::get<std::vector<std::string>>(options_.at(row_));
    items.push_back(value_);
    return set(std::move(items));
  }

  Options& options_;
  const std::size_t row_;
  const std::string key_;
  const std::string& value_;
};

constexpr const char* kEncodings[] = {"linear16", "linear32", "flac",   "alaw",
                                      "mulaw",    "amr-nb",   "amr-wb", "opus",
                                      "ogg-opus", "speex",    "g729"};

Complaint read_encoding(ListenQuery& query, const std::string& value) {
  if (std::find(std::begin(kEncodings), std::end(kEncodings), value) == std::end(kEncodings))
    return bad_value("encoding", value, "a known encoding");
  query.encoding = value;
  return std::nullopt;
}

Complaint read_number(int& to, const char* key, const std::string& value, int most) {
  auto number = as_int(value);
  if (!number || *number < 1 || *number > most)
    return bad_value(key, value, "a number from 1 to " + std::to_string(most));
  to = *number;
  return std::nullopt;
}

Complaint read_one(ListenQuery& query, const std::string& key, const std::string& value,
                   UnknownNames unknown) {
  if (key == "encoding") return read_encoding(query, value);
  if (key == "sample_rate") return read_number(query.rate, "sample_rate", value, kMostRate);
  if (key == "channels") return read_number(query.channels, "channels", value, kMostChannels);
  if (key.starts_with("x-")) {
    auto step = parse_fault(key.substr(2), value);
    if (!step) return bad(step.error().text);
    query.faults.push_back(*step);
    return std::nullopt;
  }
  for (std::size_t row = 0; row < query.options.table().size(); ++row)
    if (key == query.options.table()[row].key) return Reader(query.options, row, value).read();
  if (unknown == UnknownNames::Refuse) return bad("Unknown query parameters: " + key);
  return std::nullopt;
}

const std::string& text(const Options& options, const char* key) {
  return std::get<std::string>(options.at(key));
}

const std::vector<std::string>& list(const Options& options, const char* key) {
  return std::get<std::vector<std::string>>(options.at(key));
}

// Whether the whole of `text` is of the pattern.
bool matches(const std::string& pattern, const std::string& text) {
  std::string whole = "^(?:" + pattern + ")\\z";
  return g_regex_match_simple(whole.c_str(), text.c_str(), GRegexCompileFlags(0),
                              GRegexMatchFlags(0));
}

// https://developers.deepgram.com/docs/model
bool is_model(const std::string& name) {
  return matches(
      "nova-3(-(general|medical))?"
      "|nova-2(-(general|meeting|phonecall|finance|conversationalai|voicemail|video|medical|"
      "drivethru|automotive|atc))?"
      "|nova(-(general|phonecall|medical))?"
      "|(enhanced|base)(-(general|meeting|phonecall|finance|conversationalai|voicemail|video))?"
      "|(2-)?general|meeting|phonecall|finance|conversationalai|voicemail|video|custom"
      "|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
      name);
}

Complaint check_model(const Options& options) {
  const std::string& model = text(options, "model");
  const std::string& language = text(options, "language");
  bool known = model.empty() || is_model(model);
  bool spelled = language.empty() || matches("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", language);
  bool multi = language != "multi" || model.starts_with("nova-2") || model.starts_with("nova-3");
  if (known && spelled && multi) return std::nullopt;
  return bad_request("Bad Request: No such model/language/tier combination found.");
}

Complaint check_keyterms(const Options& options) {
  std::ptrdiff_t tokens = 0;
  for (const std::string& term : list(options, "keyterm")) {
    std::istringstream in(term);
    tokens += std::distance(std::istream_iterator<std::string>(in), {});
  }
  if (tokens <= kMostTokens) return std::nullopt;
  return bad_request(
      "Keyterm limit exceeded. The maximum number of tokens across all keyterms is 500.");
}

Complaint check_audio(const ListenQuery& query) {
  if (!query.encoding.empty() && query.rate == 0)
    return bad("sample_rate is required when encoding is given");
  return std::nullopt;
}

// core speaks of properties, the service of parameters.
std::string in_parameters(std::string message) {
  for (const OptionSpec& spec : kListenOptions) {
    std::string key = spec.key, property = property_name(key);
    if (property == key) continue;
    for (auto at = message.find(property); at != message.npos; at = message.find(property, at))
      message.replace(at, key.size(), key);
  }
  return message;
}

// What the service has words of its own for goes first.
Complaint check_all(const ListenQuery& query) {
  const Options& options = query.options;
  for (auto* check_one : {check_model, check_keyterms})
    if (auto complaint = check_one(options)) return complaint;
  if (auto error = check(options)) return bad(in_parameters(error->text));
  return check_audio(query);
}

}  // namespace

std::optional<AudioFormat> ListenQuery::format() const {
  for (Encoding known : {Encoding::Linear16, Encoding::Linear32, Encoding::Mulaw, Encoding::Alaw,
                         Encoding::Flac, Encoding::Opus})
    if (encoding == encoding_name(known)) return AudioFormat{known, rate, channels};
  return std::nullopt;
}

Pairs ListenQuery::extra() const {
  std::map<std::string, std::string> last;
  for (const std::string& item : list(options, "extra")) {
    auto colon = item.find(':');
    last[item.substr(0, colon)] = item.substr(colon + 1);
  }
  return {last.begin(), last.end()};
}

std::optional<Pairs> split_query(const char* query) {
  Pairs pairs;
  if (!query || !*query) return pairs;
  GUriParamsIter iter;
  g_uri_params_iter_init(&iter, query, -1, "&", G_URI_PARAMS_WWW_FORM);
  Ptr<GError> error;
  for (bool more = true; more && !error;) {
    Ptr<char> name, value;
    more = g_uri_params_iter_next(&iter, Out(name), Out(value), Out(error));
    if (more) pairs.emplace_back(name.get(), value.get());
  }
  return error ? std::nullopt : std::optional(std::move(pairs));
}

std::variant<ListenQuery, Refusal> read_query(const Pairs& pairs, UnknownNames unknown) {
  ListenQuery query;
  query.options = nothing_set();
  for (const auto& [key, value] : pairs)
    if (auto complaint = read_one(query, key, value, unknown)) return *complaint;
  if (auto complaint = check_all(query)) return *complaint;
  return query;
}

}  // namespace dg::server
