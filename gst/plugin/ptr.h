// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>

#include <gst/gst.h>

#include "base/ptr.h"
#include "net/ptr.h"

namespace dg {

// clang-format off
template <> struct Unref<GstBuffer>    { void operator()(GstBuffer* p) const { gst_buffer_unref(p); } };
template <> struct Unref<GstCaps>      { void operator()(GstCaps* p) const { gst_caps_unref(p); } };
template <> struct Unref<GstClock>     { void operator()(GstClock* p) const { gst_object_unref(p); } };
template <> struct Unref<GstElement>   { void operator()(GstElement* p) const { gst_object_unref(p); } };
template <> struct Unref<GstEvent>     { void operator()(GstEvent* p) const { gst_event_unref(p); } };
template <> struct Unref<GstMessage>   { void operator()(GstMessage* p) const { gst_message_unref(p); } };
template <> struct Unref<GstObject>    { void operator()(GstObject* p) const { gst_object_unref(p); } };
template <> struct Unref<GstPad>       { void operator()(GstPad* p) const { gst_object_unref(p); } };
template <> struct Unref<GstQuery>     { void operator()(GstQuery* p) const { gst_query_unref(p); } };
template <> struct Unref<GstStructure> { void operator()(GstStructure* p) const { gst_structure_free(p); } };
template <> struct Unref<GstTagList>   { void operator()(GstTagList* p) const { gst_tag_list_unref(p); } };
// clang-format on

// Takes over a new object's floating reference.
template <class T>
Ptr<T> own(T* floating) {
  return Ptr<T>(floating ? static_cast<T*>(gst_object_ref_sink(floating)) : nullptr);
}

// Whether what comes to `pad` is live; nothing if nobody knows.
inline std::optional<bool> upstream_is_live(GstPad* pad) {
  Ptr<GstQuery> query(gst_query_new_latency());
  if (!gst_pad_peer_query(pad, query.get())) return std::nullopt;
  gboolean live = FALSE;
  gst_query_parse_latency(query.get(), &live, nullptr, nullptr);
  return live;
}

// A pad that is there as long as the element is.
inline Ptr<GstPad> pad_of(GstElement* element, const char* name) {
  return Ptr<GstPad>(gst_element_get_static_pad(element, name));
}

}  // namespace dg
