// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/endpoint.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <optional>

#include <glib.h>

#include "base/ptr.h"
#include "core/listen.h"

namespace dg {

template <>
struct Unref<GUri> {
  void operator()(GUri* uri) const { g_uri_unref(uri); }
};

namespace {

using Pairs = Parameters;
using Parts = std::vector<std::string_view>;  // of a query: "key=value", encoded as given

// The query and the path go out as they were given.
constexpr auto kParsing =
    static_cast<GUriFlags>(G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_QUERY |
                           G_URI_FLAGS_ENCODED_PATH | G_URI_FLAGS_ENCODED_FRAGMENT);

Loss settings_loss(std::string text) {
  return {Cause::Settings, std::move(text)};
}

Loss no_key(std::string text) {
  return {Cause::NoKey, std::move(text)};
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool is_blank(unsigned char c) {
  return c <= 0x20 || c == 0x7F;
}

std::string or_empty(const char* text) {
  return text ? text : "";
}

// --- the address

// A parsed URL.
struct Address {
  std::string scheme, host, path, query;
  int port = -1;

  bool is_secure() const { return scheme == "wss"; }
};

bool is_loopback(const std::string& host) {
  in_addr v4;
  in6_addr v6;
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  return host == "localhost";
}

bool is_deepgram(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);  // a name that ends at the root
  return host == "deepgram.com" || host.ends_with(".deepgram.com");
}

std::variant<Address, Loss> parse_address(const std::string& url) {
  Ptr<GUri> uri(g_uri_parse(url.c_str(), kParsing, nullptr));
  if (!uri) return settings_loss("url is not a URL");
  Address address;
  address.scheme = lower(g_uri_get_scheme(uri.get()));
  if (address.scheme != "ws" && address.scheme != "wss")
    return settings_loss("url must begin with wss:// or ws://, not " + address.scheme + ":");
  address.host = lower(or_empty(g_uri_get_host(uri.get())));
  if (address.host.empty()) return settings_loss("url names no host");
  if (std::any_of(address.host.begin(), address.host.end(), is_blank))  // GUri decodes %0A
    return settings_loss("url has a blank in its host");
  if (g_uri_get_userinfo(uri.get()))
    return settings_loss("url must hold no user name or password: use api-key or access-token");
  address.path = or_empty(g_uri_get_path(uri.get()));
  if (address.path.empty()) address.path = "/v1/listen";
  address.query = or_empty(g_uri_get_query(uri.get()));
  address.port = g_uri_get_port(uri.get());
  return address;
}

std::string joined(const Address& address) {
  gchar* text = g_uri_join(kParsing, address.scheme.c_str(), nullptr, address.host.c_str(),
                           address.port, address.path.c_str(),
                           address.query.empty() ? nullptr : address.query.c_str(), nullptr);
  std::string url = text;
  g_free(text);
  return url;
}

// --- the query

std::string decoded(std::string_view text) {
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), '+', ' ');
  gchar* unescaped = g_uri_unescape_string(plain.c_str(), nullptr);
  if (!unescaped) return plain;
  plain = unescaped;
  g_free(unescaped);
  return plain;
}

Parts parts(std::string_view query) {
  Parts out;
  while (!query.empty()) {
    std::size_t end = std::min(query.find('&'), query.size());
    if (end > 0) out.push_back(query.substr(0, end));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return out;
}

std::string key_of(std::string_view part) {
  return decoded(part.substr(0, part.find('=')));
}

Parameters parameters_of(std::string_view query) {
  Parameters out;
  for (std::string_view part : parts(query)) {
    std::size_t equals = std::min(part.find('='), part.size());
    out.emplace_back(key_of(part), decoded(part.substr(std::min(equals + 1, part.size()))));
  }
  return out;
}

bool names(const Parts& parts, const std::string& key) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return key_of(part) == key; });
}

// Adds what neither of two other sources says.
void append(std::string& query, const Parts& source, const Parts& other, const Parts& another) {
  for (std::string_view part : source) {
    std::string key = key_of(part);
    if (names(other, key) || names(another, key)) continue;
    query.append(query.empty() ? "" : "&").append(part);
  }
}

// The caps know best what the audio is, the user what to ask for; nothing is sent twice.
std::string merged_query(const std::string& own, const std::string& table,
                         const std::string& format, const std::string& extra) {
  std::string query;
  append(query, parts(own), parts(format), {});
  append(query, parts(table), parts(own), parts(extra));
  append(query, parts(format), {}, {});
  append(query, parts(extra), parts(own), parts(format));
  return query;
}

// --- the headers

// Those that the handshake itself sets.
constexpr std::array kReservedHeaders = {"connection", "content-length", "host",
                                         "transfer-encoding", "upgrade"};

bool is_reserved(const std::string& name) {
  return std::find(kReservedHeaders.begin(), kReservedHeaders.end(), name) !=
             kReservedHeaders.end() ||
         name.starts_with("sec-websocket-");
}

// RFC 9110, section 5.6.2.
bool is_token(std::string_view name) {
  auto allowed = [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), allowed);
}

bool is_field_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(),
                     [](unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7F); });
}

const std::string* find_header(const Pairs& headers, std::string_view lower_name) {
  for (auto& [name, value] : headers)
    if (lower(name) == lower_name) return &value;
  return nullptr;
}

std::optional<Loss> check_headers(const Target& target) {
  for (auto& [name, value] : target.extra_headers) {
    if (!is_token(name)) return settings_loss("extra-headers has a name that is none");
    if (!is_field_value(value))
      return settings_loss("extra-headers has a control character in the value of " + name);
    if (is_reserved(lower(name)))
      return settings_loss("extra-headers cannot set " + name + ": the connection does");
  }
  if (!is_field_value(target.user_agent))
    return settings_loss("user-agent has a control character");
  return std::nullopt;
}

// --- the key

// What goes into Authorization, and where it was given.
struct Secret {
  std::string given_as, scheme, value;
};

std::optional<Secret> first_set(Secret token, Secret key) {
  if (!token.value.empty()) return token;
  if (!key.value.empty()) return key;
  return std::nullopt;
}

std::optional<Secret> property_secret(const Target& target) {
  return first_set({"access-token", "Bearer ", target.access_token},
                   {"api-key", "Token ", target.api_key});
}

std::optional<Secret> environment_secret(const Target& target) {
  return first_set({"DEEPGRAM_ACCESS_TOKEN", "Bearer ", target.environment_access_token},
                   {"DEEPGRAM_API_KEY", "Token ", target.environment_api_key});
}

// Whoever the host may be, only those named for it get a key that was not given for it.
std::optional<Secret> secret_for(const Target& target, const Address& address) {
  if (auto secret = property_secret(target)) return secret;
  if (auto* header = find_header(target.extra_headers, "authorization"))
    return Secret{"extra-headers", "", *header};
  if (is_deepgram(address.host) || is_loopback(address.host)) return environment_secret(target);
  return std::nullopt;
}

std::optional<Loss> check_secret(const Secret& secret) {
  bool whole_header = secret.scheme.empty();  // checked with the other headers
  bool visible = std::all_of(secret.value.begin(), secret.value.end(),
                             [](unsigned char c) { return c > 0x20 && c < 0x7F; });
  if (whole_header || visible) return std::nullopt;
  return settings_loss(secret.given_as +
                       " has a character that no key has, perhaps a line break at its end");
}

// The value of Authorization, "" for none.
std::variant<std::string, Loss> authorization(const Target& target, const Address& address) {
  if (property_secret(target) && find_header(target.extra_headers, "authorization"))
    return settings_loss("extra-headers has an Authorization beside api-key or access-token");
  auto secret = secret_for(target, address);
  if (secret)
    if (auto loss = check_secret(*secret)) return *loss;
  bool exposed = !address.is_secure() && !is_loopback(address.host);
  if (secret && !exposed) return secret->scheme + secret->value;
  if (!is_deepgram(address.host)) return "";
  return no_key(secret ? "a key is sent over wss:// only" : "");
}

Pairs headers(const Target& target, const std::string& authorization) {
  Pairs out;
  if (!authorization.empty()) out.emplace_back("Authorization", authorization);
  if (!target.user_agent.empty() && !find_header(target.extra_headers, "user-agent"))
    out.emplace_back("User-Agent", target.user_agent);
  for (auto& header : target.extra_headers)
    if (lower(header.first) != "authorization") out.push_back(header);
  return out;
}

// A secret goes to loopback in the clear: no proxy may be between.
Result<Route> route_to(const Target& target, const Address& address) {
  if (is_loopback(address.host)) return Route{Route::Via::Direct};
  return route_by(target.proxies, address.is_secure());
}

}  // namespace

std::variant<Request, Loss> make_request(const Target& target, const Options& options,
                                         const AudioFormat& format) {
  if (auto error = check_values(options)) return settings_loss(error->text);
  if (auto loss = check_headers(target)) return *loss;
  auto parsed = parse_address(target.url);
  if (auto* loss = std::get_if<Loss>(&parsed)) return *loss;
  auto& address = std::get<Address>(parsed);
  address.query =
      merged_query(address.query, options.query(), format.query(), encoded(target.extra_params));
  if (auto error = check_together(parameters_of(address.query))) return settings_loss(error->text);
  auto value = authorization(target, address);
  if (auto* loss = std::get_if<Loss>(&value)) return *loss;
  Result<Route> route = route_to(target, address);
  if (!route) return settings_loss(route.error().text);
  return Request{joined(address), headers(target, std::get<std::string>(value)), *route,
                 target.tls};
}

int channels_of(const Query& query, const AudioFormat& format) {
  return std::get<bool>(query.options.at("multichannel")) ? format.channels : 1;
}

std::string shown(const std::string& url) {
  Ptr<GUri> uri(g_uri_parse(url.c_str(), kParsing, nullptr));
  if (!uri || !g_uri_get_host(uri.get())) return "a malformed URL";
  Address address;
  address.scheme = lower(g_uri_get_scheme(uri.get()));
  address.host = or_empty(g_uri_get_host(uri.get()));
  address.path = or_empty(g_uri_get_path(uri.get()));
  address.port = g_uri_get_port(uri.get());
  std::string own = or_empty(g_uri_get_query(uri.get()));
  for (std::string_view part : parts(own)) {
    address.query.append(address.query.empty() ? "" : "&").append(part.substr(0, part.find('=')));
  }
  return joined(address);
}

}  // namespace dg
