// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <gst/audio/audio.h>

#include "base/mutex.h"
#include "base/queue.h"
#include "base/result.h"
#include "base/seldom.h"
#include "core/control.h"
#include "core/delaymeter.h"
#include "net/stream.h"
#include "plugin/eventshelf.h"
#include "plugin/output.h"
#include "plugin/ptr.h"
#include "plugin/results.h"
#include "plugin/settings.h"

namespace dg {

template <>
struct Unref<GstAudioStreamAlign> {
  void operator()(GstAudioStreamAlign* align) const { gst_audio_stream_align_free(align); }
};

// What the elements have in common: takes audio and events from a sink pad, runs a session with
// them, posts its messages on the bus and hands its text to an output.
class Transcriber final : private SessionListener {
 public:
  // Hears when a word came later after its time than any before. Called on the network thread.
  using OnDelay = std::function<void(Nanos most)>;

  // What it takes, as a pad template's caps. Encoders and demuxers of FLAC give whole frames, as
  // parsers do, and do not call them framed.
  static constexpr char kCaps[] =
      "audio/x-raw, format = (string) { S16LE, F32LE }, layout = (string) interleaved, "
      "rate = (int) [ 8000, 48000 ], channels = (int) [ 1, 20 ]; "
      "audio/x-mulaw, rate = (int) [ 8000, 48000 ], channels = (int) [ 1, 20 ]; "
      "audio/x-alaw, rate = (int) [ 8000, 48000 ], channels = (int) [ 1, 20 ]; "
      "audio/x-flac, rate = (int) [ 8000, 48000 ], channels = (int) [ 1, 8 ]; "
      "audio/x-opus, channel-mapping-family = (int) 0, rate = (int) [ 8000, 48000 ], "
      "channels = (int) [ 1, 2 ]";
  // Its settings, and what it observes. Their values go through set_property() and get_property().
  static void install_properties(GObjectClass* klass, Has text_pad);

  // `output` may be null: messages only. The element has a sink pad called "sink".
  Transcriber(GstElement* element, Output* output, OnDelay on_delay = {})
      : element_(element), output_(output), on_delay_(std::move(on_delay)) {}
  ~Transcriber() = default;
  Transcriber(const Transcriber&) = delete;
  Transcriber& operator=(const Transcriber&) = delete;

  // Any thread.
  bool set_property(const GParamSpec* spec, const GValue* value);
  bool get_property(const GParamSpec* spec, GValue* value) const;
  Settings settings() const;
  Ptr<GstStructure> stats() const;
  bool upstream_live() const { return live_; }

  // Of a run. interrupt() is a hurry() that lasts; stop() needs all that waits to have left.
  void start();
  void interrupt();
  void stop();
  // Whether nobody waits for the network, and frees all who do.
  void hurry(bool hurried);
  // The pipeline begins to play.
  void resume();

  // On the sink pad's streaming thread.
  GstFlowReturn take(Ptr<GstBuffer> buffer, GstFlowReturn downstream);
  // Serialized events. False: the caps cannot be used.
  bool take_event(Ptr<GstEvent> event);
  // Behind all that it took, and nothing of it is wanted any more.
  void flush();
  // For who may not be kept waiting in take(): waits until it will not wait. False: hurry().
  bool await_room();
  // Without an output: waits until all before this EOS event was told. False: hurry().
  bool await_end(const GstEvent* end);

  // What the application asks for, behind all that was taken so far; any thread. False: nothing
  // runs, or it is malformed, which is told.
  bool finalize(int channel);
  bool configure(const GstStructure* structure);
  // The same, asked by an event, which is used up; nothing if it is no such event.
  std::optional<bool> obey(GstEvent* event);

  // An upstream that turned out to be live, or not. Any thread, as what follows.
  void note_live(bool live);
  // Asks it; if it does not say, what was known stays.
  void ask_upstream();

 private:
  bool take_caps(GstCaps* caps);
  void take_segment(Ptr<GstEvent> event);
  void take_gap(GstEvent* event);
  void mark(Ptr<GstEvent> event, Mark::Ask ask, bool new_time = false);
  bool push(Input input, Stream::Room room);
  bool control(const Result<Control>& asked);
  void tell_change(const Query& before, Query after);
  bool push_now(Input input) DG_EXCLUDES(ending_);
  Ptr<GstBuffer> clipped(Ptr<GstBuffer> buffer) const;
  std::int64_t samples_in(GstBuffer* buffer) const;
  Nanos lead_of(GstBuffer* buffer, std::int64_t samples);
  Nanos aligned(GstBuffer* buffer, std::int64_t samples);
  bool push_audio(GstBuffer* buffer, Nanos pts, std::int64_t samples);
  void pass_backwards(GstBuffer* buffer);
  void warn_of_size(GstBuffer* buffer);
  bool blocking() const;
  Nanos latency() const;

  // SessionListener, on the network thread
  Target target() override;
  std::optional<Query> query() override;
  bool awaits_text() override;
  void on_revision(const Revision& revision) override;
  void on_settled(Nanos time) override;
  void on_awaited(Nanos time) override;
  void on_mark(std::unique_ptr<Parcel> parcel) override;
  void on_flush(std::vector<std::unique_ptr<Parcel>> parcels) override;
  void on_results(const Results& placed, unsigned connection, bool past) override;
  void on_promoted(const Revision& left, unsigned connection) override;
  void on_metadata(const Metadata& metadata) override;
  void on_speech_started(const SpeechStarted& started, std::optional<Nanos> time) override;
  void on_utterance_end(const UtteranceEnd& ended, std::optional<Nanos> time) override;
  void on_raw(std::string_view json, const Unknown* unknown) override;
  void on_malformed(const Error& error, std::string_view text) override;
  void on_service_error(const ServiceError& error) override;
  void on_connection(const ConnectionEvent& event) override;
  void on_dropped(Nanos from, Nanos to, const char* reason) override;
  void on_warning(const Loss& loss) override;
  void on_change_refused(const Loss& loss) override;
  void on_stall() override;
  void on_failed(const Loss& loss) override;
  void on_stats(const SessionStats& stats) override;

  void measure(const Revision& revision);
  void note_language(const std::string& language);
  bool posts_messages() const;
  bool posts_raw() const;
  Ptr<GstStructure> results_structure(const Results& placed, unsigned connection, bool past) const;
  void post(Ptr<GstStructure> structure);
  GstClockTime running_time(Nanos pts, bool past = false) const;
  GstClockTime stream_time(Nanos pts, bool past = false) const;
  GstClockTime now() const;
  Moment moment(std::optional<Nanos> time) const;
  bool is_new(std::string_view kind);

  // How often the same complaint is made, at most.
  static constexpr Nanos kSeldom = std::chrono::seconds(10);

  GstElement* const element_;
  Output* const output_;
  const OnDelay on_delay_;

  mutable Mutex mutex_;
  Settings settings_ DG_GUARDED_BY(mutex_);
  SessionStats stats_ DG_GUARDED_BY(mutex_);
  std::atomic<bool> live_ = false;
  std::atomic<guint> max_observed_delay_ = 0;  // in ms
  EventShelf shelf_;

  static std::size_t weightless(const Ptr<GstEvent>&) { return 0; }
  Queue<Ptr<GstEvent>> reached_ends_{1, weightless};

  // Flushes come from other threads while a run ends. Who pushes is done before it ends.
  std::unique_ptr<Stream> stream_;
  Mutex ending_;  // of stream_
  bool ends_ DG_GUARDED_BY(ending_) = false;

  // On the sink pad's streaming thread only
  GstSegment segment_;
  bool has_segment_ = false;
  bool backwards_ = false;         // plays backwards: nothing is transcribed
  std::optional<Nanos> next_pts_;  // of audio that has no time of its own
  std::optional<AudioFormat> format_;
  std::int64_t pre_skip_ = 0;  // samples in front of the audio that have not come yet
  Ptr<GstAudioStreamAlign> align_;
  Overflow overflow_ = Overflow::Auto;
  bool warned_of_size_ = false;

  // On the network thread only
  GstSegment heard_segment_, past_segment_;
  bool has_heard_segment_ = false;
  std::set<std::string, std::less<>> told_kinds_;  // that are not known
  DelayMeter delays_;
  bool counts_interims_ = false;
  std::string language_;  // of what is said
  Seldom malformed_told_{kSeldom}, error_told_{kSeldom};
};

}  // namespace dg
