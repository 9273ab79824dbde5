// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/textpad.h"

#include <algorithm>
#include <string>
#include <utility>

#include "plugin/captiontext.h"
#include "plugin/times.h"
#include "plugin/wordsmeta.h"

GST_DEBUG_CATEGORY_EXTERN(deepgram_live_debug);
#define GST_CAT_DEFAULT deepgram_live_debug

namespace dg {
namespace {

// GAPs that end exactly when they are due freeze a picture that waits for them.
constexpr Nanos kAhead = std::chrono::milliseconds(60);

}  // namespace

void TextPad::start(const Settings& settings) {
  settings_ = settings;
  latency_ = settings.latency.count();
  captions_.reset();
  begin_captions();
  has_segment_ = false;
  discont_ = true;
  last_flow_ = GST_FLOW_OK;
  position_ = GST_CLOCK_TIME_NONE;
  late_words_ = corrected_before_ = corrected_now_ = 0;
  flushes_ = flushes_put_ = 0;
  now_ = GST_CLOCK_TIME_NONE;
  queue_.open();
  queue_.hold_up(false);
  gst_pad_start_task(source_, run_task, this, nullptr);
}

void TextPad::interrupt() {
  queue_.close();
}

void TextPad::stop() {
  interrupt();
  gst_pad_stop_task(source_);
  captions_.reset();
}

void TextPad::flush_start() {
  queue_.hold_up(true);
}

void TextPad::await_task() {
  GST_PAD_STREAM_LOCK(source_);
  GST_PAD_STREAM_UNLOCK(source_);
}

void TextPad::flush_stop() {
  ++flushes_;
  begin_captions();
  has_segment_ = false;
  discont_ = true;
  last_flow_ = GST_FLOW_OK;
  queue_.hold_up(false);
  gst_pad_start_task(source_, run_task, this, nullptr);
}

// How they are made may depend on whether upstream is live.
void TextPad::begin_captions() {
  if (captions_) corrected_before_ += captions_->corrected();
  corrected_now_ = 0;
  CaptionStyle style = settings_.style;
  if (!live_) {
    style.interims = InterimStrategy::Disabled;
    style.timing = Timing::Media;
  }
  style.granularity = resolved(style.granularity, live_, Nanos(latency_));
  captions_.emplace(style);
}

// Behind what came before: while a push waits for downstream, time must not overtake text.
void TextPad::tick(GstClockTime now) {
  queue_.replace_now({flushes_, Tick{now}},
                     [](const Item& item) { return std::holds_alternative<Tick>(item.what); });
}

// An interim is void with the next of its channel; what is not live does without.
void TextPad::put(const Revision& revision) {
  if (!revision.final && (!live_ || settings_.style.interims == InterimStrategy::Disabled)) return;
  queue_.replace_now({flushes_put_, revision}, [&](const Item& item) {
    auto* heard = std::get_if<Revision>(&item.what);
    return heard && !heard->final && heard->channel == revision.channel;
  });
}

void TextPad::put_settled(Nanos time) {
  queue_.push_now({flushes_put_, Settled{time}});
}

void TextPad::put_awaited(Nanos time) {
  queue_.push_now({flushes_put_, Awaited{time}});
}

void TextPad::put_language(const std::string& language) {
  queue_.push_now({flushes_put_, Language{language}});
}

void TextPad::put_event(Ptr<GstEvent> event) {
  queue_.push_now({flushes_put_, std::move(event)});
}

void TextPad::put_flush(std::vector<Ptr<GstEvent>> events) {
  for (Ptr<GstEvent>& event : events) queue_.push_now({flushes_put_, std::move(event)});
  ++flushes_put_;
}

void TextPad::run_task(gpointer self) {
  static_cast<TextPad*>(self)->loop();
}

void TextPad::loop() {
  std::optional<Item> item = queue_.pop();
  if (!item) {
    gst_pad_pause_task(source_);
    return;
  }
  bool is_event = std::holds_alternative<Ptr<GstEvent>>(item->what);
  // In a flush the clock goes on, and so does the connection.
  bool is_of_no_time =
      std::holds_alternative<Tick>(item->what) || std::holds_alternative<Language>(item->what);
  if (is_of_no_time || item->flushes == flushes_) {
    std::visit([this](auto& what) { take(what); }, item->what);
  } else if (is_event) {
    // From before a flush. What describes the stream still does; what is about its time does not.
    auto& event = std::get<Ptr<GstEvent>>(item->what);
    GstEventType type = GST_EVENT_TYPE(event.get());
    bool sticky = gst_event_type_get_flags(type) & GST_EVENT_TYPE_STICKY;
    if (sticky && type != GST_EVENT_SEGMENT && type != GST_EVENT_EOS) take(event);
  }
}

void TextPad::take(const Revision& revision) {
  captions_->take(revision);
  corrected_now_ = captions_->corrected();
  release();
}

void TextPad::take(const Settled& settled) {
  captions_->settled(settled.time);
  release();
}

void TextPad::take(const Awaited& awaited) {
  captions_->awaited(awaited.time);
  release();
}

void TextPad::take(const Tick& tick) {
  now_ = tick.now;
  fall_due();
  release();
}

// Applies the last tick, which may have come before the segment.
void TextPad::fall_due() {
  if (!has_segment_ || !GST_CLOCK_TIME_IS_VALID(now_)) return;
  std::optional<Nanos> now = pts_at(nanos(now_));
  std::optional<Nanos> due = pts_at(nanos(now_) - Nanos(latency_) + kAhead);
  if (due)
    captions_->due(*due, now.value_or(*due));
  else if (now && settings_.style.timing == Timing::Arrival)
    captions_->due(nanos(segment_.start) - Nanos(1), *now);
}

std::optional<Nanos> TextPad::pts_at(Nanos running_time) const {
  if (running_time < Nanos(0)) return std::nullopt;
  guint64 pts =
      gst_segment_position_from_running_time(&segment_, GST_FORMAT_TIME, clock_time(running_time));
  if (!GST_CLOCK_TIME_IS_VALID(pts)) return std::nullopt;
  return nanos(pts);
}

void TextPad::take(Ptr<GstEvent>& event) {
  renegotiate();
  switch (GST_EVENT_TYPE(event.get())) {
    case GST_EVENT_STREAM_START:
      return take_stream_start(std::move(event));
    case GST_EVENT_SEGMENT:
      return take_segment(std::move(event));
    case GST_EVENT_EOS:
    case GST_EVENT_SEGMENT_DONE:
      captions_->close();
      release();
      break;
    default:
      break;
  }
  gst_pad_push_event(source_, event.release());
}

// The text's own: sparse, so that nothing waits for it to fill a queue.
void TextPad::take_stream_start(Ptr<GstEvent> event) {
  const char* upstream = nullptr;
  gst_event_parse_stream_start(event.get(), &upstream);
  std::string id = std::string(upstream ? upstream : "audio") + "/text";
  GstEvent* own = gst_event_new_stream_start(id.c_str());
  guint group = 0;
  if (gst_event_parse_group_id(event.get(), &group)) gst_event_set_group_id(own, group);
  gst_event_set_stream_flags(own, GST_STREAM_FLAG_SPARSE);
  gst_event_set_seqnum(own, gst_event_get_seqnum(event.get()));
  gst_pad_push_event(source_, own);
  if (!negotiate()) note(GST_FLOW_NOT_NEGOTIATED);
}

void TextPad::take_segment(Ptr<GstEvent> event) {
  GstSegment segment;
  gst_event_copy_segment(event.get(), &segment);
  bool alike = has_segment_ && maps_alike(segment_, segment);
  if (!alike) {
    captions_->close();
    release();
  }
  segment_ = segment;
  has_segment_ = true;
  if (!gst_pad_has_current_caps(source_) && !negotiate()) note(GST_FLOW_NOT_NEGOTIATED);
  Nanos start = nanos(segment.start);
  GstSegment shown = segment;
  shown.base += clock_time(settings_.lateness);
  GstEvent* own = gst_event_new_segment(&shown);
  gst_event_set_seqnum(own, gst_event_get_seqnum(event.get()));
  gst_pad_push_event(source_, own);
  announce_language();
  if (alike) return;
  begin_captions();
  captions_->restart(start);
  bool backwards = segment.rate < 0 && GST_CLOCK_TIME_IS_VALID(segment.stop);
  Nanos first = backwards ? nanos(segment.stop) : start;
  push(Gap{first, first});  // prerolls sinks
  fall_due();
  release();
}

// The caps do not depend on the audio's.
bool TextPad::negotiate() {
  Ptr<GstCaps> ours(gst_pad_get_pad_template_caps(source_));
  Ptr<GstCaps> wanted(gst_pad_peer_query_caps(source_, ours.get()));
  if (gst_caps_is_empty(wanted.get())) return false;
  Ptr<GstCaps> utf8(gst_caps_new_simple("text/x-raw", "format", G_TYPE_STRING, "utf8", nullptr));
  Ptr<GstCaps> markup(
      gst_caps_new_simple("text/x-raw", "format", G_TYPE_STRING, "pango-markup", nullptr));
  bool colors = settings_.style.labels == SpeakerLabels::Color &&
                gst_caps_can_intersect(wanted.get(), markup.get());
  markup_ = colors || !gst_caps_can_intersect(wanted.get(), utf8.get());
  Ptr<GstCaps> caps = std::move(markup_ ? markup : utf8);
  Ptr<GstCaps> current(gst_pad_get_current_caps(source_));
  if (current && gst_caps_is_equal(current.get(), caps.get())) return true;
  return gst_pad_push_event(source_, gst_event_new_caps(caps.get()));
}

// What is downstream now may want other caps.
void TextPad::renegotiate() {
  if (has_segment_ && gst_pad_check_reconfigure(source_) && !negotiate())
    note(GST_FLOW_NOT_NEGOTIATED);
}

void TextPad::announce_language() {
  if (settings_.language.empty() || settings_.language == "multi") return;
  std::string code = settings_.language.substr(0, settings_.language.find('-'));
  GstTagList* tags = gst_tag_list_new(GST_TAG_LANGUAGE_CODE, code.c_str(), nullptr);
  gst_pad_push_event(source_, gst_event_new_tag(tags));
}

void TextPad::take(const Language& language) {
  settings_.language = language.code;
  if (has_segment_) announce_language();
}

void TextPad::release() {
  if (!has_segment_) return;
  std::vector<CaptionItem> items = captions_->release();
  if (!items.empty()) renegotiate();
  for (const CaptionItem& item : items) std::visit([this](const auto& is) { push(is); }, item);
}

void TextPad::push(const Gap& gap) {
  Nanos duration = gap.to - gap.from;
  gst_pad_push_event(source_, gst_event_new_gap(clock_time(gap.from), clock_time(duration)));
  note_position(gap.to);
}

void TextPad::push(const Caption& caption) {
  if (!caption.continued) push_speaker(caption);
  GST_LOG_OBJECT(source_, "%" GST_TIME_FORMAT "+%" GST_TIME_FORMAT ": %s%s",
                 GST_TIME_ARGS(clock_time(caption.pts)),
                 GST_TIME_ARGS(clock_time(caption.duration)), caption.text().c_str(),
                 caption.continued ? " (goes on)" : "");
  note(gst_pad_push(source_, buffer_of(caption).release()));
  discont_ = false;
  note_position(caption.end());
  late_words_ += caption.late;
}

Ptr<GstBuffer> TextPad::buffer_of(const Caption& caption) const {
  std::string text = caption_text(caption, markup_, settings_.style.labels);
  Ptr<GstBuffer> buffer(gst_buffer_new_memdup(text.data(), text.size()));
  GST_BUFFER_PTS(buffer.get()) = clock_time(caption.pts);
  GST_BUFFER_DURATION(buffer.get()) = clock_time(caption.duration);
  if (discont_) GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_DISCONT);
  add_words_meta(
      buffer.get(),
      {caption.words, caption.speaker, caption.channel, caption.confidence, caption.continued},
      [this](Nanos pts) { return running_time(pts); });
  return buffer;
}

void TextPad::push(const SpeechEnd&) {
  GstStructure* final = gst_structure_new_empty("rstranscribe/final-transcript");
  gst_pad_push_event(source_, gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, final));
}

// In the shape that other transcribers' consumers know.
void TextPad::push_speaker(const Caption& caption) {
  if (!caption.speaker) return;
  std::string speaker = std::to_string(*caption.speaker);
  if (caption.speaker_change) {
    GstStructure* change = gst_structure_new("rstranscribe/speaker-change", "speaker",
                                             G_TYPE_STRING, speaker.c_str(), nullptr);
    gst_pad_push_event(source_, gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, change));
  }
  std::string content = caption.fresh_text();
  GstStructure* item = gst_structure_new(
      "rstranscribe/new-item", "speaker", G_TYPE_STRING, speaker.c_str(), "content", G_TYPE_STRING,
      content.c_str(), "running-time", G_TYPE_UINT64, running_time(caption.pts), "duration",
      G_TYPE_UINT64, clock_time(caption.duration), nullptr);
  gst_pad_push_event(sink_, gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM, item));
}

GstClockTime TextPad::running_time(Nanos pts) const {
  return gst_segment_to_running_time(&segment_, GST_FORMAT_TIME, clock_time(pts));
}

void TextPad::note_position(Nanos pts) {
  position_ = gst_segment_to_stream_time(&segment_, GST_FORMAT_TIME, clock_time(pts));
}

void TextPad::note(GstFlowReturn flow) {
  if (flow != GST_FLOW_OK) GST_DEBUG_OBJECT(source_, "downstream says %s", gst_flow_get_name(flow));
  // What is broken stays so, whatever it says later: upstream may not have heard of it yet.
  if (last_flow_ != GST_FLOW_ERROR) last_flow_ = flow;
}

}  // namespace dg
