// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "plugin/ptr.h"

namespace dg {

// What an AudioBranch takes.
inline constexpr const char* kBranchCaps =
    "audio/x-raw; "
    "audio/x-mulaw, rate = (int) [ 8000, 48000 ], channels = (int) [ 1, 20 ]; "
    "audio/x-alaw, rate = (int) [ 8000, 48000 ], channels = (int) [ 1, 20 ]";

// The way from a queue to a transcriber in the same bin. Raw audio is converted to linear16, though
// the transcriber takes floats, which are twice as much to send; mu-law and A-law go to it as they
// are. Which way it is, is decided anew with each caps, on the queue's task.
class AudioBranch {
 public:
  // All four are in the bin, which outlives this, and not linked.
  AudioBranch(GstElement* queue, GstElement* convert, GstElement* resample,
              GstElement* transcriber);
  AudioBranch(const AudioBranch&) = delete;
  AudioBranch& operator=(const AudioBranch&) = delete;

 private:
  void lead(GstCaps* caps);
  void join(GstPad* to);

  const Ptr<GstPad> source_;          // the queue's
  const Ptr<GstPad> convert_sink_;    // where conversion begins
  const Ptr<GstPad> convert_source_;  // and ends
  const Ptr<GstPad> sink_;            // the transcriber's
};

}  // namespace dg
