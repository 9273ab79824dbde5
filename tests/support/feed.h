// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <gst/gst.h>

#include "base/nanos.h"
#include "plugin/ptr.h"
#include "support/watchdog.h"

namespace dg {

inline GstClockTime clock(Nanos time) {
  return static_cast<GstClockTime>(time.count());
}
inline Nanos nanos_of(GstClockTime time) {
  return Nanos(static_cast<Nanos::rep>(time));
}

// The tone oracle's audio, S16LE: word i is in it at i * 0.5 s. Each channel is so much ahead of
// the one before.
std::vector<std::int16_t> tone_audio(int rate, int channels, Nanos from, Nanos to,
                                     Nanos apart = {});

// What stands in front of an element: pushes audio and events on the thread that calls. The words
// of the tone oracle are in the audio, by its own clock; timestamps are that plus an offset.
class Feed {
 public:
  // `to` has one sink pad, called "sink".
  Feed(GstElement* to, int rate, int channels, Watchdog& watchdog);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  GstPad* pad() const { return pad_.get(); }
  void rate(int rate) { rate_ = rate; }
  // What a LATENCY query says.
  void live(bool live, Nanos least = {}) { live_ = live, least_ = least; }
  // Its audio is stamped so much later than the oracle has it.
  void offset(Nanos offset) { offset_ = offset; }
  // How long the buffers are that tones() pushes; 20 ms unless told.
  void cut(Nanos duration) { buffer_ = duration; }
  // Whether a push that takes too long is a hang, as it is unless told.
  void watch(bool watched) { watched_ = watched; }
  // What each channel has, the one before has so much later.
  void apart(Nanos apart) { apart_ = apart; }
  // The next buffer has the flag.
  void discont() { discont_ = true; }

  std::int64_t samples_in(Nanos time) const;
  std::size_t bytes_in(Nanos time) const;

  // Each is true if it was taken.
  bool begin();  // stream-start, caps, segment
  bool stream_start();
  bool caps();
  bool caps(const char* text);
  bool segment(GstFormat format = GST_FORMAT_TIME);
  bool segment(const std::function<void(GstSegment&)>& change);
  bool gap(Nanos from, Nanos duration);
  bool end();
  bool flush();
  bool event(GstEvent* event);

  // The audio that the oracle has there, as one buffer.
  Ptr<GstBuffer> buffer(Nanos from, Nanos to) const;
  GstFlowReturn push(Ptr<GstBuffer> buffer);
  // The same, pushed in short buffers; what the first push that failed said.
  GstFlowReturn tones(Nanos from, Nanos to);
  GstFlowReturn silence(Nanos from, Nanos to);

 private:
  static gboolean answer(GstPad* pad, GstObject* parent, GstQuery* query);

  int rate_;
  const int channels_;
  Watchdog& watchdog_;
  Ptr<GstPad> pad_;
  std::atomic<bool> live_ = false;
  std::atomic<Nanos> least_ = Nanos(0);
  Nanos offset_{}, apart_{}, buffer_ = std::chrono::milliseconds(20);
  bool discont_ = false;
  std::atomic<bool> watched_ = true;
};

}  // namespace dg
