// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>

#include "base/nanos.h"
#include "core/backoff.h"
#include "core/endpoint.h"
#include "core/fault.h"

namespace dg {

struct GateLimits {
  int handshakes = 64;    // under way at once, in the process
  int redials = 20;       // a second, to one service
  int failures_open = 3;  // in a row: from then on everybody waits, and one dial probes
};

// Lets the sessions of a process dial, so that an outage does not make a thousand of them dial at
// once, and again. A service here is a host with a key: those who share it share its backoff, which
// makes it a circuit breaker. Used on the network thread only.
class DialGate {
 public:
  // A handshake under way; over when it is destroyed.
  class Pass {
   public:
    Pass(Pass&& other) noexcept
        : gate_(std::exchange(other.gate_, nullptr)), service_(std::move(other.service_)) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass();

   private:
    friend class DialGate;
    Pass(DialGate& gate, std::string service) : gate_(&gate), service_(std::move(service)) {}

    DialGate* gate_;
    std::string service_;
  };

  // The process's own.
  static DialGate& process();

  explicit DialGate(std::uint64_t seed, const GateLimits& limits = {})
      : limits_(limits), seed_(seed), random_(seed) {}

  // What the request dials: its host, and a hash of its key.
  static std::string service_of(const Request& request);

  struct Wait {
    Nanos until;           // then ask again
    bool failing = false;  // since nobody is let in there; else for want of room
  };

  // `again`: after a failure.
  std::variant<Pass, Wait> ask(const std::string& service, bool again, Nanos now);
  // There was no connection, or none that was useful. Gives when the next may dial, if all wait.
  std::optional<Nanos> failed(const std::string& service, FaultClass kind,
                              std::optional<Nanos> retry_after, Nanos now);
  // A connection that opened at `opened` was useful. It says nothing of failures after that.
  void useful(const std::string& service, Nanos opened);

 private:
  struct Service {
    explicit Service(std::uint64_t seed) : backoff(seed) {}

    Backoff backoff;
    Nanos failed{};     // the last time
    Nanos dial_at{};    // while all wait
    Nanos redial_at{};  // the next that is not the first
    Nanos crowd_at{};   // who came too early since then: soon forgotten, as they may stay away
    int crowd = 0;
    int handshakes = 0;
  };

  Service& service(const std::string& name, Nanos now);
  bool is_open(const Service& service) const;
  Nanos between(Nanos least, Nanos most);
  Nanos await_slot(Service& service, Nanos now);
  void over(const std::string& name);

  const GateLimits limits_;
  std::uint64_t seed_;
  std::mt19937_64 random_;
  int handshakes_ = 0;
  std::map<std::string, Service> services_;
};

}  // namespace dg
