// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace dg {

// What the user says of proxies, and what the environment does. Each is a URL, or a host with a
// port; "direct://" is none.
struct Proxies {
  std::string property;  // goes before the environment
  std::string https_proxy, http_proxy, all_proxy;
  std::string no_proxy;  // hosts, domains and networks, for those of the environment
};

// How a connection leaves this machine.
struct Route {
  enum class Via { System, Proxy, Direct };  // System: as the desktop is set up

  Via via = Via::System;
  std::string proxy;                    // its URL; without name and password if it speaks HTTP
  std::string user, password;           // for the proxy
  std::vector<std::string> exceptions;  // hosts that are reached without it
};

// `secure`: with TLS.
Result<Route> route_by(const Proxies& proxies, bool secure);

// The proxy as it may be shown.
std::string without_password(const std::string& proxy);

}  // namespace dg
