// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/credentials.h"

#include <glib.h>

namespace dg::server {
namespace {

std::string_view trimmed(std::string_view text) {
  auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is(std::string_view text, const char* scheme) {
  return g_ascii_strcasecmp(std::string(text).c_str(), scheme) == 0;
}

// "scheme<separator>secret"
std::optional<Credentials> split(std::string_view text, char separator) {
  auto at = text.find(separator);
  if (at == text.npos) return std::nullopt;
  std::string_view scheme = trimmed(text.substr(0, at)), rest = text.substr(at + 1);
  std::string_view secret = trimmed(separator == ',' ? rest.substr(0, rest.find(',')) : rest);
  bool bearer = is(scheme, "bearer");
  if ((!bearer && !is(scheme, "token")) || secret.empty()) return std::nullopt;
  return Credentials{std::string(secret), bearer, separator == ',' ? std::string(scheme) : ""};
}

}  // namespace

std::optional<Credentials> read_credentials(const char* authorization, const char* protocols) {
  if (authorization) return split(trimmed(authorization), ' ');
  return protocols ? split(trimmed(protocols), ',') : std::nullopt;
}

}  // namespace dg::server
