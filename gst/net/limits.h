// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>

#include "base/nanos.h"
#include "core/intake.h"
#include "core/silencegate.h"

namespace dg {

enum class Overflow { Auto, Block, DropOldest, SkipToLive };

// What a socket is made with.
struct SocketLimits {
  Nanos user_timeout = std::chrono::seconds(10);  // of data that the peer does not acknowledge
  Nanos ping_interval = std::chrono::seconds(5);  // whole seconds
  int unsent_bytes = 32 * 1024;                   // in the kernel, before writable() turns false
  std::size_t longest_message = std::size_t{4} << 20;  // a longer one ends the connection
};

// When an open connection is dead: docs/architecture.md has the table.
struct LivenessLimits {
  Nanos look_interval = std::chrono::seconds(1);
  Nanos pong_timeout = std::chrono::seconds(10);      // from a ping that is out
  Nanos write_timeout = std::chrono::seconds(5);      // something waits, and nothing is taken
  Nanos results_timeout = std::chrono::seconds(15);   // of audio, which a service speaks of
  Nanos results_patience = std::chrono::seconds(10);  // and so much time; audio may go out faster
};

// Every time and bound that a session keeps. What has a property has its default here.
struct Limits {
  Nanos connect_timeout = std::chrono::seconds(10);
  Nanos keepalive_interval = std::chrono::seconds(4);
  Nanos chunk_duration = std::chrono::milliseconds(50);
  double max_rate = 1.25;  // times real time; 0 = no limit
  Nanos burst = std::chrono::seconds(1);
  Nanos idle_timeout = std::chrono::minutes(5);  // without audio; 0 = for ever
  bool reconnect = true;
  Nanos reconnect_timeout = std::chrono::seconds(60);  // 0 = for ever
  Nanos drain_timeout = std::chrono::seconds(10);
  Nanos max_backlog = std::chrono::seconds(30);
  Overflow overflow = Overflow::Auto;
  HolePolicy holes;
  SilencePolicy silence;
  SocketLimits socket;
  LivenessLimits liveness;
  Nanos latency = std::chrono::seconds(2);  // to begin with

  Nanos useful_after = std::chrono::seconds(5);    // a connection that lived so long was worth it
  Nanos answer_timeout = std::chrono::seconds(2);  // a Finalize that moved nothing is not answered
  Nanos results_pause = std::chrono::milliseconds(300);  // then it needs more audio for the next
  Nanos gaps_patience = std::chrono::seconds(1);         // or may have nothing to say of it
  Nanos first_patience = std::chrono::seconds(3);        // or may be slow to begin
  Nanos close_timeout = std::chrono::seconds(1);         // from Metadata to the close
  Nanos pause_live = std::chrono::seconds(1);  // an input that stops for so long has paused
  Nanos stall = std::chrono::seconds(2);       // one that is not live waits for our text
  Nanos token_poll = std::chrono::seconds(1);  // for another token, when one is refused
  Nanos change_quiet = std::chrono::milliseconds(200);  // changes that follow at once are one
  Nanos change_patience = std::chrono::seconds(5);      // of one, for a pause of the speaker
  int early_closes = 5;  // in a row with 1000 and without the rest: then there is no rest
  Nanos drain_patience = std::chrono::seconds(60);  // for a connection, at the end, if for ever
};

// What may change while a session runs.
struct Conditions {
  bool live = false;  // upstream is, as far as it is known
  Nanos latency = Limits().latency;
  Nanos resumed{};  // when the pipeline began to play
};

}  // namespace dg
