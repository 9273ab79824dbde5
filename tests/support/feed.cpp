// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/feed.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include "server/tones.h"

namespace dg {
namespace {

// Also of days of audio, whose nanoseconds times the rate no integer holds.
std::int64_t count(int rate, Nanos time) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  return time.count() / kSecond * rate + time.count() % kSecond * rate / kSecond;
}

}  // namespace

std::vector<std::int16_t> tone_audio(int rate, int channels, Nanos from, Nanos to, Nanos apart) {
  std::int64_t first = count(rate, from);
  auto width = static_cast<std::size_t>(channels);
  std::vector<std::int16_t> mono(static_cast<std::size_t>(count(rate, to) - first));
  std::vector<std::int16_t> all(mono.size() * width);
  for (std::size_t channel = 0; channel < width; ++channel) {
    if (channel == 0 || apart != Nanos(0)) server::tones::write(rate, first, mono);
    for (std::size_t i = 0; i < mono.size(); ++i) all[i * width + channel] = mono[i];
    first += count(rate, apart);
  }
  return all;
}

Feed::Feed(GstElement* to, int rate, int channels, Watchdog& watchdog)
    : rate_(rate),
      channels_(channels),
      watchdog_(watchdog),
      pad_(own(gst_pad_new("feed", GST_PAD_SRC))) {
  gst_pad_set_element_private(pad(), this);
  gst_pad_set_query_function(pad(), answer);
  gst_pad_set_active(pad(), TRUE);
  Ptr<GstPad> sink(gst_element_get_static_pad(to, "sink"));
  EXPECT_EQ(gst_pad_link_full(pad(), sink.get(), GST_PAD_LINK_CHECK_NOTHING), GST_PAD_LINK_OK);
}

Feed::~Feed() {
  if (Ptr<GstPad> sink(gst_pad_get_peer(pad())); sink) gst_pad_unlink(pad(), sink.get());
  gst_pad_set_active(pad(), FALSE);
}

gboolean Feed::answer(GstPad* pad, GstObject* parent, GstQuery* query) {
  auto* self = static_cast<Feed*>(gst_pad_get_element_private(pad));
  if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY) return gst_pad_query_default(pad, parent, query);
  gst_query_set_latency(query, self->live_, clock(self->least_), GST_CLOCK_TIME_NONE);
  return TRUE;
}

std::int64_t Feed::samples_in(Nanos time) const {
  return count(rate_, time);
}

std::size_t Feed::bytes_in(Nanos time) const {
  return static_cast<std::size_t>(samples_in(time) * channels_) * sizeof(std::int16_t);
}

bool Feed::begin() {
  return stream_start() && caps() && segment();
}

bool Feed::stream_start() {
  GstEvent* start = gst_event_new_stream_start("feed");
  gst_event_set_group_id(start, 7);
  return event(start);
}

bool Feed::caps() {
  std::string text = "audio/x-raw,format=S16LE,layout=interleaved,rate=" + std::to_string(rate_) +
                     ",channels=" + std::to_string(channels_);
  if (channels_ == 2) text += ",channel-mask=(bitmask)0x3";
  return caps(text.c_str());
}

bool Feed::caps(const char* text) {
  Ptr<GstCaps> caps(gst_caps_from_string(text));
  return event(gst_event_new_caps(caps.get()));
}

bool Feed::segment(GstFormat format) {
  GstSegment segment;
  gst_segment_init(&segment, format);
  return event(gst_event_new_segment(&segment));
}

bool Feed::segment(const std::function<void(GstSegment&)>& change) {
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  change(segment);
  return event(gst_event_new_segment(&segment));
}

bool Feed::gap(Nanos from, Nanos duration) {
  return event(gst_event_new_gap(clock(from + offset_), clock(duration)));
}

bool Feed::end() {
  return event(gst_event_new_eos());
}

bool Feed::flush() {
  return event(gst_event_new_flush_start()) && event(gst_event_new_flush_stop(TRUE));
}

bool Feed::event(GstEvent* event) {
  Watchdog::Guard guard(watchdog_);
  return gst_pad_push_event(pad(), event);
}

Ptr<GstBuffer> Feed::buffer(Nanos from, Nanos to) const {
  std::vector<std::int16_t> audio = tone_audio(rate_, channels_, from, to, apart_);
  Ptr<GstBuffer> buffer(gst_buffer_new_memdup(audio.data(), audio.size() * sizeof audio[0]));
  GST_BUFFER_PTS(buffer.get()) = clock(from + offset_);
  GST_BUFFER_DURATION(buffer.get()) = clock(to - from);
  return buffer;
}

GstFlowReturn Feed::push(Ptr<GstBuffer> buffer) {
  std::optional<Watchdog::Guard> guard;
  if (watched_) guard.emplace(watchdog_);
  if (std::exchange(discont_, false)) GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_DISCONT);
  return gst_pad_push(pad(), buffer.release());
}

GstFlowReturn Feed::tones(Nanos from, Nanos to) {
  GstFlowReturn flow = GST_FLOW_OK;
  for (Nanos at = from; at < to && flow == GST_FLOW_OK; at += buffer_)
    flow = push(buffer(at, std::min(at + buffer_, to)));
  return flow;
}

GstFlowReturn Feed::silence(Nanos from, Nanos to) {
  Ptr<GstBuffer> buffer(gst_buffer_new_allocate(nullptr, bytes_in(to - from), nullptr));
  gst_buffer_memset(buffer.get(), 0, 0, bytes_in(to - from));
  GST_BUFFER_PTS(buffer.get()) = clock(from + offset_);
  return push(std::move(buffer));
}

}  // namespace dg
