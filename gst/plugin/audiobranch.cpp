// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/audiobranch.h"

namespace dg {
namespace {

// For all the ways there are: what is linked now would speak for one of them alone.
GstPadProbeReturn answer(GstPad*, GstPadProbeInfo* info, gpointer) {
  GstQuery* query = GST_PAD_PROBE_INFO_QUERY(info);
  Ptr<GstCaps> taken(gst_caps_from_string(kBranchCaps));
  GstCaps* other = nullptr;
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_CAPS: {
      gst_query_parse_caps(query, &other);
      if (other) taken.reset(gst_caps_intersect_full(other, taken.get(), GST_CAPS_INTERSECT_FIRST));
      gst_query_set_caps_result(query, taken.get());
      return GST_PAD_PROBE_HANDLED;
    }
    case GST_QUERY_ACCEPT_CAPS:
      gst_query_parse_accept_caps(query, &other);
      gst_query_set_accept_caps_result(query, gst_caps_is_subset(other, taken.get()));
      return GST_PAD_PROBE_HANDLED;
    default:
      return GST_PAD_PROBE_OK;
  }
}

}  // namespace

AudioBranch::AudioBranch(GstElement* queue, GstElement* convert, GstElement* resample,
                         GstElement* transcriber)
    : source_(pad_of(queue, "src")),
      convert_sink_(pad_of(convert, "sink")),
      convert_source_(pad_of(resample, "src")),
      sink_(pad_of(transcriber, "sink")) {
  Ptr<GstCaps> half(gst_caps_from_string("audio/x-raw, format = (string) S16LE"));
  gst_element_link_filtered(convert, resample, half.get());
  gst_pad_link(convert_source_.get(), sink_.get());
  gst_pad_link(source_.get(), convert_sink_.get());
  Ptr<GstPad> entrance = pad_of(queue, "sink");
  gst_pad_add_probe(entrance.get(), GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, answer, nullptr, nullptr);
  gst_pad_add_probe(
      source_.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      [](GstPad*, GstPadProbeInfo* info, gpointer self) {
        GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
        GstCaps* caps = nullptr;
        if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
        gst_event_parse_caps(event, &caps);
        static_cast<AudioBranch*>(self)->lead(caps);
        return GST_PAD_PROBE_OK;
      },
      this, nullptr);
}

void AudioBranch::lead(GstCaps* caps) {
  bool raw = gst_structure_has_name(gst_caps_get_structure(caps, 0), "audio/x-raw");
  Ptr<GstPad> now(gst_pad_get_peer(source_.get()));
  if (now == (raw ? convert_sink_ : sink_)) return;
  if (now) gst_pad_unlink(source_.get(), now.get());
  if (raw) {
    gst_pad_link(convert_source_.get(), sink_.get());
    join(convert_sink_.get());
  } else {
    gst_pad_unlink(convert_source_.get(), sink_.get());
    join(sink_.get());
  }
}

// The caps are on their way: only what goes before them is missing there.
void AudioBranch::join(GstPad* to) {
  gst_pad_link_full(source_.get(), to, GST_PAD_LINK_CHECK_NOTHING);
  if (GstEvent* start = gst_pad_get_sticky_event(source_.get(), GST_EVENT_STREAM_START, 0))
    gst_pad_send_event(to, start);
}

}  // namespace dg
