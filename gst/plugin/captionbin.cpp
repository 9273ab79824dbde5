// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/captionbin.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "core/caption.h"
#include "plugin/times.h"

GST_DEBUG_CATEGORY_EXTERN(deepgram_live_debug);
#define GST_CAT_DEFAULT deepgram_live_debug

namespace dg {
namespace {

// Text of a file comes when an utterance is final.
constexpr GstClockTime kFile = 15 * GST_SECOND;
constexpr guint kFileBytes = 512u << 20;
// Beyond what text may take in a live pipeline.
constexpr GstClockTime kReserve = GST_SECOND;

struct Part {
  const char *factory, *name, *package;
};
constexpr Part kParts[] = {
    {"queue", "videoqueue", "libgstreamer1.0-0"},
    {"tee", "audiotee", "libgstreamer1.0-0"},
    {"queue", "audioqueue", "libgstreamer1.0-0"},
    {"audioconvert", "audioconvert", "gstreamer1.0-plugins-base"},
    {"audioresample", "audioresample", "gstreamer1.0-plugins-base"},
    {"deepgramtranscribe", "transcribe", "gst-deepgram"},
    {"tee", "texttee", "libgstreamer1.0-0"},
    {"queue", "textqueue", "libgstreamer1.0-0"},
    {"textoverlay", "overlay", "gstreamer1.0-x"},
};

// What a request pad is fed by.
struct Outlet {
  const char *pad, *tee, *queue;
};
constexpr Outlet kOutlets[] = {
    {"audio_src", "audiotee", "audiosrcqueue"},
    {"text_src", "texttee", "textsrcqueue"},
};

const Outlet& outlet_named(std::string_view pad) {
  return pad == kOutlets[0].pad ? kOutlets[0] : kOutlets[1];
}

void set_limits(GstElement* queue, GstClockTime time, guint bytes) {
  g_object_set(queue, "max-size-time", time, "max-size-bytes", bytes, "max-size-buffers", 0u,
               nullptr);
}

// It would wait until the queues are empty, and a source that negotiates again with it. No pool of
// downstream's is made for what they hold.
GstPadProbeReturn refuse_allocation(GstPad*, GstPadProbeInfo* info, gpointer) {
  bool asks = GST_QUERY_TYPE(GST_PAD_PROBE_INFO_QUERY(info)) == GST_QUERY_ALLOCATION;
  return asks ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

// Who flushes need not know that this is linked to nothing.
GstPadProbeReturn end_flush(GstPad* pad, GstPadProbeInfo*, gpointer) {
  return gst_pad_is_linked(pad) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

GstPad* ghost(const char* name, GstPad* target, GstPadTemplate* pad_template) {
  return target ? gst_ghost_pad_new_from_template(name, target, pad_template)
                : gst_ghost_pad_new_no_target_from_template(name, pad_template);
}

}  // namespace

CaptionBin::CaptionBin(GstBin* bin) : bin_(bin) {
  make_parts();
  if (!missing_) link_parts();
  add_pad("video_sink", "videoqueue", "sink");
  add_pad("audio_sink", "audiotee", "sink");
  add_pad("src", "overlay", "src");
  audio_sink_ = pad_of(GST_ELEMENT(bin_), "audio_sink");
  if (!missing_) watch_parts();
}

CaptionBin::~CaptionBin() {
  if (transcribe_) g_signal_handlers_disconnect_by_data(transcribe_.get(), this);
  g_signal_handlers_disconnect_by_data(audio_sink_.get(), this);
}

void CaptionBin::make_parts() {
  for (const Part& part : kParts)
    if (!add(part.factory, part.name) && !missing_) missing_ = {part.factory, part.package};
  transcribe_ = find("transcribe");
  overlay_ = find("overlay");
  GObjectClass* klass = G_OBJECT_GET_CLASS(bin_);
  for (Child which : {Child::Transcribe, Child::Look})
    if (GObject* made = child(which)) set_child_defaults(made, which, klass);
}

void CaptionBin::link_parts() {
  branch_ = std::make_unique<AudioBranch>(find("audioqueue").get(), find("audioconvert").get(),
                                          find("audioresample").get(), transcribe_.get());
  gst_element_link(find("audiotee").get(), find("audioqueue").get());
  gst_element_link_many(transcribe_.get(), find("texttee").get(), find("textqueue").get(), nullptr);
  gst_element_link_pads(find("textqueue").get(), "src", overlay_.get(), "text_sink");
  gst_element_link_pads(find("videoqueue").get(), "src", overlay_.get(), "video_sink");
  text_source_ = pad_of(find("textqueue").get(), "src");
  set_limits(find("textqueue").get(), 0, 0);  // text is small, and what writes it must not wait
  g_object_set(find("texttee").get(), "allow-not-linked", TRUE, nullptr);
  arriving_ = std::make_unique<ArrivingText>(transcribe_.get(), text_source_.get(), overlay_.get());
}

Ptr<GstElement> CaptionBin::find(const char* name) const {
  return Ptr<GstElement>(gst_bin_get_by_name(bin_, name));
}

GstElement* CaptionBin::add(const char* factory, const char* name) {
  GstElement* made = gst_element_factory_make(factory, name);
  if (made) gst_bin_add(bin_, made);
  return made;
}

GObject* CaptionBin::child(Child which) const {
  GstElement* found = which == Child::Transcribe ? transcribe_.get() : overlay_.get();
  return found ? G_OBJECT(found) : nullptr;
}

void CaptionBin::add_pad(const char* name, const char* part, const char* part_pad) {
  Ptr<GstPad> target = missing_ ? nullptr : pad_of(find(part).get(), part_pad);
  auto* klass = GST_ELEMENT_GET_CLASS(bin_);
  gst_element_add_pad(GST_ELEMENT(bin_),
                      ghost(name, target.get(), gst_element_class_get_pad_template(klass, name)));
}

void CaptionBin::watch_parts() {
  auto heed = [](GstPad*, GstPad*, CaptionBin* self) { self->choose_wait(); };
  for (const char* signal : {"linked", "unlinked"})
    g_signal_connect(audio_sink_.get(), signal, G_CALLBACK(+heed), this);
  choose_wait();
  auto renew = [](GstElement*, GParamSpec*, CaptionBin* self) { self->note_own_latency(); };
  g_signal_connect(transcribe_.get(), "notify::latency", G_CALLBACK(+renew), this);
  note_own_latency();

  Ptr<GstPad> out = pad_of(overlay_.get(), "src");
  watch(out.get(), GST_PAD_PROBE_TYPE_QUERY_UPSTREAM | GST_PAD_PROBE_TYPE_PULL,
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          static_cast<CaptionBin*>(self)->note_liveness(GST_PAD_PROBE_INFO_QUERY(info));
          return GST_PAD_PROBE_OK;
        });
  watch(out.get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          static_cast<CaptionBin*>(self)->note_latency(GST_PAD_PROBE_INFO_EVENT(info));
          return GST_PAD_PROBE_OK;
        });
  for (const char* entrance : {"videoqueue", "audiotee"})
    watch(pad_of(find(entrance).get(), "sink").get(), GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
          refuse_allocation);
  watch(pad_of(overlay_.get(), "video_sink").get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
        [](GstPad* pad, GstPadProbeInfo* info, gpointer self) {
          static_cast<CaptionBin*>(self)->note_picture(pad, GST_PAD_PROBE_INFO_EVENT(info));
          return GST_PAD_PROBE_OK;
        });
  watch(pad_of(overlay_.get(), "video_sink").get(),
        GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
        [](GstPad*, GstPadProbeInfo*, gpointer data) {
          auto* self = static_cast<CaptionBin*>(data);
          self->arriving_->draw(gst_pad_is_linked(self->audio_sink_.get()));
          return GST_PAD_PROBE_OK;
        });
  watch(text_source_.get(), GST_PAD_PROBE_TYPE_EVENT_FLUSH, end_flush);
  // Nobody may wait in the overlay's text pad when that is unlinked: nothing would wake him.
  watch(text_source_.get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo*, gpointer self) {
          return static_cast<CaptionBin*>(self)->arriving_->arrives() ? GST_PAD_PROBE_DROP
                                                                      : GST_PAD_PROBE_OK;
        });
  watch(pad_of(find("audiotee").get(), "sink").get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
        [](GstPad* pad, GstPadProbeInfo* info, gpointer self) {
          static_cast<CaptionBin*>(self)->note_sound(pad, GST_PAD_PROBE_INFO_EVENT(info));
          return GST_PAD_PROBE_OK;
        });
  watch(text_source_.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_SEGMENT)
            static_cast<CaptionBin*>(self)->choose_wait();
          return GST_PAD_PROBE_OK;
        });
}

// The transcriber, too, takes its timing now and for all of the run.
void CaptionBin::restart() {
  if (missing_) return;
  int timing = 0;
  g_object_get(transcribe_.get(), "timing", &timing, nullptr);
  at_arrival_ = timing == static_cast<int>(Timing::Arrival);
  arriving_->restart();
  choose_wait();
}

void CaptionBin::watch(GstPad* pad, int what, GstPadProbeCallback with) {
  gst_pad_add_probe(pad, static_cast<GstPadProbeType>(what), with, this, nullptr);
}

// A picture without sound waits for no text; a live one for none of a sound that has not begun, nor
// for text that is shown when it comes.
void CaptionBin::choose_wait() {
  Ptr<GstEvent> begun(gst_pad_get_sticky_event(text_source_.get(), GST_EVENT_SEGMENT, 0));
  bool live_waits = begun && !at_arrival_;
  bool waits = gst_pad_is_linked(audio_sink_.get()) && (live_waits || !live_);
  g_object_set(overlay_.get(), "wait-text", static_cast<gboolean>(waits), nullptr);
  arriving_->choose(at_arrival_ && live_);
}

void CaptionBin::note_own_latency() {
  guint latency = 0;
  g_object_get(transcribe_.get(), "latency", &latency, nullptr);
  latency_ = latency * GST_MSECOND;
  resize();
}

// The answer of all that is inside, on its way to who asked.
void CaptionBin::note_liveness(GstQuery* query) {
  if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY) return;
  gboolean live = FALSE;
  gst_query_parse_latency(query, &live, nullptr, nullptr);
  note_live(live);
}

void CaptionBin::note_live(bool live) {
  if (live_.exchange(live) == live) return;
  resize();
  choose_wait();
}

// A sink holds the picture back as long as the slowest of all sinks needs.
void CaptionBin::note_latency(GstEvent* event) {
  if (GST_EVENT_TYPE(event) != GST_EVENT_LATENCY) return;
  GstClockTime latency = 0;
  gst_event_parse_latency(event, &latency);
  if (pipeline_latency_.exchange(latency) != latency) resize();
}

void CaptionBin::note_picture(GstPad* pad, GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) note_caps(event);
  if (GST_EVENT_TYPE(event) != GST_EVENT_SEGMENT) return;
  // Before the first picture: the first query from downstream may come when live pictures have
  // filled the queue.
  if (auto live = upstream_is_live(pad)) note_live(*live);
}

// Its text may come before the first picture. One that is live makes the pipeline so; of one that
// is not, the picture says.
void CaptionBin::note_sound(GstPad* pad, GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT && upstream_is_live(pad) == true) note_live(true);
}

// Margins go with the size of the picture, as the letters do, as long as nobody else sets them.
void CaptionBin::note_caps(GstEvent* event) {
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  int width = 0, height = 0, xpad = 0, ypad = 0;
  gst_structure_get(gst_caps_get_structure(caps, 0), "width", G_TYPE_INT, &width, "height",
                    G_TYPE_INT, &height, nullptr);
  g_object_get(overlay_.get(), "xpad", &xpad, "ypad", &ypad, nullptr);
  if (xpad == xpad_) g_object_set(overlay_.get(), "xpad", xpad_ = width / 5, nullptr);
  if (ypad == ypad_) g_object_set(overlay_.get(), "ypad", ypad_ = height / 18, nullptr);
}

CaptionBin::Sizes CaptionBin::wanted() const {
  GstClockTime needed = std::max<GstClockTime>(latency_, pipeline_latency_) + kReserve;
  if (live_) return {needed, 0};
  return {std::max(kFile, needed), kFileBytes};
}

// What an application has set at a queue stays until they change. Two threads may be here: who is
// overtaken sets them again.
void CaptionBin::resize() {
  Sizes sizes;
  while (changes(sizes)) resize(sizes);
}

bool CaptionBin::changes(Sizes& sizes) {
  Sizes now = wanted();
  Lock lock(mutex_);
  bool changed = now != sizes_ || (sizes != Sizes() && sizes != sizes_);
  sizes_ = sizes = now;
  return changed;
}

void CaptionBin::resize(const Sizes& sizes) {
  GST_DEBUG_OBJECT(bin_, "queues hold %" GST_TIME_FORMAT ", at most %u bytes of video",
                   GST_TIME_ARGS(sizes.time), sizes.video_bytes);
  for (const char* name : {"videoqueue", "audioqueue", "audiosrcqueue"})
    if (Ptr<GstElement> queue = find(name))
      set_limits(queue.get(), sizes.time,
                 std::string_view(name) == "videoqueue" ? sizes.video_bytes : 0);
}

GstPad* CaptionBin::request(GstPadTemplate* pad_template) {
  const Outlet& outlet = outlet_named(GST_PAD_TEMPLATE_NAME_TEMPLATE(pad_template));
  auto* bin = GST_ELEMENT(bin_);
  if (pad_of(bin, outlet.pad)) return nullptr;
  GstElement* queue = missing_ ? nullptr : add("queue", outlet.queue);
  Ptr<GstPad> target = queue ? pad_of(queue, "src") : nullptr;
  GstPad* pad = ghost(outlet.pad, target.get(), pad_template);
  gst_pad_set_active(pad, TRUE);
  gst_element_add_pad(bin, pad);
  if (!queue) return pad;
  set_limits(queue, wanted().time, 0);
  gst_element_sync_state_with_parent(queue);
  gst_element_link(find(outlet.tee).get(), queue);
  return pad;
}

void CaptionBin::release(GstPad* pad) {
  const Outlet& outlet = outlet_named(GST_PAD_NAME(pad));
  Ptr<GstElement> queue = find(outlet.queue), tee = find(outlet.tee);
  if (queue && tee) {
    Ptr<GstPad> sink = pad_of(queue.get(), "sink");
    if (Ptr<GstPad> source{gst_pad_get_peer(sink.get())})
      gst_element_release_request_pad(tee.get(), source.get());
  }
  gst_element_remove_pad(GST_ELEMENT(bin_), pad);
  if (!queue) return;
  gst_element_set_locked_state(queue.get(), TRUE);
  gst_element_set_state(queue.get(), GST_STATE_NULL);
  gst_bin_remove(bin_, queue.get());
}

}  // namespace dg
