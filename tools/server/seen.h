// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dg::server {

// How a request ended, or that it has not.
enum class Ending {
  Open,            // not yet
  Refused,         // no connection: `status` says with what
  Granted,         // no connection: it was a request for an access token
  Unanswered,      // a handshake that a fault left hanging
  CloseStream,     // the client asked, and had the rest and Metadata
  EmptyFrame,      // the client asked in the old way, with a frame of no bytes
  Idle,            // nothing came for too long
  Fault,           // a scenario or a fault closed or dropped it
  ClosedByClient,  // a close frame that was not asked for: `close_code`
  Lost,            // the client went away without one
  Stopped,         // the server ended first
};

const char* ending_name(Ending ending);

// One request that a server had, and all that came on it.
struct Seen {
  struct Command {
    std::string text;
    std::int64_t position = 0;  // samples received before it
  };

  std::string path;
  std::vector<std::pair<std::string, std::string>> query;    // decoded, in order
  std::vector<std::pair<std::string, std::string>> headers;  // in order
  std::string request_id;
  int status = 0;  // of the answer; 0: none yet

  std::vector<Command> commands;  // text frames
  bool numerals = false;          // asked for in the query, or by Configure since
  std::size_t binary_frames = 0, empty_frames = 0;
  std::uint64_t bytes = 0;               // of audio
  std::vector<std::byte> audio;          // kept on demand: ServerOptions::keep_audio
  std::vector<std::size_t> frame_sizes;  // likewise
  std::size_t messages_sent = 0;

  Ending ending = Ending::Open;
  int close_code = 0;  // of the frame that ended it, whoever sent it
  std::string close_reason;
};

}  // namespace dg::server
