// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/step.h"

#include <algorithm>

namespace dg {
namespace {

using Kind = Step::Kind;

Step wait(std::initializer_list<Nanos> deadlines) {
  return {Kind::Wait, std::min(deadlines)};
}

Step next_idle(const Situation& now) {
  if (now.audio && now.dial_at <= now.now) return {Kind::Dial};
  return wait({now.audio ? now.dial_at : kNever, now.overdue_at});
}

Step next_dialing(const Situation& now) {
  if (now.connect_deadline <= now.now) return {Kind::GiveUpDial};
  if (now.give_up_at <= now.now) return {Kind::Fail};
  return wait({now.connect_deadline, now.give_up_at, now.overdue_at});
}

Step next_waiting(const Situation& now) {
  if (!now.audio) return {Kind::Rest};
  if (now.give_up_at <= now.now) return {Kind::Fail};
  if (now.dial_at <= now.now) return {Kind::Dial};
  return wait({now.dial_at, now.give_up_at, now.overdue_at});
}

Step next_open(const Situation& now) {
  if (now.look_at <= now.now) return {Kind::Look};
  if (now.hand_over_at <= now.now) return {Kind::HandOver};
  Nanos ready_at = now.chunk ? now.now : now.chunk_at;
  Nanos write_at = now.audio ? std::max(ready_at, now.pace_at) : kNever;
  if (write_at <= now.now && now.writable) return {Kind::WriteAudio};
  if (!now.audio && now.control) return {Kind::TellControl};
  if (!now.audio && now.ask != Mark::Ask::Nothing)
    return {now.ask == Mark::Ask::Finalize ? Kind::AskFinalize : Kind::AskClose};
  if (now.keepalive_at <= now.now) return {Kind::KeepAlive};
  if (!now.audio && now.pause_at <= now.now) return {Kind::NotePause};
  if (!now.audio && now.awaited && now.stall_at <= now.now) return {Kind::NoteStall};
  if (!now.audio && now.idle_at <= now.now) return {Kind::Retire};
  if (write_at <= now.now) write_at = kNever;  // the socket says when it takes data again
  // Whether a pipeline goes on that did not when it was due: the next look shows it.
  Nanos stall_at = now.stall_at > now.now ? now.stall_at : kNever;
  Nanos without_audio = now.audio ? kNever : std::min({now.pause_at, stall_at, now.idle_at});
  return wait(
      {write_at, now.keepalive_at, without_audio, now.look_at, now.hand_over_at, now.overdue_at});
}

Step next_closing(const Situation& now) {
  if (now.look_at <= now.now) return {Kind::Look};
  if (now.drain_deadline <= now.now) return {Kind::Finish};
  return wait({now.drain_deadline, now.look_at, now.overdue_at});
}

}  // namespace

Step next_step(const Situation& situation) {
  if (situation.overdue_at <= situation.now) return {Kind::LetGo};
  if (situation.input) return {Kind::Take};
  switch (situation.phase) {
    case Situation::Phase::Idle:
      return next_idle(situation);
    case Situation::Phase::Dialing:
      return next_dialing(situation);
    case Situation::Phase::Open:
      return next_open(situation);
    case Situation::Phase::Closing:
      return next_closing(situation);
    case Situation::Phase::Waiting:
      return next_waiting(situation);
    case Situation::Phase::Over:
      return wait({situation.overdue_at});
  }
  return {};
}

}  // namespace dg
