// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

namespace dg::caption {

// What a service says, for a terminal: control characters become blanks.
std::string printable(const std::string& text);

// A line at the bottom of the terminal that is written anew: how far it is, and what may still
// change. Where the standard error is no terminal there is none.
class Terminal {
 public:
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // How much is done of `length` seconds; 0: nobody knows.
  void progress(double position, double length);
  void interim(const std::string& text);
  // Before something else is written.
  void clear();

 private:
  void draw();

  const bool is_one_;
  std::string bar_, interim_, drawn_;
};

}  // namespace dg::caption
