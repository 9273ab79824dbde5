// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <variant>

#include "core/position.h"

namespace dg {

// What an application has the service told, behind the audio that was accepted before it. No text
// waits for that, unlike for a Mark.
struct Control {
  // What was said so far is to be final, of one channel or of all.
  struct Finalize {
    std::optional<int> channel;
    bool operator==(const Finalize&) const = default;
  };
  struct Configure {
    bool numerals = false;
    bool operator==(const Configure&) const = default;
  };
  std::variant<Finalize, Configure> what;

  Position at = 0;
  bool written = false;  // on this connection
};

// The controls that are not done with, in order. Used on the network thread only.
class Controls {
 public:
  // Up to where all is final on a channel, or on all.
  using Decided = std::function<Position(std::optional<int> channel)>;

  // One that is there already is not added again.
  void add(const Control& control);
  // The first that is not written, or null.
  const Control* next() const;
  // It is written now, where audio has reached that position.
  void note_written(Position reached);
  // Forgets what is written and done with.
  void settle(const Decided& decided);
  // A new connection begins. Its query has all that was configured; what was to be final must be
  // asked for again.
  void restart();
  // What was said before is not wanted any more.
  void flush();

 private:
  std::deque<Control> controls_;
};

}  // namespace dg
