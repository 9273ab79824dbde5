// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <vector>

#include <gst/gst.h>
#include <gtest/gtest.h>

#include "base/mutex.h"
#include "base/nanos.h"
#include "support/pipeline.h"

namespace dg {

// A black picture that came to a sink; it is lit where something was drawn on it.
struct Frame {
  Nanos pts{}, end{};
  bool lit = false;
};

// Notes what comes to a sink of I420 video. Thread-safe.
class Screen {
 public:
  explicit Screen(GstElement* sink);

  std::vector<Frame> frames() const DG_EXCLUDES(mutex_);
  void clear() DG_EXCLUDES(mutex_);
  // Whether a picture of that time or later came in time.
  bool wait_for(Nanos pts) const DG_EXCLUDES(mutex_);

 private:
  void note(GstBuffer* buffer);

  mutable Mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::vector<Frame> frames_ DG_GUARDED_BY(mutex_);
};

// Whether each picture is lit if and only if a text is to be seen at its time. textoverlay may
// leave out one that begins before the text.
testing::AssertionResult captioned(const std::vector<Frame>& frames,
                                   const std::vector<TextBuffer>& texts);
// Whether they follow each other without a hole, from about zero to about `end`.
testing::AssertionResult unbroken(const std::vector<Frame>& frames, Nanos apart, Nanos end);

// What a sink in a live pipeline says it dropped since it was late.
guint64 dropped_by(GstElement* sink);

// A Matroska file with the tone oracle's words, S16LE at 16 kHz, and a black picture ten times a
// second.
std::string tone_video(Nanos audio, Nanos video);
constexpr Nanos kToneFrame = std::chrono::milliseconds(100);

}  // namespace dg
