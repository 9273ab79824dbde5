// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/mutex.h"
#include "base/queue.h"
#include "core/captions.h"
#include "plugin/output.h"
#include "plugin/ptr.h"

namespace dg {

// The source pad of text: a queue from the network thread, and the pad's task, which makes captions
// of what comes and pushes them. Nobody else pushes serialized events or buffers on the pad.
class TextPad final : public Output {
 public:
  struct Settings {
    CaptionStyle style;
    Nanos latency{}, lateness{};
    std::string language;
  };

  // `sink` is where events for upstream go.
  TextPad(GstPad* source, GstPad* sink) : source_(source), sink_(sink) {}

  // Starts the task, for a new run.
  void start(const Settings& settings);
  // Makes the task leave; stop() joins it.
  void interrupt();
  void stop();
  void flush_start();
  // After flush_start(), and once downstream flushes: the task has left.
  void await_task();
  // All that was put before is void.
  void flush_stop();

  // Live: text may not wait longer than the latency. `now` is a running time. Called by the clock.
  void tick(GstClockTime now);
  void set_latency(Nanos latency) { latency_ = latency.count(); }
  // Whether upstream is.
  void set_live(bool live) { live_ = live; }

  // What downstream last said to a push.
  GstFlowReturn last_flow() const { return static_cast<GstFlowReturn>(last_flow_.load()); }
  // How many words came when their own time had passed.
  std::uint64_t late_words() const { return late_words_; }
  // How many the service changed after they had left.
  std::uint64_t corrected_words() const { return corrected_before_ + corrected_now_; }
  // Where the output is, in stream time.
  GstClockTime position() const { return static_cast<GstClockTime>(position_.load()); }

  // Output, on the network thread
  void put(const Revision& revision) override;
  void put_settled(Nanos time) override;
  void put_awaited(Nanos time) override;
  void put_language(const std::string& language) override;
  void put_event(Ptr<GstEvent> event) override;
  void put_flush(std::vector<Ptr<GstEvent>> events) override;

 private:
  struct Settled {
    Nanos time;
  };
  struct Awaited {
    Nanos time;
  };
  struct Language {
    std::string code;
  };
  struct Tick {
    GstClockTime now;  // a running time
  };
  struct Item {
    unsigned flushes;  // how many came before it
    std::variant<Revision, Settled, Awaited, Language, Tick, Ptr<GstEvent>> what;
  };

  // On the pad's task
  static void run_task(gpointer self);
  void loop();
  void take(const Revision& revision);
  void take(const Settled& settled);
  void take(const Awaited& awaited);
  void take(const Language& language);
  void take(const Tick& tick);
  void fall_due();
  std::optional<Nanos> pts_at(Nanos running_time) const;
  void begin_captions();
  void take(Ptr<GstEvent>& event);
  void take_stream_start(Ptr<GstEvent> event);
  void take_segment(Ptr<GstEvent> event);
  bool negotiate();
  void renegotiate();
  void announce_language();
  void release();
  void push(const Caption& caption);
  void push(const Gap& gap);
  void push(const SpeechEnd& end);
  void push_speaker(const Caption& caption);
  Ptr<GstBuffer> buffer_of(const Caption& caption) const;
  GstClockTime running_time(Nanos pts) const;
  void note_position(Nanos pts);
  void note(GstFlowReturn flow);

  GstPad* const source_;
  GstPad* const sink_;

  static std::size_t weightless(const Item&) { return 0; }
  Queue<Item> queue_{1, weightless};
  std::atomic<unsigned> flushes_ = 0;  // of the pad
  unsigned flushes_put_ = 0;           // of the session; on the network thread only
  std::atomic<Nanos::rep> latency_ = 0;
  std::atomic<int> last_flow_ = GST_FLOW_OK;
  std::atomic<guint64> position_ = GST_CLOCK_TIME_NONE;
  std::atomic<std::uint64_t> late_words_ = 0;
  std::atomic<std::uint64_t> corrected_before_ = 0, corrected_now_ = 0;
  std::atomic<bool> live_ = false;

  Settings settings_;  // as they were when the run began, but for the language

  // On the pad's task only
  std::optional<Captions> captions_;
  GstClockTime now_ = GST_CLOCK_TIME_NONE;  // of the last tick
  GstSegment segment_;
  bool has_segment_ = false;
  bool markup_ = false;
  bool discont_ = true;
};

}  // namespace dg
