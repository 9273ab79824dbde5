// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/nanos.h"

namespace dg {

// Why there is no connection, as it was seen.
enum class Cause {
  Settings,     // the values given make no request: a bad URL, parameters that exclude each other
  NoKey,        // the host wants a key and none is set
  Http,         // the upgrade was refused: http_status, dg_error
  Proxy,        // the proxy refused to lead to the host: http_status
  Closed,       // a close frame: close_code, close_reason
  Resolve,      // the host's name is unknown
  Certificate,  // the host's certificate was refused, or ours: distrust
  Connect,      // no TCP connection, or no TLS
  Lost,         // the connection broke: end of file, reset, bad frames
  Timeout,      // the connect deadline passed
  Stalled,      // open, but dead: nothing is taken, or nothing comes
};

// What is wrong with a certificate.
enum class Distrust {
  Unsaid,
  UnknownAuthority,
  OtherHost,
  NotYetValid,
  Expired,
  Revoked,
  Weak,
  Unsuitable,  // for a server, or its chain is broken
  OursWanted,  // the server asked for ours, and got none
};

// How a connection ended, or why there was none. `text` is in the library's words.
struct Loss {
  Cause cause = Cause::Lost;
  std::string text;
  int http_status = 0;
  int close_code = 0;
  std::string close_reason;
  std::string dg_error;    // the service's own words on a refused upgrade
  std::string request_id;  // the service's id of the connection
  std::optional<Nanos> retry_after;
  Distrust distrust = Distrust::Unsaid;
};

// What can be done about a loss; the table is in docs/architecture.md.
enum class FaultClass { Config, Auth, Money, Capacity, Data, Transient };

const char* fault_class_name(FaultClass kind);

// What the session knows of its connections when one is lost.
struct ConnectionHistory {
  bool ever_useful = false;  // some connection was useful
  bool had_results = false;  // this one sent results
};

FaultClass classify(const Loss& loss, const ConnectionHistory& history);

// Whether to dial again.
bool retryable(FaultClass kind, const ConnectionHistory& history);

// One line for the user: what is wrong and what to do about it.
std::string advice(const Loss& loss);
// The rest: status, code, reason, request id.
std::string details(const Loss& loss);

}  // namespace dg
