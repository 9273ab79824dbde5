// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <optional>

#include "base/nanos.h"
#include "core/position.h"

namespace dg {

// What a mark carries through the session: the element's, which gets it back.
struct Parcel {
  virtual ~Parcel() = default;
};

// A place in the input that what comes out must keep to: text that belongs before it leaves before
// it. Events, ends and pauses are marks.
struct Mark {
  // What the service is asked when all before the mark is written.
  enum class Ask {
    Nothing,
    Finalize,  // make up your mind
    Close,     // the same, and end the connection: the format changes
    End,       // the same: the input is over
  };

  Ask ask = Ask::Nothing;
  std::unique_ptr<Parcel> parcel;  // nothing: a pause of ours
  bool new_time = false;           // timestamps behind it have nothing to do with those before
  bool awaited = false;            // somebody waits: it is let go of when no answer comes

  Position at = 0;
  std::optional<Nanos> end_pts;  // the time right before it
  Nanos accepted{};              // when it came, on the session's clock
  std::optional<Nanos> asked;    // when the service was asked

  bool ends_connection() const { return ask == Ask::Close || ask == Ask::End; }
};

}  // namespace dg
