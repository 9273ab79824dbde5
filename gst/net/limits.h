// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/nanos.h"
#include "core/intake.h"

namespace dg {

enum class Overflow { Auto, Block, DropOldest, SkipToLive };

// Every time and bound that a session keeps. What has a property has its default here.
struct Limits {
  Nanos connect_timeout = std::chrono::seconds(10);
  Nanos keepalive_interval = std::chrono::seconds(4);
  Nanos chunk_duration = std::chrono::milliseconds(50);
  double max_rate = 1.25;  // times real time; 0 = no limit
  Nanos burst = std::chrono::seconds(1);
  Nanos reconnect_timeout = std::chrono::seconds(60);  // 0 = for ever
  Nanos drain_timeout = std::chrono::seconds(10);
  Nanos max_backlog = std::chrono::seconds(30);
  Overflow overflow = Overflow::Auto;
  HolePolicy holes;
  Nanos latency = std::chrono::seconds(2);  // to begin with

  Nanos useful_after = std::chrono::seconds(5);    // a connection that lived so long was worth it
  Nanos answer_timeout = std::chrono::seconds(2);  // a Finalize that moved nothing is not answered
  Nanos close_timeout = std::chrono::seconds(1);   // from Metadata to the close
  Nanos pause_live = std::chrono::seconds(1);      // an input that stops for so long has paused
  Nanos pause_file = std::chrono::seconds(2);      // or waits for our text
  int early_closes = 5;  // in a row with 1000 and without the rest: then there is no rest
  Nanos drain_patience = std::chrono::seconds(60);  // for a connection, at the end, if for ever
};

// What may change while a session runs.
struct Conditions {
  bool live = false;  // upstream is, as far as it is known
  Nanos latency = Limits().latency;
};

}  // namespace dg
