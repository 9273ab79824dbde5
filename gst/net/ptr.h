// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>

#include <gio/gio.h>

#include "base/ptr.h"

namespace dg {

// clang-format off
template <> struct Unref<GBytes>       { void operator()(GBytes* p) const { g_bytes_unref(p); } };
template <> struct Unref<GCancellable> { void operator()(GCancellable* p) const { g_object_unref(p); } };
template <> struct Unref<GDateTime>    { void operator()(GDateTime* p) const { g_date_time_unref(p); } };
template <> struct Unref<GError>       { void operator()(GError* p) const { g_error_free(p); } };
template <> struct Unref<GProxyResolver> { void operator()(GProxyResolver* p) const { g_object_unref(p); } };
template <> struct Unref<GSource>      { void operator()(GSource* p) const { g_source_destroy(p); g_source_unref(p); } };
template <> struct Unref<GTlsDatabase> { void operator()(GTlsDatabase* p) const { g_object_unref(p); } };
template <> struct Unref<char>         { void operator()(char* p) const { g_free(p); } };
template <> struct Unref<char*>        { void operator()(char** p) const { g_strfreev(p); } };
// clang-format on

// A reference to a GObject that can be copied.
template <class T>
std::shared_ptr<T> shared(T* object) {
  if (!object) return nullptr;
  return {static_cast<T*>(g_object_ref(object)), [](T* p) { g_object_unref(p); }};
}

}  // namespace dg
