// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include "base/ptr.h"

namespace dg {

template <>
struct Unref<GSubprocess> {
  void operator()(GSubprocess* p) const { g_object_unref(p); }
};
template <>
struct Unref<GSubprocessLauncher> {
  void operator()(GSubprocessLauncher* p) const { g_object_unref(p); }
};

}  // namespace dg
