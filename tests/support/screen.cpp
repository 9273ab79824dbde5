// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/screen.h"

#include <algorithm>
#include <chrono>

#include "support/feed.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

// Luma comes first; black is 16, letters are white.
bool is_lit(GstBuffer* buffer) {
  GstMapInfo map;
  if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return false;
  const guint8* end = map.data + map.size * 2 / 3;
  bool lit = std::any_of(static_cast<const guint8*>(map.data), end,
                         [](guint8 luma) { return luma > 150; });
  gst_buffer_unmap(buffer, &map);
  return lit;
}

}  // namespace

Screen::Screen(GstElement* sink) {
  on_buffers(sink, "sink", [this](GstBuffer* buffer) { note(buffer); });
}

void Screen::note(GstBuffer* buffer) {
  Nanos pts = nanos_of(GST_BUFFER_PTS(buffer));
  Frame frame{pts, pts + nanos_of(GST_BUFFER_DURATION(buffer)), is_lit(buffer)};
  Lock lock(mutex_);
  frames_.push_back(frame);
  changed_.notify_all();
}

std::vector<Frame> Screen::frames() const {
  Lock lock(mutex_);
  return frames_;
}

void Screen::clear() {
  Lock lock(mutex_);
  frames_.clear();
}

bool Screen::wait_for(Nanos pts) const {
  auto limit = std::chrono::steady_clock::now() + patience();
  Lock lock(mutex_);
  auto came = [&]() DG_REQUIRES(mutex_) { return !frames_.empty() && frames_.back().pts >= pts; };
  while (!came())
    if (changed_.wait_until(mutex_, limit) == std::cv_status::timeout) return came();
  return true;
}

testing::AssertionResult captioned(const std::vector<Frame>& frames,
                                   const std::vector<TextBuffer>& texts) {
  for (const Frame& frame : frames) {
    auto seen = [&](Nanos at) {
      return std::any_of(texts.begin(), texts.end(), [&](const TextBuffer& text) {
        return nanos_of(text.pts) <= at && frame.pts < nanos_of(text.end());
      });
    };
    bool must = seen(frame.pts), may = seen(frame.end - Nanos(1));
    if (frame.lit ? !may : must)
      return testing::AssertionFailure() << (must ? "no" : "a") << " text at "
                                         << std::chrono::duration<double>(frame.pts).count();
  }
  return testing::AssertionSuccess();
}

testing::AssertionResult unbroken(const std::vector<Frame>& frames, Nanos apart, Nanos end) {
  if (frames.empty()) return testing::AssertionFailure() << "no picture";
  for (std::size_t i = 1; i < frames.size(); ++i)
    if (abs(frames[i].pts - frames[i - 1].pts - apart) > 1ms)
      return testing::AssertionFailure() << "a hole before picture " << i;
  double first = std::chrono::duration<double>(frames.front().pts).count();
  double last = std::chrono::duration<double>(frames.back().pts).count();
  if (frames.front().pts > 1s || frames.back().pts < end - 1s)
    return testing::AssertionFailure() << "from " << first << " to " << last;
  return testing::AssertionSuccess();
}

guint64 dropped_by(GstElement* sink) {
  GstStructure* counted = nullptr;
  g_object_get(sink, "stats", &counted, nullptr);
  Ptr<GstStructure> stats(counted);
  guint64 dropped = 1;
  gst_structure_get_uint64(stats.get(), "dropped", &dropped);
  return dropped;
}

std::string tone_video(Nanos audio, Nanos video) {
  std::string path = testing::TempDir() + "tones-" + std::to_string(g_random_int()) + ".mkv";
  std::string unlimited = "queue max-size-time=0 max-size-bytes=0 max-size-buffers=0";
  GError* error = nullptr;
  Ptr<GstElement> pipeline = own(gst_parse_launch(
      ("matroskamux name=mux ! filesink location=" + path +
       " videotestsrc pattern=black num-buffers=" + std::to_string(video / kToneFrame) +
       " ! video/x-raw,format=I420,width=160,height=120,framerate=10/1 ! mux.video_0 identity "
       "name=in ! " +
       unlimited + " ! mux.audio_0")
          .c_str(),
      &error));
  Ptr<GError> reason(error);
  if (reason) ADD_FAILURE() << reason->message;
  Watchdog watchdog;
  Ptr<GstElement> in(gst_bin_get_by_name(GST_BIN(pipeline.get()), "in"));
  Feed feed(in.get(), 16000, 1, watchdog);
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  EXPECT_TRUE(feed.begin());
  EXPECT_EQ(feed.tones(0s, audio), GST_FLOW_OK);
  EXPECT_TRUE(feed.end());
  GstBus* bus = gst_element_get_bus(pipeline.get());
  Ptr<GstMessage> end(gst_bus_timed_pop_filtered(
      bus, clock(patience()), static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
  EXPECT_TRUE(end && GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_EOS) << "no " << path;
  gst_object_unref(bus);
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return path;
}

}  // namespace dg
