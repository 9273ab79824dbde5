// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

#include "server/ptr.h"

namespace dg::server {

// A connection to the server on which a test says what it likes, byte by byte. Every wait fails the
// test after eight seconds.
class Wire {
 public:
  explicit Wire(const std::string& url);

  void say(std::string_view bytes);
  // Nothing more will be said.
  void fall_silent();
  // What comes up to a blank line, and with it; all that came if there is none.
  std::string head();
  // What comes until the server ends the connection.
  std::string rest();
  // For frames, once the heads are through.
  Ptr<GIOStream> take_stream();

 private:
  // Whether there was one more byte.
  bool read(char& byte);

  Ptr<GSocketConnection> connection_;
};

}  // namespace dg::server
