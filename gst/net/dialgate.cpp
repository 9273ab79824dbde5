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

Nanos DialGate::later(Nanos now) {
  return now +
         Nanos(std::uniform_int_distribution<Nanos::rep>(kSoon.count(), kLater.count())(random_));
}

std::variant<DialGate::Pass, Nanos> DialGate::ask(const std::string& name, bool again, Nanos now) {
  Service& to = service(name, now);
  if (to.handshakes == 0 && to.dial_at + kForgotten < now) to.backoff.reset();
  if (is_open(to)) {
    if (now < to.dial_at) return to.dial_at;
    if (to.handshakes > 0) return later(now);
  }
  if (handshakes_ >= limits_.handshakes) return later(now);
  Nanos pace = Nanos(1s) / limits_.redials;
  if (again && now < to.redial_at) return to.redial_at + to.queued++ * pace;
  if (again) {
    to.redial_at = now + pace;
    to.queued = std::max(to.queued - 1, 0);
  }
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
  Nanos wait = of.backoff.next(kind, retry_after);
  of.dial_at = std::max(of.dial_at, now + wait);
  if (!is_open(of)) return std::nullopt;
  return of.dial_at;
}

void DialGate::useful(const std::string& name) {
  auto found = services_.find(name);
  if (found == services_.end()) return;
  found->second.backoff.reset();
  found->second.dial_at = Nanos(0);
}

}  // namespace dg
