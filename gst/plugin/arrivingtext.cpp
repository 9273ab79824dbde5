// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/arrivingtext.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace dg {
namespace {

// How long a text stays while it is not known whether it goes on. A transcriber says so every 50 ms
// of the clock, in the moment in which a slice is over.
constexpr GstClockTime kPatience = 200 * GST_MSECOND;

}  // namespace

ArrivingText::ArrivingText(GstElement* transcriber, GstPad* source, GstElement* overlay)
    : text_(pad_of(transcriber, "src")),
      source_(static_cast<GstPad*>(gst_object_ref(source))),
      sink_(pad_of(overlay, "text_sink")),
      overlay_(static_cast<GstElement*>(gst_object_ref(overlay))),
      probe_(gst_pad_add_probe(
          text_.get(),
          static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_DATA_DOWNSTREAM |
                                       GST_PAD_PROBE_TYPE_EVENT_FLUSH),
          [](GstPad*, GstPadProbeInfo* info, gpointer self) {
            static_cast<ArrivingText*>(self)->note(info);
            return GST_PAD_PROBE_OK;
          },
          this, nullptr)) {}

ArrivingText::~ArrivingText() {
  gst_pad_remove_probe(text_.get(), probe_);
}

// Text of a file, which waits in the pad, may come before the first picture.
void ArrivingText::restart() {
  if (!gst_pad_is_linked(source_.get())) gst_pad_link(source_.get(), sink_.get());
  drawn_.reset();
  clear();
}

void ArrivingText::draw(bool heard) {
  const bool arrives = arrives_, linked = gst_pad_is_linked(source_.get());
  if (arrives && linked) gst_pad_unlink(source_.get(), sink_.get());
  if (!arrives && !linked) gst_pad_link(source_.get(), sink_.get());
  if (!arrives) return;
  std::string text =
      heard ? text_at(gst_element_get_current_running_time(overlay_.get())) : std::string();
  if (drawn_ == text) return;
  // On this thread: textoverlay would take a text that comes while it draws for drawn.
  g_object_set(overlay_.get(), "text", text.c_str(), nullptr);
  drawn_ = std::move(text);
}

void ArrivingText::note(GstPadProbeInfo* info) {
  if (!arrives_) return;
  if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER)
    take(GST_PAD_PROBE_INFO_BUFFER(info));
  else
    take(GST_PAD_PROBE_INFO_EVENT(info));
}

void ArrivingText::take(GstBuffer* buffer) {
  GstClockTime from = running_time(GST_BUFFER_PTS(buffer));
  if (!GST_CLOCK_TIME_IS_VALID(from) || !GST_BUFFER_DURATION_IS_VALID(buffer)) return;
  Text text{from, from + GST_BUFFER_DURATION(buffer), markup_of(buffer)};
  GstClockTime now = gst_element_get_current_running_time(overlay_.get());
  Lock lock(mutex_);
  while (!texts_.empty() && texts_.front().to + kPatience < now) texts_.pop_front();
  told_ = std::max(told_, text.to);
  texts_.push_back(std::move(text));
}

void ArrivingText::take(GstEvent* event) {
  GstClockTime from = 0, duration = 0;
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_GAP: {
      gst_event_parse_gap(event, &from, &duration);
      from = running_time(from);
      if (!GST_CLOCK_TIME_IS_VALID(from) || !GST_CLOCK_TIME_IS_VALID(duration)) return;
      Lock lock(mutex_);
      told_ = std::max(told_, from + duration);
      return;
    }
    case GST_EVENT_SEGMENT: {  // there may be text again
      Lock lock(mutex_);
      if (told_ == GST_CLOCK_TIME_NONE) told_ = 0;
      return;
    }
    case GST_EVENT_EOS: {  // what is on does not go on
      Lock lock(mutex_);
      told_ = GST_CLOCK_TIME_NONE;
      return;
    }
    case GST_EVENT_FLUSH_STOP:
      return clear();
    default:
      return;
  }
}

void ArrivingText::clear() {
  Lock lock(mutex_);
  texts_.clear();
  told_ = 0;
}

// Of two channels that speak, the text that came last.
std::string ArrivingText::text_at(GstClockTime now) const {
  Lock lock(mutex_);
  bool untold = now >= told_ && now - told_ < kPatience;
  if (untold && told_ > 0) now = told_ - 1;
  auto on = std::find_if(texts_.rbegin(), texts_.rend(),
                         [now](const Text& text) { return text.from <= now && now < text.to; });
  return on == texts_.rend() ? std::string() : on->markup;
}

GstClockTime ArrivingText::running_time(GstClockTime pts) const {
  Ptr<GstEvent> event(gst_pad_get_sticky_event(text_.get(), GST_EVENT_SEGMENT, 0));
  if (!event) return GST_CLOCK_TIME_NONE;
  const GstSegment* segment = nullptr;
  gst_event_parse_segment(event.get(), &segment);
  return gst_segment_to_running_time(segment, GST_FORMAT_TIME, pts);
}

std::string ArrivingText::markup_of(GstBuffer* buffer) const {
  std::string text(gst_buffer_get_size(buffer), '\0');
  gst_buffer_extract(buffer, 0, text.data(), text.size());
  Ptr<GstCaps> caps(gst_pad_get_current_caps(text_.get()));
  const char* format =
      caps ? gst_structure_get_string(gst_caps_get_structure(caps.get(), 0), "format") : nullptr;
  if (format && std::strcmp(format, "pango-markup") == 0) return text;
  Ptr<char> escaped(g_markup_escape_text(text.data(), static_cast<gssize>(text.size())));
  return escaped.get();
}

}  // namespace dg
