// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <span>

#include <gst/audio/audio.h>

#include "base/ptr.h"
#include "server/audio.h"

namespace dg {

template <>
struct Unref<GstAudioConverter> {
  void operator()(GstAudioConverter* p) const { gst_audio_converter_free(p); }
};

}  // namespace dg

namespace dg::server {

// Brings one channel to another sample rate. What comes out begins when what goes in does; a few
// milliseconds stay behind until more goes in.
class Resampler {
 public:
  Resampler(int from, int to);

  void convert(std::span<const std::int16_t> samples, Samples& append_to);

 private:
  Ptr<GstAudioConverter> converter_;  // null where there is nothing to do
};

}  // namespace dg::server
