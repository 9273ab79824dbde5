// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/message.h"
#include "server/track.h"

namespace dg::server {

// What a scenario or a fault makes the server do to one client, out of turn.

struct SendText {  // a frame; "$request_id" in it stands for the connection's
  std::string text;
};
struct SendBytes {  // straight onto the stream: need be no frame
  std::string bytes;
};
struct SendResults {
  Results results;
};
struct CloseWith {
  int code = 1000;
  std::string reason;
};
struct Drop {};  // reset, without a close frame; a handshake as well
struct End {};   // nothing more is sent: the stream ends without a close frame
struct Refuse {
  int status = 500;
  std::optional<int> retry_after;  // s
  std::string message;             // empty: what the service says with this status
};
struct Hang {};  // the handshake gets no answer
struct DelayHandshake {
  Nanos time{};
};
enum class Stalled { Reading, Results };
struct Stall {
  Stalled what = Stalled::Reading;
  std::optional<Nanos> time;  // nothing: for good
};
struct DelayResults {
  Nanos time{};
};
enum class Omitted { Metadata, FinalizeReply };
struct Omit {
  Omitted what = Omitted::Metadata;
};
struct SetUtteranceEnds {
  UtteranceEnds kind = UtteranceEnds::Normal;
};
struct SetSpeechStarts {
  SpeechStarts kind = SpeechStarts::Normal;
};

using Action =
    std::variant<SendText, SendBytes, SendResults, CloseWith, Drop, End, Refuse, Hang,
                 DelayHandshake, Stall, DelayResults, Omit, SetUtteranceEnds, SetSpeechStarts>;

// The handshake comes before there is a connection; Audio is its first.
enum class Event { Handshake, Open, Audio, KeepAlive, Finalize, Configure, Close };

// An action, and when: once so much audio has come, or each time that something happens.
struct Step {
  std::variant<Nanos, Event> when;
  Action action;
  int connection = 0;  // counted from 1; 0 = each
};
using Steps = std::vector<Step>;

}  // namespace dg::server
