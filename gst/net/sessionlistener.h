// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/backlog.h"
#include "core/connectionstate.h"
#include "core/endpoint.h"
#include "core/fault.h"
#include "core/latencymeter.h"
#include "core/mark.h"
#include "core/message.h"
#include "core/query.h"
#include "core/transcript.h"

namespace dg {

// A change of the connection's state.
struct ConnectionEvent {
  ConnectionState state = ConnectionState::Idle;
  unsigned connection = 0;  // its number, from 1
  unsigned attempt = 0;     // dials since the last useful connection, from 1
  std::string request_id;
  std::string language;            // that is asked for; empty = the model's own
  bool hands_over = false;         // closes for a connection with another query
  std::optional<Loss> loss;        // when something went wrong
  std::optional<FaultClass> kind;  // and of which class it is
  Nanos retry_in{};
};

// How the last drain ended: what CloseStream asked for.
enum class Drain { None, Complete, TimedOut, Failed };

// What a session did, since it began.
struct SessionStats {
  ConnectionState state = ConnectionState::Idle;
  AudioLedger audio;
  int rate = 0;  // of the audio, to turn samples into time
  Nanos backlog{};
  unsigned connections = 0, reconnects = 0;
  std::array<unsigned, 6> reconnects_after{};  // a loss of this class: by FaultClass
  std::uint64_t bytes_out = 0, bytes_in = 0, messages = 0, malformed = 0, unknown = 0;
  std::uint64_t metadata = 0, speech_started = 0, utterance_ends = 0, service_errors = 0;
  std::uint64_t keepalives = 0, finalizes = 0;
  std::uint64_t interims = 0, finals = 0, empty_finals = 0, words = 0, duplicate_words = 0;
  std::uint64_t promoted_words = 0;  // of interims that stand for a final that never came
  LatencyMeter::Report latency;  // of interims: what was written after the end of what they heard
  Drain drain = Drain::None;
  std::string request_id;
  std::optional<std::pair<Loss, FaultClass>> last_error;
};

// What a session tells its element. All calls are on the network thread, in order.
class SessionListener {
 public:
  // Where to dial, and as whom; asked at each dial.
  virtual Target target() = 0;
  // What is wanted of a connection; asked when it was told of a change. Nothing: all is over.
  virtual std::optional<Query> query() = 0;
  // Whether somebody may wait for text now: there is an output, and the pipeline plays or prerolls.
  virtual bool awaits_text() = 0;

  // What was understood; a final is told once, an interim replaces the one before.
  virtual void on_revision(const Revision& revision) = 0;
  // No new word will begin before `time`.
  virtual void on_settled(Nanos time) = 0;
  // Somebody waits for text up to `time`: nothing goes on with what was said before it.
  virtual void on_awaited(Nanos time) = 0;
  // All before a mark is settled, and told.
  virtual void on_mark(std::unique_ptr<Parcel> parcel) = 0;
  // A flush: all that was told and not shown is void. These marks were not reached before it.
  virtual void on_flush(std::vector<std::unique_ptr<Parcel>> parcels) = 0;

  // A result, with timestamps for its times and without words that were told before. `past`: they
  // are of the time before the newest mark with a new one.
  virtual void on_results(const Results& placed, unsigned connection, bool past) = 0;
  // An interim stands for the final that never came.
  virtual void on_promoted(const Revision& left, unsigned connection) = 0;
  virtual void on_metadata(const Metadata& metadata) = 0;
  // No time: nothing was sent.
  virtual void on_speech_started(const SpeechStarted& started, std::optional<Nanos> time) = 0;
  virtual void on_utterance_end(const UtteranceEnd& ended, std::optional<Nanos> time) = 0;
  // A message as it came; `unknown` if it is of a kind that we do not know, else null.
  virtual void on_raw(std::string_view json, const Unknown* unknown) = 0;
  // A text frame that is no message.
  virtual void on_malformed(const Error& error, std::string_view text) = 0;
  virtual void on_service_error(const ServiceError& error) = 0;
  virtual void on_connection(const ConnectionEvent& event) = 0;
  // Audio that will never be sent, from and to its timestamps.
  virtual void on_dropped(Nanos from, Nanos to, const char* reason) = 0;
  // Something went wrong that another dial may mend, or that is no end.
  virtual void on_warning(const Loss& loss) = 0;
  // A change of the query makes no request, or one that is refused: what held before holds.
  virtual void on_change_refused(const Loss& loss) = 0;
  // Upstream stopped, since what it is linked to waits for text: told once. What is asked for then
  // cuts the word that the audio ends in.
  virtual void on_stall() = 0;
  virtual void on_failed(const Loss& loss) = 0;
  virtual void on_stats(const SessionStats& stats) = 0;

 protected:
  ~SessionListener() = default;
};

}  // namespace dg
