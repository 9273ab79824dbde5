// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

namespace dg {

// Where a session stands with its connection, as its user is told.
enum class ConnectionState {
  Connecting,    // the first dial is under way
  Connected,     // the upgrade was accepted
  Reconnecting,  // a dial after a loss is under way
  BackingOff,    // waiting before the next dial
  Draining,      // CloseStream was sent: the rest is awaited
  Idle,          // closed for want of audio, or none came yet: the next audio dials
  Closed,        // done, as asked
  Failed,        // done, for a reason that another dial does not mend
};

constexpr const char* connection_state_name(ConnectionState state) {
  switch (state) {
    case ConnectionState::Connecting:
      return "connecting";
    case ConnectionState::Connected:
      return "connected";
    case ConnectionState::Reconnecting:
      return "reconnecting";
    case ConnectionState::BackingOff:
      return "backing-off";
    case ConnectionState::Draining:
      return "draining";
    case ConnectionState::Idle:
      return "idle";
    case ConnectionState::Closed:
      return "closed";
    case ConnectionState::Failed:
      return "failed";
  }
  return "";
}

}  // namespace dg
