// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "server/action.h"
#include "server/seen.h"
#include "server/serveroptions.h"

namespace dg::server {

// A server of the live API on a thread of its own, to embed in tests. Thread-safe.
class Server {
 public:
  // Listens when it is made; the error says what is wrong with the options or the port.
  static Result<std::unique_ptr<Server>> start(ServerOptions options);
  // Resets what is open, and is gone when it returns.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // "ws://127.0.0.1:40123/v1/listen"
  const std::string& url() const;
  // What a client must trust, PEM; empty without TLS.
  const std::string& authority() const;

  // All requests so far, in order, as they are now.
  std::vector<Seen> requests() const;
  // Whether `condition` came true in time. It is asked at once and after each change.
  bool wait(const std::function<bool(const std::vector<Seen>&)>& condition,
            Nanos limit = std::chrono::seconds(8)) const;

  // For handshakes from now on; the error says why they stay as they were.
  std::optional<Error> set_options(ServerOptions options);
  // Does it to one connection, by its place in requests(), or to all that are open.
  void act(std::size_t request, Action action);
  void act(Action action);

 private:
  class Thread;
  explicit Server(std::unique_ptr<Thread> thread);
  std::unique_ptr<Thread> thread_;
};

}  // namespace dg::server
