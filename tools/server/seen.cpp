// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/seen.h"

namespace dg::server {

const char* ending_name(Ending ending) {
  switch (ending) {
    case Ending::Open:
      return "open";
    case Ending::Refused:
      return "refused";
    case Ending::Granted:
      return "granted a token";
    case Ending::Unanswered:
      return "left unanswered";
    case Ending::CloseStream:
      return "CloseStream";
    case Ending::EmptyFrame:
      return "closed by an empty frame";
    case Ending::Idle:
      return "idle";
    case Ending::Fault:
      return "ended by a fault";
    case Ending::ClosedByClient:
      return "closed by the client";
    case Ending::Lost:
      return "lost";
    case Ending::Stopped:
      return "stopped";
  }
  return "";
}

}  // namespace dg::server
