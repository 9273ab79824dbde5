// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>

#include "base/nanos.h"
#include "net/limits.h"
#include "net/websocket.h"

namespace dg {

enum class DeadSign { TakesNothing, AnswersNoPing, SaysNothing };
const char* text_of(DeadSign sign);

// Notices that an open connection is dead. TCP notices a peer that acknowledges nothing; this
// notices one that takes nothing, one that answers no ping, and one that says nothing of the audio.
// Looked at once a second; used on the network thread only.
class Liveness {
 public:
  // What is known of a connection at a look.
  struct Signs {
    Traffic traffic;
    bool wants_room = false;  // audio is due, and the socket does not take it
    Nanos audio{};            // how much was written
    bool owes_results = true;
    bool awaited = false;  // no more is written before it says something
  };

  Liveness(const LivenessLimits& limits, Nanos ping_interval, Nanos now);

  void on_pong(Nanos now) { pong_ = now; }
  // A message of any kind, after so much audio.
  void on_message(Nanos audio, Nanos now);

  Nanos look_at() const { return look_at_; }
  // What is wrong; nothing if it lives.
  std::optional<DeadSign> look(const Signs& signs, Nanos now);

 private:
  void wait_out(Nanos late);
  void follow(const Signs& signs, Nanos now);

  LivenessLimits limits_;
  Nanos ping_interval_;
  Nanos look_at_;
  Nanos pong_;                       // the last
  Nanos moved_;                      // when what waits last became less
  Nanos message_, message_audio_{};  // the last, and what was written then
  Nanos owed_;                       // since when one is, of the audio since
  Nanos audio_{};                    // written at the last look
  std::optional<Nanos> stuck_since_;
  std::uint64_t acknowledged_ = 0;
};

}  // namespace dg
