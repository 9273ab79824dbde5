// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

namespace dg {

// As long as it lives, every name leads to this error, without a look at the network.
class StubResolver {
 public:
  explicit StubResolver(GResolverError error);
  ~StubResolver();
  StubResolver(const StubResolver&) = delete;
  StubResolver& operator=(const StubResolver&) = delete;

 private:
  GResolver* before_;
};

}  // namespace dg
