// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

namespace dg {

// What goes wrong with a connection, each such that the next one makes it good.
enum class Mishap {
  Reset,           // in the middle of anything
  End,             // the same, without a reset
  Torn,            // in the middle of a frame
  Close,           // with any code that is worth a retry
  BadAudio,        // 1008, 1009, DATA-0000: worth one after results
  Garbage,         // no WebSocket frame
  Malformed,       // a message that is cut off, and then a reset
  StallReading,    // for a while, and then a reset
  StallResults,    // for a while, and what was withheld is lost in a reset
  DelayResults,    // late ones, of which some are lost in a reset
  SlowHandshake,   // and then a reset
  NoAnswer,        // to the handshake
  ResetHandshake,  // instead of an answer
  Refuse,          // with any status that is worth a retry
  CloseAtOpen,     // before any audio
  Withheld,        // NET-0001, since no audio came, and no KeepAlive
  // These take seconds each.
  Deaf,  // nothing is read any more
  Mute,  // everything is read, and nothing said any more
  Full,  // there is no room for a stream
};
const char* name_of(Mishap mishap);

// For each connection what goes wrong with it, in a way that it comes to its end all the same.
class Chaos {
 public:
  // Of so many connections, so many of them slow; the same numbers make the same plan.
  Chaos(unsigned seed, int connections, int slow);

  // What a server has to play.
  const std::string& scenario() const { return scenario_; }
  int connections() const { return static_cast<int>(mishaps_.size()); }
  // Of the n-th connection, from 1.
  Mishap mishap(int connection) const {
    return mishaps_.at(static_cast<std::size_t>(connection - 1));
  }
  std::map<Mishap, int> tally() const;

 private:
  Mishap pick();
  Mishap pick_slow();
  void plan(int connection, Mishap mishap, bool early);
  std::string close();
  std::string bad_audio();
  std::string refusal();
  void step(int connection, const std::string& when, const std::string& action);
  int between(int least, int most) { return std::uniform_int_distribution(least, most)(random_); }

  std::mt19937 random_;
  std::vector<Mishap> mishaps_;
  std::string scenario_;
};

}  // namespace dg
