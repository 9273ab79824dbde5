// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * SECTION:element-deepgramoverlay
 *
 * Captions a video: the audio is streamed to Deepgram's live API, or to any server that speaks its
 * protocol, and what was said is drawn on the picture when it was said. The key comes from the
 * environment, DEEPGRAM_API_KEY.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 filesrc location=talk.mp4 ! decodebin name=file  deepgramoverlay name=captions
 *   file. ! videoconvert ! captions.video_sink  file. ! captions.audio_sink
 *   captions.src ! videoconvert ! autovideosink  captions.audio_src ! audioconvert ! autoaudiosink
 * ]| Plays a file with captions.
 */
#include "plugin/overlay.h"

#include "plugin/captionbin.h"
#include "plugin/transcribe.h"

GST_DEBUG_CATEGORY_EXTERN(deepgram_live_debug);
#define GST_CAT_DEFAULT deepgram_live_debug

G_DECLARE_FINAL_TYPE(GstDeepgramLiveOverlay, gst_deepgram_live_overlay, GST, DEEPGRAM_LIVE_OVERLAY,
                     GstBin)

struct _GstDeepgramLiveOverlay {
  GstBin parent;
  dg::CaptionBin* impl;
};

G_DEFINE_FINAL_TYPE(GstDeepgramLiveOverlay, gst_deepgram_live_overlay, GST_TYPE_BIN)
GST_ELEMENT_REGISTER_DEFINE(deepgramoverlay, "deepgramoverlay", GST_RANK_NONE,
                            gst_deepgram_live_overlay_get_type())

namespace {

// textoverlay says which formats it can draw on.
constexpr const char* kVideo = "video/x-raw; video/x-raw(ANY)";
constexpr const char* kText = "text/x-raw, format = (string) { utf8, pango-markup }";

GstStaticPadTemplate video_sink_template =
    GST_STATIC_PAD_TEMPLATE("video_sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(kVideo));
GstStaticPadTemplate audio_sink_template = {"audio_sink", GST_PAD_SINK, GST_PAD_ALWAYS,
                                            GST_STATIC_CAPS(dg::kBranchCaps)};
GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(kVideo));
GstStaticPadTemplate audio_src_template = {"audio_src", GST_PAD_SRC, GST_PAD_REQUEST,
                                           GST_STATIC_CAPS(dg::kBranchCaps)};
GstStaticPadTemplate text_src_template =
    GST_STATIC_PAD_TEMPLATE("text_src", GST_PAD_SRC, GST_PAD_REQUEST, GST_STATIC_CAPS(kText));

dg::CaptionBin& impl(gpointer self) {
  return *GST_DEEPGRAM_LIVE_OVERLAY(self)->impl;
}

// Without the child there is nothing to set; the change to READY says what is missing.
void set_property(GObject* self, guint, const GValue* value, GParamSpec* spec) noexcept {
  if (GObject* child = impl(self).child(dg::child_of(spec)))
    dg::set_child_property(child, spec, value);
}

void get_property(GObject* self, guint, GValue* value, GParamSpec* spec) noexcept {
  if (GObject* child = impl(self).child(dg::child_of(spec)))
    dg::get_child_property(child, spec, value);
  else
    g_param_value_set_default(spec, value);
}

GstStateChangeReturn change_state(GstElement* self, GstStateChange transition) noexcept {
  auto missing = impl(self).missing();
  if (transition == GST_STATE_CHANGE_NULL_TO_READY && missing) {
    GST_ELEMENT_ERROR(self, CORE, MISSING_PLUGIN,
                      ("There is no element %s; on Debian, install the package %s.",
                       missing->factory, missing->package),
                      (nullptr));
    return GST_STATE_CHANGE_FAILURE;
  }
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) impl(self).restart();
  return GST_ELEMENT_CLASS(gst_deepgram_live_overlay_parent_class)->change_state(self, transition);
}

void install_pads(GstElementClass* klass) {
  for (GstStaticPadTemplate* pad : {&video_sink_template, &audio_sink_template, &src_template,
                                    &audio_src_template, &text_src_template})
    gst_element_class_add_static_pad_template(klass, pad);
  klass->request_new_pad = [](GstElement* self, GstPadTemplate* pad, const gchar*,
                              const GstCaps*) noexcept { return impl(self).request(pad); };
  klass->release_pad = [](GstElement* self, GstPad* pad) noexcept { impl(self).release(pad); };
}

void install_properties(GObjectClass* klass) {
  klass->set_property = set_property;
  klass->get_property = get_property;
  gpointer transcribe = g_type_class_ref(gst_deepgram_live_transcribe_get_type());
  dg::install_child_properties(klass, G_OBJECT_CLASS(transcribe));
  g_type_class_unref(transcribe);
}

}  // namespace

static void gst_deepgram_live_overlay_class_init(GstDeepgramLiveOverlayClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  object->finalize = [](GObject* self) noexcept {
    delete GST_DEEPGRAM_LIVE_OVERLAY(self)->impl;
    G_OBJECT_CLASS(gst_deepgram_live_overlay_parent_class)->finalize(self);
  };
  install_properties(object);
  install_pads(element);
  element->change_state = change_state;
  gst_element_class_set_static_metadata(element, "Deepgram live captions", "Video/Overlay/Bin",
                                        "Captions a video with what is said in its sound, by "
                                        "Deepgram's live API",
                                        "The gst-deepgram developers");
}

static void gst_deepgram_live_overlay_init(GstDeepgramLiveOverlay* self) {
  self->impl = new dg::CaptionBin(GST_BIN(self));
}
