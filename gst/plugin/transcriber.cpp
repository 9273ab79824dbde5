// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/transcriber.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

#include "core/packet.h"
#include "net/networksockets.h"
#include "plugin/audiocaps.h"
#include "plugin/times.h"

GST_DEBUG_CATEGORY_EXTERN(deepgram_live_debug);
#define GST_CAT_DEFAULT deepgram_live_debug

namespace dg {
namespace {

using namespace std::chrono_literals;

// https://gstreamer.freedesktop.org/documentation/audio/gstaudiostreamalign.html: as the audio
// sinks and encoders have it.
constexpr GstClockTime kAlignment = 20 * GST_MSECOND, kDiscontWait = GST_SECOND;
// A jump of this size is no jitter, flagged or not: waiting to see whether it lasts would put what
// is said meanwhile at the wrong time.
constexpr Nanos kCertainJump = 80ms;

// The align knows no time before zero, where what an encoder puts in front of the audio has its
// own.
constexpr Nanos kBeforeZero = 2s;

// Audio tags say nothing of the text; those of the whole programme do.
bool is_of_the_audio(GstEvent* event) {
  GstTagList* tags = nullptr;
  gst_event_parse_tag(event, &tags);
  return gst_tag_list_get_scope(tags) == GST_TAG_SCOPE_STREAM;
}

}  // namespace

Nanos Transcriber::latency() const {
  Lock lock(mutex_);
  return settings_.limits.latency;
}

void Transcriber::start() {
  has_segment_ = has_heard_segment_ = backwards_ = warned_of_size_ = false;
  told_kinds_.clear();
  malformed_told_ = error_told_ = Seldom(kSeldom);
  format_.reset();
  align_.reset();
  Settings settings = this->settings();
  next_pts_.reset();
  overflow_ = settings.limits.overflow;
  max_observed_delay_ = 0;
  delays_ = {};
  language_ = std::get<std::string>(settings.options.at("language"));
  counts_interims_ = settings.captions.interims != InterimStrategy::Disabled;
  reached_ends_.open();
  reached_ends_.hold_up(false);
  auto stream = Stream::begin(query_of(settings), settings.limits, network_sockets(), *this);
  {
    Lock lock(ending_);
    ends_ = false;
    stream_ = std::move(stream);
  }
  tell_change(query_of(settings), query_of(this->settings()));  // what was set meanwhile
}

void Transcriber::interrupt() {
  {
    Lock lock(ending_);
    ends_ = true;
  }
  hurry(true);
}

void Transcriber::hurry(bool hurried) {
  Lock lock(ending_);
  if (!stream_ || (ends_ && !hurried)) return;
  stream_->hurry(hurried);
  reached_ends_.hold_up(hurried);
}

void Transcriber::stop() {
  std::unique_ptr<Stream> stream;
  {
    Lock lock(ending_);
    stream = std::move(stream_);
  }
  if (stream) Stream::end(std::move(stream));
  shelf_.clear();
  reached_ends_.close();
}

void Transcriber::note_live(bool live) {
  if (live_.exchange(live) != live)
    GST_INFO_OBJECT(element_, "upstream is %slive", live ? "" : "not ");
}

void Transcriber::ask_upstream() {
  if (auto live = upstream_is_live(pad_of(element_, "sink").get())) note_live(*live);
}

void Transcriber::resume() {
  Lock lock(ending_);
  if (stream_) stream_->resume();
}

bool Transcriber::blocking() const {
  return overflow_ == Overflow::Block || (overflow_ == Overflow::Auto && !live_);
}

bool Transcriber::push(Input input, Stream::Room room) {
  if (!stream_) return false;
  stream_->set(live_, latency());
  return stream_->push(std::move(input), room);
}

GstFlowReturn Transcriber::take(Ptr<GstBuffer> buffer, GstFlowReturn downstream) {
  if (downstream == GST_FLOW_ERROR || downstream == GST_FLOW_NOT_NEGOTIATED) return downstream;
  if (!format_) return GST_FLOW_NOT_NEGOTIATED;
  if (backwards_) {
    pass_backwards(buffer.get());
    return GST_FLOW_OK;
  }
  buffer = clipped(std::move(buffer));
  if (!buffer) return GST_FLOW_OK;
  std::int64_t samples = samples_in(buffer.get());
  warn_of_size(buffer.get());
  if (samples == 0) return GST_FLOW_OK;
  Nanos pts = aligned(buffer.get(), samples);
  return push_audio(buffer.get(), pts, samples) ? GST_FLOW_OK : GST_FLOW_FLUSHING;
}

// What of it lies inside of the segment; a packet whole, if any of it does. What describes a stream
// of packets is in the caps, and no audio when it comes as a buffer.
Ptr<GstBuffer> Transcriber::clipped(Ptr<GstBuffer> buffer) const {
  bool packets = format_->is_packets();
  if (packets && GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_HEADER)) return nullptr;
  if (!has_segment_ || !GST_BUFFER_PTS_IS_VALID(buffer.get())) return buffer;
  if (!packets)
    return Ptr<GstBuffer>(gst_audio_buffer_clip(buffer.release(), &segment_, format_->rate,
                                                static_cast<gint>(format_->bytes_per_sample())));
  GstClockTime start = GST_BUFFER_PTS(buffer.get());
  GstClockTime end = start + clock_time(format_->duration_of(samples_in(buffer.get())));
  bool inside = gst_segment_clip(&segment_, GST_FORMAT_TIME, start, end, nullptr, nullptr);
  return inside ? std::move(buffer) : nullptr;
}

std::int64_t Transcriber::samples_in(GstBuffer* buffer) const {
  if (!format_->is_packets()) return format_->samples_in(gst_buffer_get_size(buffer));
  std::array<std::byte, kPacketStart> start;
  std::size_t size = gst_buffer_extract(buffer, 0, start.data(), start.size());
  return format_->samples_in(std::span<const std::byte>(start).first(size));
}

// How much of what comes out of the decoder is in front of the buffer's time. It may be more than
// one packet: then the buffer knows of its own, and the caps of all.
Nanos Transcriber::lead_of(GstBuffer* buffer, std::int64_t samples) {
  auto* clip = gst_buffer_get_audio_clipping_meta(buffer);
  if (!clip || clip->start == 0 || !format_->is_packets()) return Nanos(0);
  std::int64_t own = clip->format == GST_FORMAT_TIME ? format_->samples_in(nanos(clip->start))
                                                     : static_cast<std::int64_t>(clip->start);
  own = std::clamp<std::int64_t>(own, 0, samples);
  std::int64_t lead = std::max(own, pre_skip_);
  pre_skip_ = std::max<std::int64_t>(pre_skip_ - own, 0);
  return format_->duration_of(lead);
}

// The buffer's time, without jitter.
Nanos Transcriber::aligned(GstBuffer* buffer, std::int64_t samples) {
  GstClockTime anchor = gst_audio_stream_align_get_timestamp_at_discont(align_.get());
  bool first = !GST_CLOCK_TIME_IS_VALID(anchor);
  Nanos next = first ? Nanos(0)
                     : nanos(anchor) - kBeforeZero +
                           format_->duration_of(static_cast<std::int64_t>(
                               gst_audio_stream_align_get_samples_since_discont(align_.get())));
  Nanos pts = GST_BUFFER_PTS_IS_VALID(buffer)
                  ? nanos(GST_BUFFER_PTS(buffer)) - lead_of(buffer, samples)
                  : next_pts_.value_or(next);
  // A decoder is told to throw away what does not count; here the time tells.
  bool trimmed = format_->is_packets() && gst_buffer_get_audio_clipping_meta(buffer);
  bool jump = !first && abs(pts - next) >= kCertainJump;
  bool discont = GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT) || jump || trimmed;
  GstClockTime out = 0;
  gst_audio_stream_align_process(align_.get(), discont, clock_time(pts + kBeforeZero),
                                 static_cast<guint>(samples), &out, nullptr, nullptr);
  if (trimmed) gst_audio_stream_align_mark_discont(align_.get());
  pts = nanos(out) - kBeforeZero;
  next_pts_ = pts + format_->duration_of(samples);
  return pts;
}

// Nothing is said backwards, but time goes on, and the text's consumers need to know.
void Transcriber::pass_backwards(GstBuffer* buffer) {
  if (!GST_BUFFER_PTS_IS_VALID(buffer)) return;
  mark(Ptr<GstEvent>(gst_event_new_gap(GST_BUFFER_PTS(buffer), GST_BUFFER_DURATION(buffer))),
       Mark::Ask::Nothing);
}

// What is no whole sample, or no packet, is left out.
void Transcriber::warn_of_size(GstBuffer* buffer) {
  std::size_t size = gst_buffer_get_size(buffer);
  bool packets = format_->is_packets();
  bool odd = packets ? samples_in(buffer) == 0 : size % format_->bytes_per_sample() != 0;
  if (!odd || std::exchange(warned_of_size_, true)) return;
  GST_WARNING_OBJECT(element_, "buffer of %zu bytes %s is left out", size,
                     packets ? "is no packet, and" : "ends inside a sample; the rest");
}

bool Transcriber::push_audio(GstBuffer* buffer, Nanos pts, std::int64_t samples) {
  if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_GAP))
    return push(Hole{pts, pts + format_->duration_of(samples), true}, Stream::Room::Ignore);
  std::size_t size = gst_buffer_get_size(buffer);
  if (!format_->is_packets()) size -= size % format_->bytes_per_sample();
  Audio audio{{pts, *format_, std::vector<std::byte>(size)}};
  gst_buffer_extract(buffer, 0, audio.piece.bytes.data(), size);
  bool waits = output_ && blocking();  // who has no output has waited: await_room()
  return push(std::move(audio), waits ? Stream::Room::Await : Stream::Room::Ignore);
}

bool Transcriber::take_event(Ptr<GstEvent> event) {
  switch (GST_EVENT_TYPE(event.get())) {
    case GST_EVENT_CAPS: {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event.get(), &caps);
      return take_caps(caps);
    }
    case GST_EVENT_SEGMENT:
      take_segment(std::move(event));
      break;
    case GST_EVENT_GAP:
      if (backwards_)
        mark(std::move(event), Mark::Ask::Nothing);
      else
        take_gap(event.get());
      break;
    case GST_EVENT_EOS:
      mark(std::move(event), Mark::Ask::End);
      break;
    case GST_EVENT_SEGMENT_DONE:
      mark(std::move(event), Mark::Ask::Finalize);
      break;
    case GST_EVENT_TAG:
      if (!is_of_the_audio(event.get())) mark(std::move(event), Mark::Ask::Nothing);
      break;
    default:
      mark(std::move(event), Mark::Ask::Nothing);
      break;
  }
  return true;
}

bool Transcriber::take_caps(GstCaps* caps) {
  std::optional<AudioFormat> format = format_of(caps);
  if (!format) {
    GST_WARNING_OBJECT(element_, "cannot send %" GST_PTR_FORMAT, caps);
    return false;
  }
  GST_INFO_OBJECT(element_, "audio is %" GST_PTR_FORMAT, caps);
  if (!format_ || format_->clock_rate() != format->clock_rate())
    align_.reset(gst_audio_stream_align_new(format->clock_rate(), kAlignment, kDiscontWait));
  format_ = format;
  pre_skip_ = pre_skip_of(caps);
  return true;
}

void Transcriber::take_segment(Ptr<GstEvent> event) {
  GstSegment segment;
  gst_event_copy_segment(event.get(), &segment);
  if (segment.format != GST_FORMAT_TIME) {  // its times say nothing: count from zero
    gst_segment_init(&segment, GST_FORMAT_TIME);
    guint32 seqnum = gst_event_get_seqnum(event.get());
    event.reset(gst_event_new_segment(&segment));
    gst_event_set_seqnum(event.get(), seqnum);
  }
  bool alike = has_segment_ && maps_alike(segment_, segment);
  segment_ = segment;
  has_segment_ = true;
  backwards_ = segment.rate < 0;
  if (!alike) {
    next_pts_ = nanos(segment_.start);
    if (align_) gst_audio_stream_align_mark_discont(align_.get());
  }
  mark(std::move(event), alike ? Mark::Ask::Nothing : Mark::Ask::Finalize, !alike);
}

void Transcriber::take_gap(GstEvent* event) {
  GstClockTime start = 0, duration = 0;
  gst_event_parse_gap(event, &start, &duration);
  guint64 from = 0, to = 0;
  if (!GST_CLOCK_TIME_IS_VALID(start)) return;
  if (!GST_CLOCK_TIME_IS_VALID(duration)) duration = 0;
  if (has_segment_ &&
      !gst_segment_clip(&segment_, GST_FORMAT_TIME, start, start + duration, &from, &to))
    return;
  if (!has_segment_) {
    from = start;
    to = start + duration;
  }
  if (align_) gst_audio_stream_align_mark_discont(align_.get());
  next_pts_ = nanos(to);
  push(Hole{nanos(from), nanos(to), true}, Stream::Room::Ignore);
}

void Transcriber::mark(Ptr<GstEvent> event, Mark::Ask ask, bool new_time) {
  Mark mark;
  mark.ask = ask;
  mark.new_time = new_time;
  mark.parcel = shelf_.put(std::move(event));
  push(std::move(mark), Stream::Room::Ignore);
}

bool Transcriber::await_room() {
  return !stream_ || !blocking() || stream_->await_room();
}

// One that a flush made void may have been reached all the same.
bool Transcriber::await_end(const GstEvent* end) {
  while (std::optional<Ptr<GstEvent>> reached = reached_ends_.pop())
    if (reached->get() == end) return true;
  return false;
}

void Transcriber::flush() {
  has_segment_ = false;
  next_pts_.reset();
  if (align_) gst_audio_stream_align_mark_discont(align_.get());
  Lock lock(ending_);
  if (stream_) push(Flush{}, Stream::Room::Ignore);
}

}  // namespace dg
