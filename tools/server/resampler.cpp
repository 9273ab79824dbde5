// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/resampler.h"

namespace dg::server {
namespace {

GstAudioInfo mono(int rate) {
  GstAudioInfo info;
  gst_audio_info_set_format(&info, GST_AUDIO_FORMAT_S16LE, rate, 1, nullptr);
  return info;
}

}  // namespace

Resampler::Resampler(int from, int to) {
  if (from == to) return;
  gst_init(nullptr, nullptr);
  GstAudioInfo in = mono(from), out = mono(to);
  converter_.reset(gst_audio_converter_new(GST_AUDIO_CONVERTER_FLAG_NONE, &in, &out, nullptr));
}

void Resampler::convert(std::span<const std::int16_t> samples, Samples& append_to) {
  if (!converter_) {
    append_to.insert(append_to.end(), samples.begin(), samples.end());
    return;
  }
  gsize count = gst_audio_converter_get_out_frames(converter_.get(), samples.size());
  std::size_t before = append_to.size();
  append_to.resize(before + count);
  // The library takes what it only reads as writable.
  gpointer in[] = {const_cast<std::int16_t*>(samples.data())}, out[] = {append_to.data() + before};
  gst_audio_converter_samples(converter_.get(), GST_AUDIO_CONVERTER_FLAG_NONE, in, samples.size(),
                              out, count);
}

}  // namespace dg::server
