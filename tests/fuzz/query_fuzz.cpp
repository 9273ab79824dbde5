// SPDX-License-Identifier: LGPL-2.1-or-later
// The request of a connection, of any values that the properties can have. An input is lines: first
// the addresses and what is beside the table, then a parameter each.
#include <algorithm>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "base/overloaded.h"
#include "core/endpoint.h"
#include "core/listen.h"
#include "fuzz/bytes.h"
#include "fuzz/target.h"

namespace dg {
namespace {

using testing::Bytes;
using testing::require;
using Pairs = std::vector<std::pair<std::string, std::string>>;

// Characters that no URL has in it as they are: it cannot be there by chance.
const std::string kKey = "<key>", kEnvironmentKey = "<environment-key>";

// "a=b" is {a, b}.
std::pair<std::string, std::string> pair_of(std::string_view text) {
  std::size_t equals = std::min(text.find('='), text.size());
  return {std::string(text.substr(0, equals)),
          std::string(text.substr(std::min(equals + 1, text.size())))};
}

OptionValue value_of(const Shape& shape, std::string_view text) {
  Bytes in(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  return std::visit(
      overloaded{
          [&](const Flag&) -> OptionValue { return in.flag(); },
          [&](const Count&) -> OptionValue { return static_cast<int>(in.number(-1, 100'000)); },
          [&](const Text&) -> OptionValue { return std::string(text); },
          [&](const Choice& choice) -> OptionValue {
            return static_cast<int>(in.number(0, std::ssize(choice.words) - 1));
          },
          [&](const List&) -> OptionValue {
            std::vector<std::string> items;
            for (std::size_t at = 0; at <= text.size();) {
              std::size_t end = std::min(text.find('|', at), text.size());
              items.emplace_back(text.substr(at, end - at));
              at = end + 1;
            }
            return items;
          },
      },
      shape);
}

std::string decoded(std::string_view text) {
  auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'A' + 10; };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    require(i + 2 < text.size() && std::isxdigit(static_cast<unsigned char>(text[i + 1])) &&
                std::isxdigit(static_cast<unsigned char>(text[i + 2])),
            "a % has two digits behind it");
    out += static_cast<char>(digit(text[i + 1]) << 4 | digit(text[i + 2]));
    i += 2;
  }
  return out;
}

Pairs decoded_pairs(std::string_view query) {
  Pairs pairs;
  while (!query.empty()) {
    std::size_t end = std::min(query.find('&'), query.size());
    std::string_view part = query.substr(0, end);
    std::size_t equals = part.find('=');
    require(equals != part.npos, "a parameter has a value");
    pairs.emplace_back(decoded(part.substr(0, equals)), decoded(part.substr(equals + 1)));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return pairs;
}

// What was set, and nothing else, can be read from the query.
void check_query(const Options& options) {
  std::string query = options.query();
  require(std::all_of(query.begin(), query.end(),
                      [](unsigned char c) {
                        return std::isalnum(c) ||
                               std::string_view("-._~%=&").find(static_cast<char>(c)) !=
                                   std::string_view::npos;
                      }),
          "a query has characters of queries only");
  Pairs pairs = decoded_pairs(query), expected;
  for (std::size_t row = 0; row < options.table().size(); ++row) {
    const OptionSpec& spec = options.table()[row];
    if (auto* text = std::get_if<std::string>(&options.at(row)); text && !text->empty())
      expected.emplace_back(spec.key, *text);
    if (auto* items = std::get_if<std::vector<std::string>>(&options.at(row)))
      for (const std::string& item : *items) expected.emplace_back(spec.key, item);
    bool is_set = std::any_of(pairs.begin(), pairs.end(),
                              [&](const auto& pair) { return pair.first == spec.key; });
    require(is_set == options.is_set(spec.key), "a parameter that is set is in the query");
  }
  for (const auto& pair : expected)
    require(std::find(pairs.begin(), pairs.end(), pair) != pairs.end(),
            "a text comes through the query as it was");
}

bool has(std::string_view text, std::string_view what) {
  return text.find(what) != text.npos;
}

void check_headers(const Pairs& headers) {
  for (const auto& [name, value] : headers) {
    auto is_token = [](unsigned char c) { return c > ' ' && c < 0x7F && c != ':'; };
    require(!name.empty() && std::all_of(name.begin(), name.end(), is_token),
            "a header has a name");
    require(std::none_of(value.begin(), value.end(),
                         [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7F; }),
            "no header ends another");
  }
}

// The host of a URL that came out of make_request().
std::string host_of(const std::string& url) {
  std::size_t start = url.find("://") + 3;
  std::string host = url.substr(start, url.find_first_of("/?#", start) - start);
  require(!has(host, "@"), "no URL has a user");
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.rfind(':'));
}

// All of 127.0.0.0/8, and ::1 in any spelling.
bool is_loopback(const std::string& host) {
  bool numeric = host.find_first_not_of("0123456789.") == host.npos;
  std::string rest = host;
  std::erase_if(rest, [](char c) { return has("[]:.0", {&c, 1}); });
  bool one = host.starts_with('[') && host.ends_with("1]") && rest == "1";
  return host == "localhost" || (numeric && host.starts_with("127.")) || one;
}

// Who may have a key.
void check_secrets(const Request& request) {
  std::string host = host_of(request.url);
  if (host.ends_with('.')) host.pop_back();
  bool deepgram = host == "deepgram.com" || host.ends_with(".deepgram.com");
  bool loopback = is_loopback(host);
  for (const auto& [name, value] : request.headers) {
    bool environment = has(value, kEnvironmentKey), key = has(value, kKey);
    if (key || environment)
      require(request.url.starts_with("wss://") || loopback, "no key goes out in the clear");
    if (environment) require(loopback || deepgram, "a key of the environment goes to its host");
    if (key || environment) require(name == "Authorization", "a key goes where it belongs");
  }
  for (const std::string& key : {kKey, kEnvironmentKey})
    require(!has(request.url, key) && !has(request.url, percent_encode(key)),
            "no key is in the URL");
}

Target target_of(Bytes& in) {
  Target target;
  std::uint8_t flags = in.byte();
  if (std::string_view url = in.line(); !url.empty()) target.url = url;
  if (flags & 1) target.api_key = kKey;
  if (flags & 2) target.access_token = kKey;
  if (flags & 4) target.environment_api_key = kEnvironmentKey;
  if (flags & 8) target.environment_access_token = kEnvironmentKey;
  for (int left = flags >> 4 & 3; left > 0; --left) {
    target.extra_params.push_back(pair_of(in.line()));
    target.extra_headers.push_back(pair_of(in.line()));
  }
  target.user_agent = in.line();
  return target;
}

Options options_of(Bytes& in) {
  Options options{kListenOptions};
  while (!in.empty()) {
    auto row = static_cast<std::size_t>(in.number(0, std::ssize(options.table()) - 1));
    options.set(row, value_of(options.table()[row].shape, in.line()));
  }
  return options;
}

void check_loss(const Loss& loss) {
  require(loss.cause == Cause::Settings || loss.cause == Cause::NoKey,
          "what makes no request is a matter of the settings");
  require(!has(loss.text, kKey) && !has(loss.text, kEnvironmentKey), "no error holds a key");
}

void check_url(const Request& request) {
  require(request.url.starts_with("wss://") || request.url.starts_with("ws://"),
          "a request goes to a WebSocket");
  require(std::all_of(request.url.begin(), request.url.end(),
                      [](unsigned char c) { return c > ' ' && c < 0x7F; }),
          "no URL ends the line of a request");
  require(!has(request.url, "#"), "a URL that is dialed has no fragment");
}

}  // namespace
}  // namespace dg

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dg;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (has(text, "key>") || has(text, "key%")) return 0;  // a key of its own
  Bytes in(data, size);
  Target target = target_of(in);
  Options options = options_of(in);
  AudioFormat format{Encoding::Mulaw, 8000, 2};
  check_query(options);
  require(has(shown(target.url), "?") <= has(target.url, "?"), "what is shown has no more in it");
  auto made = make_request(target, options, format);
  if (auto* loss = std::get_if<Loss>(&made)) {
    check_loss(*loss);
    return 0;
  }
  const Request& request = std::get<Request>(made);
  require(!check_values(options), "what the service would refuse is refused here");
  check_url(request);
  check_headers(request.headers);
  check_secrets(request);
  require(has(request.url, "encoding=mulaw"), "the audio says what it is");
  return 0;
}
