// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/captioner.h"

#include <string_view>
#include <utility>

#include "net/worker.h"
#include "plugin/fields.h"
#include "plugin/times.h"

GST_DEBUG_CATEGORY_EXTERN(deepgram_live_debug);
#define GST_CAT_DEFAULT deepgram_live_debug

namespace dg {

Captioner::Captioner(GstElement* element, GstPad* sink, GstPad* source)
    : element_(element),
      sink_(sink),
      source_(source),
      text_(source, sink),
      transcriber_(element, &text_, [this](Nanos most) { note_delay(most); }),
      pulse_(element, [this](GstClockTime now) {
        if (transcriber_.upstream_live()) text_.tick(now);
      }) {}

void Captioner::set_property(const GParamSpec* spec, const GValue* value) {
  Nanos before = transcriber_.settings().limits.latency;
  transcriber_.set_property(spec, value);
  Nanos after = transcriber_.settings().limits.latency;
  if (before == after) return;
  text_.set_latency(after);
  gst_element_post_message(element_, gst_message_new_latency(GST_OBJECT(element_)));
}

void Captioner::get_property(const GParamSpec* spec, GValue* value) const {
  if (g_str_equal(spec->name, "stats"))
    g_value_take_boxed(value, stats().release());
  else
    transcriber_.get_property(spec, value);
}

Ptr<GstStructure> Captioner::stats() const {
  Ptr<GstStructure> stats = transcriber_.stats();
  Fields(stats.get())
      .total("late-words", text_.late_words())
      .total("corrected-words", text_.corrected_words());
  return stats;
}

// Taken as they are, but not in silence.
void Captioner::check(const CaptionStyle& style) {
  if (style.min_duration <= style.max_duration) return;
  GST_ELEMENT_WARNING(element_, LIBRARY, SETTINGS,
                      ("min-duration=%u is more than max-duration=%u: cues go after max-duration. "
                       "Set that higher, or min-duration lower",
                       milliseconds(style.min_duration), milliseconds(style.max_duration)),
                      (nullptr));
}

void Captioner::start() {
  Settings settings = transcriber_.settings();
  check(settings.captions);
  delay_told_ = Seldom(kSeldom);
  transcriber_.start();
  text_.start({settings.captions, settings.limits.latency, settings.lateness,
               std::get<std::string>(settings.options.at("language"))});
}

// What may wait for the network or for text is woken first: the base class waits for it.
void Captioner::before(GstStateChange transition) {
  if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED) pulse_.stop();
  if (transition != GST_STATE_CHANGE_PAUSED_TO_READY) return;
  transcriber_.interrupt();
  text_.interrupt();
}

void Captioner::after(GstStateChange transition) {
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING) {
    transcriber_.resume();
    pulse_.start();
  }
  if (transition != GST_STATE_CHANGE_PAUSED_TO_READY) return;
  transcriber_.stop();
  text_.stop();
}

GstFlowReturn Captioner::take(Ptr<GstBuffer> buffer) {
  return transcriber_.take(std::move(buffer), text_.last_flow());
}

bool Captioner::take_event(Ptr<GstEvent> event) {
  if (GST_EVENT_TYPE(event.get()) == GST_EVENT_SEGMENT) {
    transcriber_.ask_upstream();
    text_.set_live(transcriber_.upstream_live());
  }
  auto flags = gst_event_type_get_flags(GST_EVENT_TYPE(event.get()));
  if (!(flags & GST_EVENT_TYPE_SERIALIZED)) return gst_pad_push_event(source_, event.release());
  return transcriber_.take_event(std::move(event));
}

void Captioner::note_live(bool live) {
  text_.set_live(live);
  transcriber_.note_live(live);
}

// Says what would have been enough; what is released goes out a moment early.
void Captioner::note_delay(Nanos most) {
  constexpr Nanos step = std::chrono::milliseconds(100);
  Settings settings = transcriber_.settings();
  Nanos latency = settings.limits.latency;
  if (settings.captions.timing == Timing::Arrival || most + step <= latency) return;
  if (!delay_told_.now(monotonic_now())) return;
  guint enough = milliseconds((most / step + 2) * step);
  char* text = g_strdup_printf(
      "Words come %u ms after they are said, which is more than latency=%u allows: captions are "
      "late. Set latency=%u or more",
      milliseconds(most), milliseconds(latency), enough);
  gst_element_message_full_with_details(
      element_, GST_MESSAGE_WARNING, GST_CORE_ERROR, GST_CORE_ERROR_CLOCK, text, nullptr, __FILE__,
      GST_FUNCTION, __LINE__,
      gst_structure_new("deepgramtranscribe/excessive-delay", "new-observed-max-delay", G_TYPE_UINT,
                        milliseconds(most), nullptr));
}

void Captioner::flush_start() {
  transcriber_.hurry(true);
  text_.flush_start();
}

void Captioner::flush_task_left() {
  text_.await_task();
}

void Captioner::flush_stop() {
  transcriber_.hurry(false);
  transcriber_.flush();
  text_.flush_stop();
}

std::optional<bool> Captioner::answer(GstPadDirection direction, GstQuery* query) {
  bool source = direction == GST_PAD_SRC;
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_LATENCY:
      if (source) return answer_latency(query);
      return std::nullopt;
    case GST_QUERY_POSITION:
      if (source) return answer_position(query);
      return std::nullopt;
    case GST_QUERY_ALLOCATION:
      return false;  // audio and text have no buffers in common
    default:
      return std::nullopt;
  }
}

bool Captioner::answer_latency(GstQuery* query) {
  gboolean live = transcriber_.upstream_live();
  GstClockTime least = 0, most = GST_CLOCK_TIME_NONE;
  if (gst_pad_peer_query(sink_, query)) gst_query_parse_latency(query, &live, &least, &most);
  note_live(live);
  Settings settings = transcriber_.settings();
  bool waits = live && settings.captions.timing == Timing::Media;
  GstClockTime own = waits ? clock_time(settings.limits.latency) : 0;
  if (GST_CLOCK_TIME_IS_VALID(most)) most += own;
  gst_query_set_latency(query, live, least + own, most);
  return true;
}

bool Captioner::answer_position(GstQuery* query) {
  GstFormat format = GST_FORMAT_UNDEFINED;
  gst_query_parse_position(query, &format, nullptr);
  GstClockTime position = text_.position();
  if (format != GST_FORMAT_TIME || !GST_CLOCK_TIME_IS_VALID(position)) return false;
  gst_query_set_position(query, format, static_cast<gint64>(position));
  return true;
}

}  // namespace dg
