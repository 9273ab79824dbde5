// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <deque>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "plugin/ptr.h"

namespace dg {

// Text that is drawn from when it comes until it is over, by the clock, on the pictures that pass
// meanwhile. textoverlay's text pad shows nothing on a picture between two texts, and text that
// stays on comes in slices; its property `text` stays until it is set again, and is drawn while
// nothing is linked to that pad.
class ArrivingText {
 public:
  // `transcriber` makes the text; `source`, linked or not, is what `overlay` has it from otherwise.
  ArrivingText(GstElement* transcriber, GstPad* source, GstElement* overlay);
  ~ArrivingText();
  ArrivingText(const ArrivingText&) = delete;
  ArrivingText& operator=(const ArrivingText&) = delete;

  // For a new run, before anything flows.
  void restart() DG_EXCLUDES(mutex_);
  // Whether text is shown as it comes, from the next picture on. Any thread.
  void choose(bool arrives) { arrives_ = arrives; }
  bool arrives() const { return arrives_; }
  // Before each picture, on its thread; `heard` is false where there is no sound.
  void draw(bool heard) DG_EXCLUDES(mutex_);

 private:
  struct Text {
    GstClockTime from, to;  // running times
    std::string markup;
  };

  void note(GstPadProbeInfo* info);
  void take(GstBuffer* buffer);
  void take(GstEvent* event);
  void clear() DG_EXCLUDES(mutex_);
  std::string text_at(GstClockTime now) const DG_EXCLUDES(mutex_);
  GstClockTime running_time(GstClockTime pts) const;
  std::string markup_of(GstBuffer* buffer) const;

  const Ptr<GstPad> text_;  // the transcriber's
  const Ptr<GstPad> source_, sink_;
  const Ptr<GstElement> overlay_;
  const gulong probe_;
  std::atomic<bool> arrives_ = false;
  std::optional<std::string> drawn_;  // on the picture's thread

  mutable Mutex mutex_;
  std::deque<Text> texts_ DG_GUARDED_BY(mutex_);
  GstClockTime told_ DG_GUARDED_BY(mutex_) = 0;  // up to when it is known what is on
};

}  // namespace dg
