// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "base/queue.h"
#include "net/link.h"
#include "net/session.h"
#include "net/worker.h"

namespace dg {

// A session on the network thread, and the queue that leads to it. Made by the element and ended by
// it; what is left is cleared away on the network thread, and nobody waits for that.
class Stream final : private Session::Environment {
 public:
  enum class Room { Await, Ignore };

  static std::unique_ptr<Stream> begin(Query query, const Limits& limits,
                                       WebSocketFactory make_socket, SessionListener& owner);
  // Calls to the owner are over when it returns. No push() may be under way.
  static void end(std::unique_ptr<Stream> stream);

  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // False if there is no room for it, and no waiting. Thread-safe, as all that follows.
  bool push(Input input, Room room);
  // Waits until push() will not; there is one who pushes what takes room. False: hurry() said so.
  bool await_room();
  // Whether nobody waits for room; frees those who do.
  void hurry(bool hurried);
  // Heeded with the next input.
  void set(bool live, Nanos latency);
  // The pipeline begins to play. Heeded when it is next looked at.
  void resume();

 private:
  Stream(Query query, const Limits& limits, WebSocketFactory make_socket, SessionListener& owner);

  // Session::Environment, on the network thread
  Nanos now() override;
  Conditions conditions() override;
  void wake_at(Nanos when) override;
  std::optional<Input> next_input() override;
  bool has_input() override;
  bool has_flush() override;
  std::unique_ptr<WebSocket> make_socket(const SocketLimits& limits) override;
  DialGate& gate() override;

  void run();

  Worker& worker_;
  const WebSocketFactory make_socket_;
  Queue<Input> input_;
  Link link_;
  std::atomic<bool> awake_ = false;  // run() is on its way
  std::atomic<int> flushes_ = 0;     // in the queue
  std::atomic<bool> live_ = false;
  std::atomic<Nanos::rep> latency_, resumed_ = 0;
  Session session_;
  std::unique_ptr<Alarm> alarm_;
};

}  // namespace dg
