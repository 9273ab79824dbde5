// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

namespace dg {

// A variable of the environment, as long as it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { g_setenv(name, value, TRUE); }
  ~Variable() { g_unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* const name_;
};

}  // namespace dg
