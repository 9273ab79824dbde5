// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>

namespace dg::server {

// Why a handshake ends without a connection, as the service says it.
struct Refusal {
  int status = 400;
  std::string code, message;
  std::optional<int> retry_after;  // s
};

// The service's code and words for a status, where they are known.
Refusal refusal_for(int status);
// What stands beside the status.
std::string phrase_of(int status);
// {"err_code": ..., "err_msg": ..., "request_id": ...}
std::string body_of(const Refusal& refusal, const std::string& request_id);

}  // namespace dg::server
