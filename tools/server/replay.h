// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

#include "server/action.h"
#include "server/json.h"

namespace dg::server {

// Makes steps of what a connection once sent: each message goes out again when the audio that it
// covers has come, and behind those before it. A Metadata goes out at the end, in place of the
// server's own.
class Replay {
 public:
  // Of a message as it is, a recording's `{"message": …}`, or a line of Recording; none of a line
  // that tells of what came in. `text` is how it is written, if that is known.
  Steps steps(JsonNode* line, std::string_view text);
  // Whether the line is one of these.
  static bool takes(JsonObject* line);

 private:
  Steps steps_for(JsonNode* message, std::string_view text);
  Nanos due(JsonObject* message);

  std::string request_id_;  // of the connection of the latest message that said it
  Nanos latest_{};          // when something of it was due
};

}  // namespace dg::server
