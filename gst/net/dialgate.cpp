// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/dialgate.h"

#include <algorithm>
#include <functional>
#include <string_view>

namespace dg {
namespace {

using namespace std::chrono_literals;

// Who finds no room asks again after a time between these.
constexpr Nanos kSoon = 200ms, kLater = 1s;
// A service that nobody dialed for so long after it was to be dialed may be well again.
constexpr Nanos kForgotten = 60s;
// Failures are remembered of so many services; of more, those that are in use.
constexpr std::size_t kServices = 64;

}  // namespace

DialGate::Pass::~Pass() {
  if (gate_) gate_->over(service_);
}

DialGate& DialGate::process() {
  static auto* gate = new DialGate(std::random_device{}());
  return *gate;
}

std::string DialGate::service_of(const Request& request) {
  std::string_view key;
  for (const auto& [name, value] : request.headers)
    if (name == "Authorization") key = value;
  std::string_view url = request.url;
  auto host = url.find("//") + 2;
  return std::string(url.substr(0, url.find_first_of("/?", host))) + '#' +
         std::to_string(std::hash<std::string_view>{}(key));
}

DialGate::Service& DialGate::service(const std::string& name, Nanos now) {
  auto found = services_.find(name);
  if (found != services_.end()) return found->second;
  if (services_.size() >= kServices)
    std::erase_if(services_, [&](const auto& entry) {
      return entry.second.handshakes == 0 && entry.second.dial_at + kForgotten < now;
    });
  return services_.try_emplace(name, seed_++).first->second;
}

bool DialGate::is_open(const Service& service) const {
  return service.backoff.failures() >= limits_.failures_open;
}

Nanos DialGate::between(Nanos least, Nanos most) {
  return Nanos(std::uniform_int_distribution<Nanos::rep>(least.count(), most.count())(random_));
}

// Spreads those who wait over as much time as they may need, though not over more than a second.
Nanos DialGate::await_slot(Service& service, Nanos now) {
  if (now - service.crowd_at > 1s) service.crowd = 0;
  if (service.crowd++ == 0) service.crowd_at = now;
  Nanos pace = Nanos(1s) / limits_.redials;
  return service.redial_at + between(0s, std::min<Nanos>(service.crowd * pace, 1s));
}

std::variant<DialGate::Pass, DialGate::Wait> DialGate::ask(const std::string& name, bool again,
                                                           Nanos now) {
  Service& to = service(name, now);
  if (to.handshakes == 0 && to.dial_at + kForgotten < now) to.backoff.reset();
  if (is_open(to)) {
    if (now < to.dial_at) return Wait{to.dial_at, true};
    if (to.handshakes > 0) return Wait{now + between(kSoon, kLater), true};
  }
  if (handshakes_ >= limits_.handshakes) return Wait{now + between(kSoon, kLater)};
  if (again && now < to.redial_at) return Wait{await_slot(to, now)};
  if (again) to.redial_at = now + Nanos(1s) / limits_.redials;
  ++handshakes_;
  ++to.handshakes;
  return Pass(*this, name);
}

void DialGate::over(const std::string& name) {
  --handshakes_;
  --services_.at(name).handshakes;
}

std::optional<Nanos> DialGate::failed(const std::string& name, FaultClass kind,
                                      std::optional<Nanos> retry_after, Nanos now) {
  if (kind != FaultClass::Transient && kind != FaultClass::Capacity) return std::nullopt;
  Service& of = service(name, now);
  of.failed = now;
  Nanos wait = of.backoff.next(kind, retry_after);
  of.dial_at = std::max(of.dial_at, now + wait);
  if (!is_open(of)) return std::nullopt;
  return of.dial_at;
}

void DialGate::useful(const std::string& name, Nanos opened) {
  auto found = services_.find(name);
  if (found == services_.end() || opened < found->second.failed) return;
  found->second.backoff.reset();
  found->second.dial_at = Nanos(0);
}

}  // namespace dg
