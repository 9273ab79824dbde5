// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/listen.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <iterator>
#include <sstream>
#include <variant>

#include <glib.h>

#include "base/ptr.h"

namespace dg {

template <>
struct Unref<GUri> {
  void operator()(GUri* uri) const { g_uri_unref(uri); }
};

namespace {

using Strings = std::vector<std::string>;
using Complaint = std::optional<Error>;

// --- the values of one parameter

std::size_t characters(const std::string& utf8) {
  auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), begins));
}

std::size_t words(const Strings& items) {
  std::size_t count = 0;
  for (const std::string& item : items) {
    std::istringstream in(item);
    count += static_cast<std::size_t>(std::distance(std::istream_iterator<std::string>(in), {}));
  }
  return count;
}

bool is_number(std::string_view text) {
  double value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return text.find_first_not_of("-.0123456789") == text.npos && failed == std::errc() &&
         end == text.data() + text.size();
}

bool has_form(Form form, std::string_view item) {
  std::size_t colon = item.find(':');
  switch (form) {
    case Form::Text:
      return true;
    case Form::Pair:
      return colon != item.npos && colon > 0;
    case Form::Weighted:
      return colon == item.npos || (colon > 0 && is_number(item.substr(colon + 1)));
  }
  return true;
}

const char* name_of(Form form) {
  return form == Form::Pair ? "of the form name:value" : "a word, or of the form word:number";
}

Complaint check_range(const OptionSpec& spec, const Count& shape, int value) {
  bool unset = value < 0;
  if (unset || (value == 0 && shape.zero) || (value >= shape.min && value <= shape.max))
    return std::nullopt;
  return Error{property_name(spec.key) + " must be from " + std::to_string(shape.min) + " to " +
               std::to_string(shape.max) + ", not " + std::to_string(value)};
}

Complaint check_item(const std::string& name, const List& shape, const std::string& item) {
  if (item.empty()) return Error{name + " has an empty item"};
  if (shape.longest_item > 0 && characters(item) > shape.longest_item)
    return Error{name + " takes at most " + std::to_string(shape.longest_item) +
                 " characters an item"};
  if (!has_form(shape.form, item))
    return Error{name + " has an item that is not " + name_of(shape.form)};
  return std::nullopt;
}

Complaint check_list(const OptionSpec& spec, const List& shape, const Strings& items) {
  std::string name = property_name(spec.key);
  if (shape.most > 0 && items.size() > shape.most)
    return Error{name + " takes at most " + std::to_string(shape.most) + " items, not " +
                 std::to_string(items.size())};
  for (const std::string& item : items)
    if (auto complaint = check_item(name, shape, item)) return complaint;
  if (std::size_t count = words(items); shape.most_words > 0 && count > shape.most_words)
    return Error{name + " takes at most " + std::to_string(shape.most_words) +
                 " words in all, not " + std::to_string(count)};
  return std::nullopt;
}

Complaint check_row(const OptionSpec& spec, const OptionValue& value) {
  if (auto* count = std::get_if<Count>(&spec.shape))
    return check_range(spec, *count, std::get<int>(value));
  if (auto* list = std::get_if<List>(&spec.shape))
    return check_list(spec, *list, std::get<Strings>(value));
  return std::nullopt;
}

// Letters, then parts of letters and digits behind hyphens: RFC 5646, section 2.1.
bool is_language(std::string_view tag) {
  for (bool first = true;; first = false) {
    std::string_view part = tag.substr(0, tag.find('-'));
    auto fits = [first](unsigned char c) { return first ? std::isalpha(c) : std::isalnum(c); };
    bool long_enough = part.size() >= (first ? 2u : 1u) && part.size() <= 8;
    if (!long_enough || !std::all_of(part.begin(), part.end(), fits)) return false;
    if (part.size() == tag.size()) return true;
    tag.remove_prefix(part.size() + 1);
  }
}

Complaint check_language(const Options& options) {
  const std::string& language = std::get<std::string>(options.at("language"));
  if (language.empty() || is_language(language)) return std::nullopt;
  return Error{"language must be a BCP-47 tag with hyphens, such as en-US, or \"multi\""};
}

// https://developers.deepgram.com/docs/callback
bool is_callback(const std::string& url) {
  Ptr<GUri> uri(g_uri_parse(url.c_str(), G_URI_FLAGS_ENCODED, nullptr));
  if (!uri) return false;
  constexpr std::array<std::string_view, 4> schemes = {"http", "https", "ws", "wss"};
  constexpr std::array ports = {-1, 80, 443, 8080, 8443};
  return std::find(schemes.begin(), schemes.end(), g_uri_get_scheme(uri.get())) != schemes.end() &&
         std::find(ports.begin(), ports.end(), g_uri_get_port(uri.get())) != ports.end();
}

// The URL may hold a password, so it is not printed.
Complaint check_callback(const Options& options) {
  const std::string& url = std::get<std::string>(options.at("callback"));
  if (url.empty() || is_callback(url)) return std::nullopt;
  return Error{"callback must be an http, https, ws or wss URL of port 80, 443, 8080 or 8443"};
}

// --- several parameters

// What decides which parameters a model takes. Of a model of one's own only the service knows.
enum class Family { Nova3, Nova2, Older, Unknown };

bool is_of(std::string_view model, std::string_view family) {
  return model == family || (model.starts_with(family) && model[family.size()] == '-');
}

// https://developers.deepgram.com/docs/model
Family family_of(std::string_view model) {
  if (is_of(model, "nova-3")) return Family::Nova3;
  if (is_of(model, "nova-2")) return Family::Nova2;
  constexpr std::array<std::string_view, 12> older = {
      "",        "nova",    "nova-general",     "nova-phonecall", "nova-medical", "general",
      "meeting", "finance", "conversationalai", "phonecall",      "voicemail",    "video"};
  if (is_of(model, "enhanced") || is_of(model, "base")) return Family::Older;
  bool known = std::find(older.begin(), older.end(), model) != older.end();
  return known ? Family::Older : Family::Unknown;
}

// The value of the first of this name, "" if there is none.
std::string_view value_in(const Parameters& request, std::string_view key) {
  for (const auto& [name, value] : request)
    if (name == key) return value;
  return "";
}

Complaint check_model(const Parameters& request) {
  Family family = family_of(value_in(request, "model"));
  auto asks_for = [&](const char* key) { return !value_in(request, key).empty(); };
  if (family == Family::Nova3 && asks_for("keywords"))
    return Error{"keywords is not for nova-3 models: use keyterm"};
  bool before_nova3 = family == Family::Nova2 || family == Family::Older;
  if (before_nova3 && asks_for("keyterm"))
    return Error{"keyterm is for nova-3 models only: use keywords"};
  if (family == Family::Older && value_in(request, "language") == "multi")
    return Error{"language=multi is for nova-2 and nova-3 models only"};
  return std::nullopt;
}

}  // namespace

std::optional<Error> check_values(const Options& options) {
  for (std::size_t row = 0; row < options.table().size(); ++row)
    if (auto complaint = check_row(options.table()[row], options.at(row))) return complaint;
  if (auto complaint = check_language(options)) return complaint;
  return check_callback(options);
}

std::optional<Error> check_together(const Parameters& request) {
  auto is_on = [&](const char* key) { return value_in(request, key) == "true"; };
  if (!value_in(request, "utterance_end_ms").empty() && !is_on("interim_results"))
    return Error{"utterance-end-ms needs interim-results=true"};
  if (is_on("dictation") && !is_on("punctuate")) return Error{"dictation needs punctuate=true"};
  return check_model(request);
}

std::optional<Error> check(const Options& options) {
  if (auto complaint = check_values(options)) return complaint;
  return check_together(options.parameters());
}

}  // namespace dg
