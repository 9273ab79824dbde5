// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace dg {

// The answer to a plain HTTP request.
struct Answer {
  unsigned status = 0;            // 0: there was none
  std::string request_id, error;  // dg-request-id, dg-error
  std::string body;
};

using RequestHeaders = std::vector<std::pair<std::string, std::string>>;

// Sends it and waits. The path is on the host of `url`, which is a WebSocket's.
Answer request(const char* method, const std::string& url, const std::string& path,
               const RequestHeaders& headers = {}, const std::string& body = "");

// An access token of the server, for one of its keys; empty if it gives none. `body` may say how
// long it is to be good.
std::string granted_token(const std::string& url, const std::string& key,
                          const std::string& body = "");

}  // namespace dg
