// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/audioformat.h"
#include "core/fault.h"
#include "core/option.h"
#include "core/query.h"
#include "core/route.h"

namespace dg {

struct Tls;  // net's: here it is passed on

// What a dial asks for.
struct Request {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  // Authorization among them
  Route route;
  std::shared_ptr<const Tls> tls;  // null: as a Tls that says nothing
};

// Where to dial, and as whom.
struct Target {
  std::string url = "wss://api.deepgram.com/v1/listen";
  // From properties; a token goes before a key, and either before those of the environment.
  std::string api_key, access_token;
  // From DEEPGRAM_API_KEY and DEEPGRAM_ACCESS_TOKEN; for *.deepgram.com and loopback only.
  std::string environment_api_key, environment_access_token;
  // Each replaces the table's parameter of the same name. The audio's own always say what the
  // audio is.
  std::vector<std::pair<std::string, std::string>> extra_params;
  // An Authorization among them stands in for a key of the environment; beside a key or token
  // from a property it is an error.
  std::vector<std::pair<std::string, std::string>> extra_headers;
  std::string user_agent;
  // Loopback is reached directly, whatever they say.
  Proxies proxies;
  std::shared_ptr<const Tls> tls;
};

// The request for a connection, or why there can be none. No secret is in it if it would go in
// the clear to another machine. Pure.
std::variant<Request, Loss> make_request(const Target& target, const Options& options,
                                         const AudioFormat& format);

// How many channels are heard by themselves.
int channels_of(const Query& query, const AudioFormat& format);

// `url` as it may be logged: without user, password, and the values of its query.
std::string shown(const std::string& url);

}  // namespace dg
