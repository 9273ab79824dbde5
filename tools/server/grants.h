// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "server/refusal.h"

namespace dg::server {

// The access tokens of a server: JSON Web Tokens (RFC 7519), signed with a secret that nobody else
// has and that ends with the server. Times are seconds since 1970.
class Grants {
 public:
  Grants();

  // One that is good from `now` on for so many seconds; no two are the same.
  std::string issue(int seconds, std::int64_t now) const;
  // Whether it was issued here, and is still good.
  bool honor(std::string_view token, std::int64_t now) const;

 private:
  std::string signed_part(std::string_view text) const;

  std::array<unsigned char, 32> secret_;
};

// For how many seconds a token is asked for, by the body of the request, which may be empty.
std::variant<int, Refusal> read_lifetime(std::string_view body);

}  // namespace dg::server
