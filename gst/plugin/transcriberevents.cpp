// SPDX-License-Identifier: LGPL-2.1-or-later
// What a transcriber makes of what its session tells: messages on the bus, and text.
#include <cstdlib>
#include <string>
#include <utility>

#include "plugin/faults.h"
#include "plugin/results.h"
#include "plugin/times.h"
#include "plugin/transcriber.h"

GST_DEBUG_CATEGORY_EXTERN(deepgram_live_debug);
#define GST_CAT_DEFAULT deepgram_live_debug

namespace dg {
namespace {

// How much of a frame that is no message is logged.
constexpr std::size_t kShown = 200;
// How many kinds of message that are not known are told of.
constexpr std::size_t kMostKinds = 32;

std::string shown(std::string_view frame) {
  return std::string(frame.substr(0, kShown));
}

// Plays, or is on its way to a state: what it waits for may be text.
bool goes_on(GstElement* element) {
  Ptr<GstObject> top(GST_OBJECT(gst_object_ref(element)));
  while (GstObject* parent = gst_object_get_parent(top.get())) top.reset(parent);
  GST_OBJECT_LOCK(top.get());
  GstElement* pipeline = GST_ELEMENT_CAST(top.get());
  bool plays = GST_STATE(pipeline) == GST_STATE_PLAYING;
  bool changes = GST_STATE_PENDING(pipeline) != GST_STATE_VOID_PENDING;
  GST_OBJECT_UNLOCK(top.get());
  return plays || changes;
}

std::string environment(const char* name) {
  const char* value = g_getenv(name);
  return value ? value : "";
}

// Small letters go first.
std::string environment(const char* name, const char* other) {
  std::string value = environment(name);
  return value.empty() ? environment(other) : value;
}

}  // namespace

Target Transcriber::target() {
  Target target = settings().target;
  target.environment_api_key = environment("DEEPGRAM_API_KEY");
  target.environment_access_token = environment("DEEPGRAM_ACCESS_TOKEN");
  target.proxies.https_proxy = environment("https_proxy", "HTTPS_PROXY");
  // In capitals it may be a header of a request to a web server (httpoxy.org).
  target.proxies.http_proxy = environment("http_proxy");
  target.proxies.all_proxy = environment("all_proxy", "ALL_PROXY");
  target.proxies.no_proxy = environment("no_proxy", "NO_PROXY");
  return target;
}

std::optional<Query> Transcriber::query() {
  return query_of(settings());
}

bool Transcriber::awaits_text() {
  return output_ && goes_on(element_);
}

void Transcriber::on_revision(const Revision& revision) {
  if (output_) output_->put(revision);
  measure(revision);
}

// What comes before its segment, or while there is no clock, has no delay; nor does the service
// delay what had waited for a connection. Who is notified may drop the last reference to the
// element.
void Transcriber::measure(const Revision& revision) {
  bool counts = revision.final || counts_interims_;
  if (!live_ || !has_heard_segment_ || !counts || revision.belated) return;
  GstClockTime now = this->now();
  if (!GST_CLOCK_TIME_IS_VALID(now)) return;
  bool more = false;
  for (const Word& word : revision.words) {
    GstClockTime spoken = running_time(word.start);
    if (GST_CLOCK_TIME_IS_VALID(spoken) && now > spoken)
      more |= delays_.add(revision.channel, word.start, nanos(now - spoken));
  }
  if (!more) return;
  Ptr<GstElement> kept(static_cast<GstElement*>(gst_object_ref(element_)));
  max_observed_delay_ = milliseconds(delays_.most());
  g_object_notify(G_OBJECT(element_), "max-observed-delay");
  if (on_delay_) on_delay_(delays_.most());
}

void Transcriber::on_settled(Nanos time) {
  if (output_) output_->put_settled(time);
}

void Transcriber::on_awaited(Nanos time) {
  if (output_) output_->put_awaited(time);
}

void Transcriber::on_mark(std::unique_ptr<Parcel> parcel) {
  Ptr<GstEvent> event = EventShelf::take(*parcel);
  if (GST_EVENT_TYPE(event.get()) == GST_EVENT_SEGMENT) {
    GstSegment segment;
    gst_event_copy_segment(event.get(), &segment);
    if (!has_heard_segment_ || !maps_alike(heard_segment_, segment)) {
      past_segment_ = has_heard_segment_ ? heard_segment_ : segment;
      delays_.restart();
    }
    heard_segment_ = segment;
    has_heard_segment_ = true;
  }
  if (output_)
    output_->put_event(std::move(event));
  else if (GST_EVENT_TYPE(event.get()) == GST_EVENT_EOS)
    reached_ends_.push_now(std::move(event));
}

void Transcriber::on_flush(std::vector<std::unique_ptr<Parcel>> parcels) {
  delays_.restart();
  if (!output_) return;
  std::vector<Ptr<GstEvent>> events;
  events.reserve(parcels.size());
  for (std::unique_ptr<Parcel>& parcel : parcels) events.push_back(EventShelf::take(*parcel));
  output_->put_flush(std::move(events));
}

void Transcriber::on_results(const Results& placed, unsigned connection, bool past) {
  if (posts_messages()) post(results_structure(placed, connection, past));
}

Ptr<GstStructure> Transcriber::results_structure(const Results& placed, unsigned connection,
                                                 bool past) const {
  Stamp stamp;
  stamp.timestamp = clock_time(placed.start);
  stamp.stream_time = stream_time(placed.start, past);
  stamp.running_time = running_time(placed.start, past);
  stamp.duration = clock_time(placed.duration);
  auto running = [this, past](Nanos pts) { return running_time(pts, past); };
  return bus::results(placed, stamp, connection, running);
}

// Who only reads finals misses nothing.
void Transcriber::on_promoted(const Revision& left, unsigned connection) {
  if (!posts_messages()) return;
  Results results;
  results.is_final = true;
  results.channel.index = left.channel;
  results.start = left.from;
  results.duration = left.to - left.from;
  results.transcript = left.transcript;
  results.words = left.words;
  results.confidence = left.confidence;
  results.request_id = left.request_id;
  Ptr<GstStructure> structure = results_structure(results, connection, false);
  Fields(structure.get()).flag("promoted", true);
  post(std::move(structure));
}

void Transcriber::on_metadata(const Metadata& metadata) {
  GST_INFO_OBJECT(element_, "request %s is done: %.3f s heard", metadata.request_id.c_str(),
                  std::chrono::duration<double>(metadata.duration).count());
  if (posts_messages()) post(bus::metadata(metadata));
}

void Transcriber::on_speech_started(const SpeechStarted& started, std::optional<Nanos> time) {
  if (posts_messages()) post(bus::speech_started(started, moment(time)));
}

void Transcriber::on_utterance_end(const UtteranceEnd& ended, std::optional<Nanos> time) {
  if (posts_messages()) post(bus::utterance_end(ended, moment(time)));
}

void Transcriber::on_raw(std::string_view json, const Unknown* unknown) {
  bool first_unknown = unknown && is_new(unknown->type);
  if (first_unknown)
    GST_WARNING_OBJECT(element_, "a message of a kind that is not known: %s", shown(json).c_str());
  if (!posts_raw() && !(first_unknown && posts_messages())) return;
  post(bus::raw({std::string(json), now(), language_}));
}

void Transcriber::on_malformed(const Error& error, std::string_view text) {
  GstDebugLevel level = malformed_told_.now(monotonic_now()) ? GST_LEVEL_WARNING : GST_LEVEL_LOG;
  GST_CAT_LEVEL_LOG(
      GST_CAT_DEFAULT, level, element_,
      "a frame that is no message (%s) is left out: %s; more are logged at LOG level, "
      "and counted in stats",
      error.text.c_str(), shown(text).c_str());
}

void Transcriber::on_service_error(const ServiceError& error) {
  if (!error_told_.now(monotonic_now())) return;
  Ptr<GstElement> kept(static_cast<GstElement*>(gst_object_ref(element_)));
  post_warning(kept.get(), error);
}

void Transcriber::on_connection(const ConnectionEvent& event) {
  GST_INFO_OBJECT(element_, "connection %u is %s%s%s", event.connection,
                  connection_state_name(event.state), event.request_id.empty() ? "" : ", request ",
                  event.request_id.c_str());
  if (event.state == ConnectionState::Connected) note_language(event.language);
  if (!posts_messages()) return;
  ConnectionChange change;
  change.state = event.state;
  change.connection = event.connection;
  change.attempt = event.attempt;
  change.request_id = event.request_id;
  change.hands_over = event.hands_over;
  if (event.loss)
    change.trouble = {
        *event.loss, event.kind.value_or(FaultClass::Transient),
        event.state == ConnectionState::BackingOff ? std::optional(event.retry_in) : std::nullopt};
  post(bus::connection(change));
}

void Transcriber::note_language(const std::string& language) {
  if (std::exchange(language_, language) != language && output_) output_->put_language(language);
}

void Transcriber::on_dropped(Nanos from, Nanos to, const char* reason) {
  GST_WARNING_OBJECT(element_, "audio is dropped (%s): max-backlog is reached", reason);
  if (posts_messages()) post(bus::audio_dropped({running_time(from), running_time(to), reason}));
}

void Transcriber::on_warning(const Loss& loss) {
  Ptr<GstElement> kept(static_cast<GstElement*>(gst_object_ref(element_)));
  post_warning(kept.get(), loss);
}

void Transcriber::on_change_refused(const Loss& loss) {
  Ptr<GstElement> kept(static_cast<GstElement*>(gst_object_ref(element_)));
  post_refused_change(kept.get(), loss);
}

void Transcriber::on_stall() {
  Ptr<GstElement> kept(static_cast<GstElement*>(gst_object_ref(element_)));
  GST_ELEMENT_WARNING(
      kept.get(), STREAM, FAILED,
      ("The audio stopped, probably because what comes before it waits for its text: make the "
       "queues behind the demuxer larger, for example max-size-time=15000000000 max-size-bytes=0 "
       "max-size-buffers=0, or what is said is cut into pieces and heard less well"),
      ("no input for 2 s while text was awaited: asked the service for what it has"));
}

void Transcriber::on_failed(const Loss& loss) {
  Ptr<GstElement> kept(static_cast<GstElement*>(gst_object_ref(element_)));
  if (settings().failure == OnFailure::Error)
    post_error(kept.get(), loss);
  else
    post_warning(kept.get(), loss);
}

void Transcriber::on_stats(const SessionStats& stats) {
  Lock lock(mutex_);
  stats_ = stats;
}

bool Transcriber::posts_raw() const {
  Lock lock(mutex_);
  return settings_.post_raw;
}

bool Transcriber::posts_messages() const {
  Lock lock(mutex_);
  return settings_.post_messages;
}

// The handler of a message may drop the last reference to the element, in this very call.
void Transcriber::post(Ptr<GstStructure> structure) {
  Ptr<GstElement> kept(static_cast<GstElement*>(gst_object_ref(element_)));
  gst_element_post_message(kept.get(),
                           gst_message_new_element(GST_OBJECT(kept.get()), structure.release()));
}

GstClockTime Transcriber::running_time(Nanos pts, bool past) const {
  if (!has_heard_segment_) return GST_CLOCK_TIME_NONE;
  return gst_segment_to_running_time(past ? &past_segment_ : &heard_segment_, GST_FORMAT_TIME,
                                     clock_time(pts));
}

GstClockTime Transcriber::stream_time(Nanos pts, bool past) const {
  if (!has_heard_segment_) return GST_CLOCK_TIME_NONE;
  return gst_segment_to_stream_time(past ? &past_segment_ : &heard_segment_, GST_FORMAT_TIME,
                                    clock_time(pts));
}

Moment Transcriber::moment(std::optional<Nanos> time) const {
  if (!time) return {};
  return {clock_time(*time), running_time(*time), stream_time(*time)};
}

// Whether a kind of message was not told of before. Of a service that makes up ever more of them
// the rest is not told.
bool Transcriber::is_new(std::string_view kind) {
  std::string_view name = kind.substr(0, kShown);
  if (told_kinds_.size() >= kMostKinds || told_kinds_.contains(name)) return false;
  told_kinds_.emplace(name);
  return true;
}

GstClockTime Transcriber::now() const {
  return gst_element_get_current_running_time(element_);
}

}  // namespace dg
