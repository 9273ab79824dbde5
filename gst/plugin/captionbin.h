// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "base/mutex.h"
#include "plugin/arrivingtext.h"
#include "plugin/audiobranch.h"
#include "plugin/childprops.h"
#include "plugin/ptr.h"

namespace dg {

// What is inside of a deepgramoverlay:
//
//   video_sink ─▶ videoqueue ──────────────────────────────────────────────▶ overlay ─▶ src
//   audio_sink ─▶ audiotee ─▶ audioqueue ─▶ AudioBranch ─▶ texttee ─▶ textqueue ─▲
//                     └─▶ audiosrcqueue ─▶ audio_src          └─▶ textsrcqueue ─▶ text_src
//
// The queues hold what must wait for text. Live text that is shown when it comes gets to the
// overlay by ArrivingText, and textqueue is linked to nothing. Properties and request pads: the
// application's threads; the rest runs where data, events and queries pass.
class CaptionBin {
 public:
  explicit CaptionBin(GstBin* bin);
  ~CaptionBin();
  CaptionBin(const CaptionBin&) = delete;
  CaptionBin& operator=(const CaptionBin&) = delete;

  // An element that is not installed, and what to do: then there is nothing but the pads.
  struct Missing {
    const char *factory, *package;
  };
  std::optional<Missing> missing() const { return missing_; }

  // For a new run, before anything flows.
  void restart();

  // A new pad of the bin, or null if it has that one.
  GstPad* request(GstPadTemplate* pad_template);
  void release(GstPad* pad);

  // Null if it is missing.
  GObject* child(Child which) const;

 private:
  struct Sizes {
    GstClockTime time = 0;
    guint video_bytes = 0;  // 0 = no limit
    bool operator==(const Sizes&) const = default;
  };

  void make_parts();
  void link_parts();
  void watch_parts();
  void add_pad(const char* name, const char* part, const char* part_pad);
  GstElement* add(const char* factory, const char* name);
  Ptr<GstElement> find(const char* name) const;
  void note_liveness(GstQuery* query);
  void note_live(bool live);
  void note_sound(GstPad* pad, GstEvent* event);
  void note_latency(GstEvent* event);
  void watch(GstPad* pad, int what, GstPadProbeCallback with);
  void choose_wait();
  void note_own_latency();
  void note_picture(GstPad* pad, GstEvent* event);
  void note_caps(GstEvent* event);
  Sizes wanted() const;
  void resize() DG_EXCLUDES(mutex_);
  bool changes(Sizes& sizes) DG_EXCLUDES(mutex_);
  void resize(const Sizes& sizes);

  GstBin* const bin_;
  std::optional<Missing> missing_;
  Ptr<GstElement> transcribe_, overlay_;
  Ptr<GstPad> audio_sink_, text_source_;  // the bin's, and what gives the picture its text
  std::unique_ptr<AudioBranch> branch_;
  std::unique_ptr<ArrivingText> arriving_;

  std::atomic<bool> live_ = false;
  std::atomic<bool> at_arrival_ = false;            // what `timing` was when the run began
  std::atomic<GstClockTime> latency_ = 0;           // of the transcriber
  std::atomic<GstClockTime> pipeline_latency_ = 0;  // of all the pipeline
  Mutex mutex_;
  Sizes sizes_ DG_GUARDED_BY(mutex_);  // of the queues
  int xpad_ = 25, ypad_ = 25;          // as set here; on the picture's thread
};

}  // namespace dg
