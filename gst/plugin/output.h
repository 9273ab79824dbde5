// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <vector>

#include "core/transcript.h"
#include "plugin/ptr.h"

namespace dg {

// Where a transcriber's text goes. Called on the network thread.
class Output {
 public:
  virtual void put(const Revision& revision) = 0;
  virtual void put_settled(Nanos time) = 0;
  // Somebody waits for text up to `time`: nothing goes on with what was said before it.
  virtual void put_awaited(Nanos time) = 0;
  // What is said from here on is in this language, as far as it is known.
  virtual void put_language(const std::string& language) = 0;
  // An event of the input, behind all text that belongs before it.
  virtual void put_event(Ptr<GstEvent> event) = 0;
  // All that was put and not shown is void; the events were not reached before the flush.
  virtual void put_flush(std::vector<Ptr<GstEvent>> events) = 0;

 protected:
  ~Output() = default;
};

}  // namespace dg
