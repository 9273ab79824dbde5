// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * SECTION:element-deepgramsink
 *
 * Streams audio to Deepgram's live API, or to any server that speaks its protocol, and tells what
 * was said in messages on the bus. The end of the stream comes when the last words were told. The
 * key comes from the environment, DEEPGRAM_API_KEY.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 -m filesrc location=speech.wav ! decodebin ! audioconvert ! audioresample !
 *   deepgramsink
 * ]| The messages of a recording.
 * |[
 * gst-launch-1.0 -m autoaudiosrc ! audioconvert ! audioresample ! deepgramsink diarize=true
 * ]| The messages of what is said into a microphone, and by whom.
 */
#include "plugin/sink.h"

#include <gst/base/gstbasesink.h>

#include "plugin/controls.h"
#include "plugin/transcriber.h"

G_DECLARE_FINAL_TYPE(GstDeepgramLiveSink, gst_deepgram_live_sink, GST, DEEPGRAM_LIVE_SINK,
                     GstBaseSink)

struct _GstDeepgramLiveSink {
  GstBaseSink parent;
  dg::Transcriber* impl;
};

G_DEFINE_FINAL_TYPE(GstDeepgramLiveSink, gst_deepgram_live_sink, GST_TYPE_BASE_SINK)
GST_ELEMENT_REGISTER_DEFINE(deepgramsink, "deepgramsink", GST_RANK_NONE,
                            gst_deepgram_live_sink_get_type())

namespace {

GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(dg::Transcriber::kCaps));

dg::Transcriber& impl(gpointer self) {
  return *GST_DEEPGRAM_LIVE_SINK(self)->impl;
}

// The base class has no public name for it.
constexpr GstFlowReturn kStepped = GST_FLOW_CUSTOM_ERROR;

// Waits for the network as long as the pipeline plays, and goes on when it plays again: to pause,
// flush or stop, it needs the lock that we hold. OK: `wait` is over.
template <class Wait>
GstFlowReturn wait_while_playing(GstBaseSink* self, gpointer what, Wait wait) {
  for (;;) {
    GstFlowReturn flow = gst_base_sink_do_preroll(self, GST_MINI_OBJECT_CAST(what));
    if (flow != GST_FLOW_OK || wait()) return flow;
    flow = gst_base_sink_wait_preroll(self);
    if (flow != GST_FLOW_OK && flow != kStepped) return flow;
  }
}

// Nobody waits for the network behind this until the pipeline plays. When it pauses, the base class
// may take whoever was told to play just now for one that waits for it, and let it go on; and so
// does a step in a pause: where nothing would wake it.
void hold_in_pause(GstBaseSink* self) {
  impl(self).hurry(true);
  GST_BASE_SINK_PREROLL_LOCK(self);
  impl(self).hurry(false);
  self->need_preroll = TRUE;
  GST_BASE_SINK_PREROLL_UNLOCK(self);
}

GstFlowReturn render(GstBaseSink* self, GstBuffer* buffer) noexcept {
  GstFlowReturn flow = wait_while_playing(self, buffer, [self] { return impl(self).await_room(); });
  if (flow != GST_FLOW_OK) return flow;
  return impl(self).take(dg::Ptr<GstBuffer>(gst_buffer_ref(buffer)), GST_FLOW_OK);
}

// Has it taken when the pipeline plays, as audio is.
bool take_in_time(GstBaseSink* self, GstEvent* event) {
  return gst_base_sink_do_preroll(self, GST_MINI_OBJECT_CAST(event)) == GST_FLOW_OK &&
         impl(self).take_event(dg::Ptr<GstEvent>(gst_event_ref(event)));
}

// Waits until all before the end was told. False: the pipeline flushes or stops, and this is no
// end.
bool tell_the_rest(GstBaseSink* self, GstEvent* end) {
  auto is_told = [self, end] { return impl(self).await_end(end); };
  return wait_while_playing(self, end, is_told) == GST_FLOW_OK;
}

// What an event means to the words. False: the base class does not get it.
bool heed(GstBaseSink* self, GstEvent* event) {
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_FLUSH_STOP:
      impl(self).flush();
      return true;
    case GST_EVENT_GAP:
      return take_in_time(self, event);
    case GST_EVENT_EOS:
      return take_in_time(self, event) && tell_the_rest(self, event);
    case GST_EVENT_SEGMENT:
      impl(self).ask_upstream();
      break;
    default:
      break;
  }
  bool is_serialized = gst_event_type_get_flags(GST_EVENT_TYPE(event)) & GST_EVENT_TYPE_SERIALIZED;
  return !is_serialized || impl(self).take_event(dg::Ptr<GstEvent>(gst_event_ref(event)));
}

void install_properties(GObjectClass* klass) {
  klass->set_property = [](GObject* self, guint, const GValue* value, GParamSpec* spec) noexcept {
    impl(self).set_property(spec, value);
  };
  klass->get_property = [](GObject* self, guint, GValue* value, GParamSpec* spec) noexcept {
    impl(self).get_property(spec, value);
  };
  dg::Transcriber::install_properties(klass, dg::Has::NoTextPad);
}

void install_sink(GstBaseSinkClass* klass) {
  klass->render = render;
  klass->event = [](GstBaseSink* self, GstEvent* event) noexcept -> gboolean {
    auto* parent = GST_BASE_SINK_CLASS(gst_deepgram_live_sink_parent_class);
    if (auto obeyed = impl(self).obey(event)) return *obeyed;
    if (heed(self, event)) return parent->event(self, event);
    gst_event_unref(event);
    return FALSE;
  };
  klass->unlock = [](GstBaseSink* self) noexcept -> gboolean {
    impl(self).hurry(true);
    return TRUE;
  };
  klass->unlock_stop = [](GstBaseSink* self) noexcept -> gboolean {
    impl(self).hurry(false);
    return TRUE;
  };
}

GstStateChangeReturn change_state(GstElement* self, GstStateChange transition) noexcept {
  auto* parent = GST_ELEMENT_CLASS(gst_deepgram_live_sink_parent_class);
  bool begins = transition == GST_STATE_CHANGE_READY_TO_PAUSED;
  bool ends = transition == GST_STATE_CHANGE_PAUSED_TO_READY;
  if (begins) impl(self).start();
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING) hold_in_pause(GST_BASE_SINK(self));
  GstStateChangeReturn result = parent->change_state(self, transition);
  if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED) hold_in_pause(GST_BASE_SINK(self));
  bool failed = result == GST_STATE_CHANGE_FAILURE;
  if (failed ? begins : ends) impl(self).stop();
  return result;
}

// Upstream may have become live, or ceased to be, without a new segment.
gboolean query(GstElement* self, GstQuery* query) noexcept {
  auto* parent = GST_ELEMENT_CLASS(gst_deepgram_live_sink_parent_class);
  if (GST_QUERY_TYPE(query) == GST_QUERY_LATENCY) impl(self).ask_upstream();
  return parent->query(self, query);
}

}  // namespace

static void gst_deepgram_live_sink_class_init(GstDeepgramLiveSinkClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  object->finalize = [](GObject* self) noexcept {
    delete GST_DEEPGRAM_LIVE_SINK(self)->impl;
    G_OBJECT_CLASS(gst_deepgram_live_sink_parent_class)->finalize(self);
  };
  install_properties(object);
  install_sink(GST_BASE_SINK_CLASS(klass));
  element->change_state = change_state;
  dg::install_control_signals<impl>(object);
  element->query = query;
  element->send_event = [](GstElement* self, GstEvent* event) noexcept -> gboolean {
    auto* parent = GST_ELEMENT_CLASS(gst_deepgram_live_sink_parent_class);
    if (auto obeyed = impl(self).obey(event)) return *obeyed;
    return parent->send_event(self, event);
  };
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_set_static_metadata(element, "Deepgram live transcript sink",
                                        "Sink/Audio/Network",
                                        "Tells the words of live or recorded speech in messages, "
                                        "by Deepgram's live API",
                                        "The gst-deepgram developers");
}

static void gst_deepgram_live_sink_init(GstDeepgramLiveSink* self) {
  auto* sink = GST_BASE_SINK(self);
  self->impl = new dg::Transcriber(GST_ELEMENT(self), nullptr);
  gst_base_sink_set_sync(sink, FALSE);
  gst_base_sink_set_last_sample_enabled(sink, FALSE);
}
