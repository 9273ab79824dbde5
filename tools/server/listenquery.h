// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/audioformat.h"
#include "core/listen.h"
#include "server/action.h"
#include "server/refusal.h"

namespace dg::server {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// What a client asks of /v1/listen, checked.
struct ListenQuery {
  Options options{kListenOptions};
  std::string encoding;  // as asked for; empty: the audio is in a container
  int rate = 0, channels = 1;
  Steps faults;  // of parameters "x-..."

  // Of the audio; nothing where this server cannot decode it.
  std::optional<AudioFormat> format() const;
  // What comes back with each result; of one key, the last.
  Pairs extra() const;
};

enum class UnknownNames { Accept, Refuse };

// The names and values of a query, decoded, in their order; nothing if it cannot be decoded.
std::optional<Pairs> split_query(const char* query);

// Checks what the service checks: spelling, ranges, and what goes together.
std::variant<ListenQuery, Refusal> read_query(const Pairs& query, UnknownNames unknown);

}  // namespace dg::server
