// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/nanos.h"
#include "core/mark.h"

namespace dg {

inline constexpr Nanos kNever = Nanos::max();

// What a session knows when it decides what to do next.
struct Situation {
  enum class Phase {
    Idle,     // no connection, and none wanted
    Dialing,  // on the way
    Open,     // audio goes out
    Closing,  // CloseStream is written
    Waiting,  // lost; the next dial is at dial_at
    Over,     // failed for good
  };

  Phase phase = Phase::Idle;
  Nanos now{};
  bool input = false;      // there is input that may be taken
  bool audio = false;      // there is audio to write before anything is asked
  bool chunk = false;      // and enough of it for a frame, or no more comes before the question
  bool writable = false;   // the socket takes it
  bool undecided = false;  // something was written that the service may still revise
  bool awaited = false;    // the pipeline goes on, and may wait for text of ours
  bool control = false;    // the application has something to tell the service, before it is asked
  Mark::Ask ask = Mark::Ask::Nothing;  // the next question, once all audio before it is written

  Nanos chunk_at = kNever;  // less than a frame is written anyway
  Nanos pace_at = kNever;   // no audio may be written before
  Nanos keepalive_at = kNever;
  Nanos pause_at = kNever;      // the input has paused
  Nanos stall_at = kNever;      // it has stopped where it is not live, and the text lags behind it
  Nanos idle_at = kNever;       // and for so long that the connection is given up
  Nanos look_at = kNever;       // whether the connection lives
  Nanos hand_over_at = kNever;  // to one with another query
  Nanos dial_at{};              // no dial before
  Nanos connect_deadline = kNever;
  Nanos drain_deadline = kNever;
  Nanos give_up_at = kNever;
  Nanos overdue_at = kNever;  // the first mark that waits no longer
};

struct Step {
  enum class Kind {
    Wait,  // until `until`, or for something to happen
    Take,  // an input
    Dial,
    GiveUpDial,  // this one takes too long
    Rest,        // nothing is left to connect for
    WriteAudio,
    TellControl,
    AskFinalize,
    AskClose,
    Retire,    // the same, since there was no audio for long
    Look,      // whether the connection lives
    HandOver,  // close it for one with another query
    KeepAlive,
    NotePause,
    NoteStall,  // upstream waits for our text
    LetGo,      // of the marks that are overdue
    Finish,     // the service does not answer CloseStream
    Fail,       // no connection for too long
  };

  Kind kind = Kind::Wait;
  Nanos until = kNever;
};

// Decides; does nothing.
Step next_step(const Situation& situation);

}  // namespace dg
