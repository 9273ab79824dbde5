// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/audioformat.h"
#include "net/dialgate.h"
#include "net/websocket.h"

namespace dg::testing {

using namespace std::chrono_literals;

// Audio that a service in virtual time understands: word k begins at sample k*500+100 and has 200
// samples, each of which says which word it is of and where in it. At 1000 samples a second that is
// two words a second. It comes as it is, or in testing::kPackets; on several channels, the same on
// each.
inline constexpr AudioFormat kVirtualFormat{Encoding::Linear16, 1000, 1};
inline constexpr std::int64_t kWordEvery = 500, kWordFrom = 100, kWordSamples = 200;
inline constexpr int kWords = 300;  // then the numbers start again

std::vector<std::byte> virtual_audio(std::int64_t from, std::int64_t samples);

// Time that passes when somebody asks it to. Things happen in the order of their time.
class VirtualTime {
 public:
  Nanos now() const { return now_; }
  void at(Nanos when, std::function<void()> what) { events_.emplace(when, std::move(what)); }
  void after(Nanos delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }
  // The next thing happens; false if there is none.
  bool step();

 private:
  Nanos now_ = 1000s;
  std::multimap<Nanos, std::function<void()>> events_;
};

// How a connection goes wrong.
struct VirtualFault {
  enum class Kind {
    None,
    Refuse,       // with `status`
    NeverAnswer,  // the dial
    AnswerLate,   // after `pause`
    Drop,         // after `after` samples, without a word
    Close,        // after `after` samples, with `code`
    StopReading,  // after `after` samples, for `pause`
    Freeze,       // after `after` samples: takes nothing, says nothing, answers no ping
    Vanish,       // after `after` samples: what is written is acknowledged, no ping is answered
    Mute,         // after `after` samples: answers pings and nothing else
    ForgetClose,  // CloseStream is answered by a drop
    NoMetadata,   // CloseStream is answered by the rest and a close of 1000 only
    Garbage,      // after `after` samples, and goes on
  };
  Kind kind = Kind::None;
  int status = 503, code = 1011;
  std::int64_t after = 0;
  Nanos pause{};
};

// A service for sockets in virtual time: hears words in the audio, tells interims, and finals
// between words, answers Finalize and CloseStream.
class VirtualService {
 public:
  VirtualService(VirtualTime& time, std::uint64_t seed) : gate(seed), time_(time), random_(seed) {}

  std::unique_ptr<WebSocket> make_socket(const SocketLimits& limits);

  std::function<VirtualFault(int connection)> fault = [](int) { return VirtualFault{}; };
  std::function<Nanos()> delay = [] { return Nanos(100ms); };  // of each result
  std::int64_t interim_every = 1;                              // seconds of audio
  std::int64_t shortest_final = 500, longest_final = 4000;     // samples; the first is its own
  bool stutters = false;                                       // says each final twice
  double speed = 0;       // times real time that it hears; 0 = as fast as it can
  Nanos repeats_every{};  // says its last message again so often; 0 = never
  bool answers = true;
  bool speaks_of_words_only = false;  // has no results without words, but for Finalize and the end
  bool ends_utterances = true;        // with each final
  DialGate gate;
  std::optional<Nanos> retry_after;  // of a refusal
  SocketLimits socket_limits;        // of the socket that was made last
  std::string greeting;              // said before any audio is heard, if not empty

  // What the service saw, over all connections.
  struct Seen {
    int connections = 0;
    std::int64_t samples = 0;
    int finalizes = 0, keepalives = 0, closes = 0, empty_frames = 0;
    int broken_packets = 0;             // frames that are not one whole packet, or lack the header
    std::vector<std::string> urls;      // that were dialed
    std::vector<std::string> controls;  // Finalize and Configure, as they came
    bool numerals = false;              // in force when the last audio was heard
  };
  const Seen& seen() const { return seen_; }

 private:
  class Socket;
  friend class Socket;

  VirtualTime& time_;
  std::mt19937_64 random_;
  Seen seen_;
};

}  // namespace dg::testing
