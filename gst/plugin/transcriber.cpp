// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/transcriber.h"

#include <algorithm>
#include <string>
#include <utility>

#include "net/networksockets.h"
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

std::optional<AudioFormat> format_of(GstCaps* caps) {
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  AudioFormat format;
  if (g_strcmp0(gst_structure_get_string(structure, "format"), "F32LE") == 0)
    format.encoding = Encoding::Linear32;
  if (gst_structure_has_name(structure, "audio/x-mulaw")) format.encoding = Encoding::Mulaw;
  if (gst_structure_has_name(structure, "audio/x-alaw")) format.encoding = Encoding::Alaw;
  if (!gst_structure_get_int(structure, "rate", &format.rate) || format.rate <= 0 ||
      !gst_structure_get_int(structure, "channels", &format.channels) || format.channels <= 0)
    return std::nullopt;
  return format;
}

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
  Lock lock(ending_);
  ends_ = false;
  stream_ = std::move(stream);
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
  if (has_segment_ && GST_BUFFER_PTS_IS_VALID(buffer.get()))
    buffer.reset(gst_audio_buffer_clip(buffer.release(), &segment_, format_->rate,
                                       static_cast<gint>(format_->bytes_per_sample())));
  if (!buffer) return GST_FLOW_OK;
  std::optional<Nanos> pts = aligned(buffer.get());
  if (!pts) return GST_FLOW_OK;
  return push_audio(buffer.get(), *pts) ? GST_FLOW_OK : GST_FLOW_FLUSHING;
}

// The buffer's time, without jitter; nothing if there is no time to know.
std::optional<Nanos> Transcriber::aligned(GstBuffer* buffer) {
  std::int64_t samples = format_->samples_in(gst_buffer_get_size(buffer));
  GstClockTime expected = gst_audio_stream_align_get_timestamp_at_discont(align_.get());
  bool first = !GST_CLOCK_TIME_IS_VALID(expected);
  GstClockTime next =
      first ? 0
            : expected + clock_time(format_->duration_of(static_cast<std::int64_t>(
                             gst_audio_stream_align_get_samples_since_discont(align_.get()))));
  GstClockTime pts = GST_BUFFER_PTS(buffer);
  if (!GST_CLOCK_TIME_IS_VALID(pts)) pts = next_pts_ ? clock_time(*next_pts_) : next;
  bool jump = !first && abs(nanos(pts) - nanos(next)) >= kCertainJump;
  bool discont = GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT) || jump;
  GstClockTime out = pts;
  gst_audio_stream_align_process(align_.get(), discont, pts, static_cast<guint>(samples), &out,
                                 nullptr, nullptr);
  next_pts_ = nanos(out) + format_->duration_of(samples);
  return nanos(out);
}

// Nothing is said backwards, but time goes on, and the text's consumers need to know.
void Transcriber::pass_backwards(GstBuffer* buffer) {
  if (!GST_BUFFER_PTS_IS_VALID(buffer)) return;
  mark(Ptr<GstEvent>(gst_event_new_gap(GST_BUFFER_PTS(buffer), GST_BUFFER_DURATION(buffer))),
       Mark::Ask::Nothing);
}

bool Transcriber::push_audio(GstBuffer* buffer, Nanos pts) {
  std::size_t size = gst_buffer_get_size(buffer);
  std::size_t odd = size % format_->bytes_per_sample();
  if (odd != 0 && !std::exchange(warned_of_size_, true))
    GST_WARNING_OBJECT(element_, "buffer of %zu bytes ends inside a sample; the rest is left out",
                       size);
  size -= odd;
  if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_GAP)) {
    Nanos duration = format_->duration_of(format_->samples_in(size));
    return push(Hole{pts, pts + duration, true}, Stream::Room::Ignore);
  }
  if (size == 0) return true;
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
  if (!format) return false;
  GST_INFO_OBJECT(element_, "audio is %" GST_PTR_FORMAT, caps);
  if (!format_ || format_->rate != format->rate)
    align_.reset(gst_audio_stream_align_new(format->rate, kAlignment, kDiscontWait));
  format_ = format;
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
