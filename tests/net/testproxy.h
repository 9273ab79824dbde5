// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <set>
#include <string>
#include <vector>

#include <gio/gio.h>

namespace dg {

// An HTTP proxy on loopback in the thread's default main context: whatever host is asked for with
// CONNECT, it leads to one server on loopback.
class TestProxy {
 public:
  // `server` is an address such as TestServer::url().
  explicit TestProxy(const std::string& server);
  ~TestProxy();
  TestProxy(const TestProxy&) = delete;
  TestProxy& operator=(const TestProxy&) = delete;

  // "http://127.0.0.1:port", or with "name:password" in it.
  std::string url(const std::string& user_info = "") const;
  // Wants this name and password, with a colon between.
  void protect(std::string user_info) { wanted_ = std::move(user_info); }
  // Answers with this status and these words.
  void refuse(std::string status) { refusal_ = std::move(status); }

  // The heads of all requests.
  const std::vector<std::string>& requests() const { return requests_; }

 private:
  struct Visit;

  std::string answer(const std::string& request);
  void visited(GSocketConnection* connection);

  GSocketService* service_;
  guint16 port_, server_port_;
  std::string wanted_, refusal_;
  std::vector<std::string> requests_;
  std::set<Visit*> visits_;
};

}  // namespace dg
