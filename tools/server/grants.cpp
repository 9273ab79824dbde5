// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/grants.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "server/json.h"

namespace dg::server {
namespace {

constexpr int kUsual = 30, kLongest = 3600;  // s
constexpr char kHeader[] = R"({"alg":"HS256","typ":"JWT"})";

// RFC 4648, section 5, without the padding.
std::string base64url(std::string_view bytes) {
  Ptr<char> encoded(g_base64_encode(reinterpret_cast<const guchar*>(bytes.data()), bytes.size()));
  std::string text = encoded.get();
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text.substr(0, text.find('='));
}

std::string decoded(std::string_view base64url) {
  std::string text(base64url);
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  gsize size = 0;
  Ptr<char> bytes(reinterpret_cast<char*>(g_base64_decode(text.c_str(), &size)));
  return {bytes.get(), size};
}

std::string claims(int seconds, std::int64_t now) {
  return "{\"iat\":" + std::to_string(now) + ",\"exp\":" + std::to_string(now + seconds) +
         ",\"jti\":\"" + Ptr<char>(g_uuid_string_random()).get() +
         "\",\"scopes\":[\"usage:write\"]}";
}

std::optional<double> expiry(std::string_view claims) {
  auto parsed = parse_json(claims);
  if (!parsed || !JSON_NODE_HOLDS_OBJECT(parsed->get())) return std::nullopt;
  return number_in(json_node_get_object(parsed->get()), "exp");
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Refusal bad_request(const char* message) {
  return {400, "Bad Request", std::string("Bad Request: ") + message, {}};
}

}  // namespace

Grants::Grants() {
  if (RAND_bytes(secret_.data(), static_cast<int>(secret_.size())) != 1)
    g_error("there is nothing random to sign access tokens with");
}

std::string Grants::issue(int seconds, std::int64_t now) const {
  std::string text = base64url(kHeader) + "." + base64url(claims(seconds, now));
  return text + "." + signed_part(text);
}

bool Grants::honor(std::string_view token, std::int64_t now) const {
  auto first = token.find('.'), last = token.rfind('.');
  if (first == last) return false;
  if (!same(token.substr(last + 1), signed_part(token.substr(0, last)))) return false;
  auto end = expiry(decoded(token.substr(first + 1, last - first - 1)));
  return end && static_cast<double>(now) < *end;
}

std::string Grants::signed_part(std::string_view text) const {
  std::array<unsigned char, 32> digest;
  gsize size = digest.size();
  Ptr<GHmac> hmac(g_hmac_new(G_CHECKSUM_SHA256, secret_.data(), secret_.size()));
  g_hmac_update(hmac.get(), reinterpret_cast<const guchar*>(text.data()),
                static_cast<gssize>(text.size()));
  g_hmac_get_digest(hmac.get(), digest.data(), &size);
  return base64url({reinterpret_cast<const char*>(digest.data()), size});
}

std::variant<int, Refusal> read_lifetime(std::string_view body) {
  if (body.empty()) return kUsual;
  auto parsed = parse_json(body);
  if (!parsed || !JSON_NODE_HOLDS_OBJECT(parsed->get()))
    return bad_request("the body is no JSON object.");
  JsonObject* object = json_node_get_object(parsed->get());
  if (!json_object_has_member(object, "ttl_seconds")) return kUsual;
  double seconds = number_in(object, "ttl_seconds").value_or(0);
  if (!(seconds >= 1 && seconds <= kLongest) || seconds != std::floor(seconds))
    return bad_request("ttl_seconds is a whole number from 1 to 3600.");
  return static_cast<int>(seconds);
}

}  // namespace dg::server
