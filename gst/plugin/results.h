// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "core/connectionstate.h"
#include "core/fault.h"
#include "core/message.h"
#include "plugin/fields.h"

namespace dg {

// Where a time of a word or of a search's hit lies in running time. For the service's own results
// these times are positions in the connection's audio.
using RunningTime = std::function<GstClockTime(Nanos)>;

// When a result was said, in the times that `level` gives too.
struct Stamp {
  GstClockTime timestamp = GST_CLOCK_TIME_NONE;
  GstClockTime stream_time = GST_CLOCK_TIME_NONE;
  GstClockTime running_time = GST_CLOCK_TIME_NONE;
  GstClockTime duration = GST_CLOCK_TIME_NONE;
};

// When an event of speech was.
struct Moment {
  GstClockTime timestamp = GST_CLOCK_TIME_NONE;
  GstClockTime running_time = GST_CLOCK_TIME_NONE;
  GstClockTime stream_time = GST_CLOCK_TIME_NONE;
};

// A change of the connection's state.
struct ConnectionChange {
  struct Trouble {
    Loss loss;
    FaultClass kind = FaultClass::Transient;
    std::optional<Nanos> retry_in;
  };

  ConnectionState state = ConnectionState::Connecting;
  unsigned connection = 0;  // counts the connections, from 1
  unsigned attempt = 0;     // counts the dials since the last useful connection, from 1
  std::string request_id;
  std::optional<Trouble> trouble;
  bool hands_over = false;  // closes for a connection with another query
};

// Audio that was not transcribed, by running time.
struct DroppedAudio {
  GstClockTime from = GST_CLOCK_TIME_NONE, to = GST_CLOCK_TIME_NONE;
  std::string reason;
};

// A message of the service as it came.
struct RawMessage {
  std::string json;
  GstClockTime arrival_time = GST_CLOCK_TIME_NONE;
  std::string language_code;
};

// Puts the `words` field of messages and of the words' meta: an array of structures `word`.
void put_words(Fields& fields, std::span<const Word> words, const RunningTime& running_time);

// The structures of the element messages. A time that is not known is GST_CLOCK_TIME_NONE.
namespace bus {

Ptr<GstStructure> results(const Results& results, const Stamp& stamp, unsigned connection,
                          const RunningTime& running_time);
Ptr<GstStructure> speech_started(const SpeechStarted& started, const Moment& moment);
Ptr<GstStructure> utterance_end(const UtteranceEnd& end, const Moment& moment);
Ptr<GstStructure> metadata(const Metadata& metadata);
Ptr<GstStructure> connection(const ConnectionChange& change);
Ptr<GstStructure> audio_dropped(const DroppedAudio& dropped);
Ptr<GstStructure> raw(const RawMessage& message);

}  // namespace bus
}  // namespace dg
