// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>
#include <json-glib/json-glib.h>

#include "base/ptr.h"

namespace dg {

// clang-format off
template <> struct Unref<char>           { void operator()(char* p) const { g_free(p); } };
template <> struct Unref<GError>         { void operator()(GError* p) const { g_error_free(p); } };
template <> struct Unref<GMainLoop>      { void operator()(GMainLoop* p) const { g_main_loop_unref(p); } };
template <> struct Unref<GOptionContext> { void operator()(GOptionContext* p) const { g_option_context_free(p); } };
template <> struct Unref<GstBus>         { void operator()(GstBus* p) const { gst_object_unref(p); } };
template <> struct Unref<GstElement>     { void operator()(GstElement* p) const { gst_object_unref(p); } };
template <> struct Unref<GstObject>      { void operator()(GstObject* p) const { gst_object_unref(p); } };
template <> struct Unref<JsonNode>       { void operator()(JsonNode* p) const { json_node_unref(p); } };
// clang-format on

}  // namespace dg
