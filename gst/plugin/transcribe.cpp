// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * SECTION:element-deepgramtranscribe
 *
 * Streams audio to Deepgram's live API, or to any server that speaks its protocol, and gives back
 * what was said: as timed text, and as messages on the bus. The key comes from the environment,
 * DEEPGRAM_API_KEY.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 filesrc location=speech.wav ! decodebin ! audioconvert ! audioresample !
 *   deepgramtranscribe ! srtenc ! filesink location=speech.srt
 * ]| Subtitles of a recording.
 * |[
 * gst-launch-1.0 -m autoaudiosrc ! audioconvert ! deepgramtranscribe ! fakesink
 * ]| The messages of what is said into a microphone.
 */
#include "plugin/transcribe.h"

#include <gst/base/gstbasetransform.h>

#include "plugin/captioner.h"
#include "plugin/controls.h"

GST_DEBUG_CATEGORY_EXTERN(deepgram_live_debug);
#define GST_CAT_DEFAULT deepgram_live_debug

G_DECLARE_FINAL_TYPE(GstDeepgramLiveTranscribe, gst_deepgram_live_transcribe, GST,
                     DEEPGRAM_LIVE_TRANSCRIBE, GstBaseTransform)

struct _GstDeepgramLiveTranscribe {
  GstBaseTransform parent;
  dg::Captioner* impl;
};

G_DEFINE_FINAL_TYPE(GstDeepgramLiveTranscribe, gst_deepgram_live_transcribe,
                    GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE(deepgramtranscribe, "deepgramtranscribe", GST_RANK_NONE,
                            gst_deepgram_live_transcribe_get_type())

namespace {

GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(dg::Transcriber::kCaps));
GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS("text/x-raw, format = (string) { utf8, pango-markup }"));

dg::Captioner& impl(gpointer self) {
  return *GST_DEEPGRAM_LIVE_TRANSCRIBE(self)->impl;
}

dg::Transcriber& transcriber(gpointer self) {
  return impl(self).transcriber();
}

void set_property(GObject* self, guint, const GValue* value, GParamSpec* spec) noexcept {
  impl(self).set_property(spec, value);
}

void get_property(GObject* self, guint, GValue* value, GParamSpec* spec) noexcept {
  impl(self).get_property(spec, value);
}

void install_properties(GObjectClass* klass) {
  klass->set_property = set_property;
  klass->get_property = get_property;
  dg::Transcriber::install_properties(klass, dg::Has::TextPad);
}

// Audio caps lead to text, text comes from any audio.
GstCaps* transform_caps(GstBaseTransform*, GstPadDirection direction, GstCaps*,
                        GstCaps* filter) noexcept {
  auto* other =
      gst_static_pad_template_get_caps(direction == GST_PAD_SINK ? &src_template : &sink_template);
  if (!filter) return other;
  GstCaps* both = gst_caps_intersect_full(filter, other, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref(other);
  return both;
}

// The base class is a shell: it calls, and the task of the source pad pushes.
void install_transform(GstBaseTransformClass* klass) {
  klass->transform_caps = transform_caps;
  klass->submit_input_buffer = [](GstBaseTransform* self, gboolean, GstBuffer* buffer) noexcept {
    return impl(self).take(dg::Ptr<GstBuffer>(buffer));
  };
  klass->generate_output = [](GstBaseTransform*, GstBuffer** out) noexcept {
    *out = nullptr;
    return GST_FLOW_OK;
  };
  // Without it the base class would pass audio through.
  klass->transform = [](GstBaseTransform*, GstBuffer*, GstBuffer*) noexcept {
    return GST_FLOW_ERROR;
  };
  klass->start = [](GstBaseTransform* self) noexcept -> gboolean {
    impl(self).start();
    return TRUE;
  };
  klass->sink_event = [](GstBaseTransform* self, GstEvent* event) noexcept -> gboolean {
    auto* parent = GST_BASE_TRANSFORM_CLASS(gst_deepgram_live_transcribe_parent_class);
    switch (GST_EVENT_TYPE(event)) {
      case GST_EVENT_FLUSH_START:
        impl(self).flush_start();
        return parent->sink_event(self, event);
      case GST_EVENT_FLUSH_STOP: {
        impl(self).flush_task_left();
        gboolean done = parent->sink_event(self, event);
        impl(self).flush_stop();
        return done;
      }
      default:
        if (auto obeyed = transcriber(self).obey(event)) return *obeyed;
        return impl(self).take_event(dg::Ptr<GstEvent>(event));
    }
  };
  klass->src_event = [](GstBaseTransform* self, GstEvent* event) noexcept -> gboolean {
    auto* parent = GST_BASE_TRANSFORM_CLASS(gst_deepgram_live_transcribe_parent_class);
    if (auto obeyed = transcriber(self).obey(event)) return *obeyed;
    if (GST_EVENT_TYPE(event) != GST_EVENT_QOS) return parent->src_event(self, event);
    gst_event_unref(event);  // that text is late is no reason for the source to skip audio
    return TRUE;
  };
  klass->query = [](GstBaseTransform* self, GstPadDirection direction,
                    GstQuery* query) noexcept -> gboolean {
    auto* parent = GST_BASE_TRANSFORM_CLASS(gst_deepgram_live_transcribe_parent_class);
    if (auto answer = impl(self).answer(direction, query)) return *answer;
    return parent->query(self, direction, query);
  };
}

GstStateChangeReturn change_state(GstElement* self, GstStateChange transition) noexcept {
  auto* parent = GST_ELEMENT_CLASS(gst_deepgram_live_transcribe_parent_class);
  impl(self).before(transition);
  GstStateChangeReturn result = parent->change_state(self, transition);
  if (result != GST_STATE_CHANGE_FAILURE) impl(self).after(transition);
  return result;
}

}  // namespace

static void gst_deepgram_live_transcribe_class_init(GstDeepgramLiveTranscribeClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  object->finalize = [](GObject* self) noexcept {
    delete GST_DEEPGRAM_LIVE_TRANSCRIBE(self)->impl;
    G_OBJECT_CLASS(gst_deepgram_live_transcribe_parent_class)->finalize(self);
  };
  install_properties(object);
  install_transform(GST_BASE_TRANSFORM_CLASS(klass));
  dg::install_control_signals<transcriber>(object);
  element->change_state = change_state;
  element->send_event = [](GstElement* self, GstEvent* event) noexcept -> gboolean {
    auto* parent = GST_ELEMENT_CLASS(gst_deepgram_live_transcribe_parent_class);
    if (auto obeyed = transcriber(self).obey(event)) return *obeyed;
    return parent->send_event(self, event);
  };
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "Deepgram live transcriber", "Audio/Text/Filter",
                                        "Gives the words of live or recorded speech as timed text "
                                        "and messages, by Deepgram's live API",
                                        "The gst-deepgram developers");
}

static void gst_deepgram_live_transcribe_init(GstDeepgramLiveTranscribe* self) {
  auto* transform = GST_BASE_TRANSFORM(self);
  self->impl = new dg::Captioner(GST_ELEMENT(self), GST_BASE_TRANSFORM_SINK_PAD(transform),
                                 GST_BASE_TRANSFORM_SRC_PAD(transform));
  gst_base_transform_set_qos_enabled(transform, FALSE);
}
