// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/liveness.h"

#include <algorithm>
#include <utility>

namespace dg {

const char* text_of(DeadSign sign) {
  switch (sign) {
    case DeadSign::TakesNothing:
      return "the server takes no data";
    case DeadSign::AnswersNoPing:
      return "the server does not answer pings";
    case DeadSign::SaysNothing:
      return "the server says nothing of the audio";
  }
  return "";
}

Liveness::Liveness(const LivenessLimits& limits, Nanos ping_interval, Nanos now)
    : limits_(limits),
      ping_interval_(ping_interval),
      look_at_(now + limits.look_interval),
      pong_(now),
      moved_(now),
      message_(now),
      owed_(now) {}

void Liveness::on_message(Nanos audio, Nanos now) {
  message_ = owed_ = now;
  message_audio_ = audio;
}

std::optional<DeadSign> Liveness::look(const Signs& signs, Nanos now) {
  wait_out(now - look_at_);
  look_at_ = now + limits_.look_interval;
  follow(signs, now);
  if (stuck_since_ && now - *stuck_since_ >= limits_.write_timeout) return DeadSign::TakesNothing;
  if (now - std::max({pong_ + ping_interval_, moved_, message_}) >= limits_.pong_timeout)
    return DeadSign::AnswersNoPing;
  bool much = signs.awaited || signs.audio - message_audio_ >= limits_.results_timeout;
  if (signs.owes_results && much && now - owed_ >= limits_.results_patience)
    return DeadSign::SaysNothing;
  return std::nullopt;
}

// This process did not run, or a handler of the application held up the thread: what came meanwhile
// is not read yet.
void Liveness::wait_out(Nanos late) {
  if (late < limits_.look_interval) return;
  pong_ += late;
  moved_ += late;
  message_ += late;
  owed_ += late;
  if (stuck_since_) *stuck_since_ += late;
}

// A ping waits behind the data, so its clock stands still while the data moves. So does that of an
// answer while there is too little audio for one, and no more comes.
void Liveness::follow(const Signs& signs, Nanos now) {
  bool waits = signs.wants_room || signs.traffic.waiting > 0;
  bool moves = signs.traffic.acknowledged > acknowledged_;
  acknowledged_ = signs.traffic.acknowledged;
  if (waits && moves) moved_ = now;
  bool little = signs.audio - message_audio_ < limits_.results_timeout;
  if (std::exchange(audio_, signs.audio) == signs.audio && little && !signs.awaited) owed_ = now;
  if (!waits || moves)
    stuck_since_.reset();
  else if (!stuck_since_)
    stuck_since_ = now;
}

}  // namespace dg
