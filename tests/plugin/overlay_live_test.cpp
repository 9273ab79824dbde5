// SPDX-License-Identifier: LGPL-2.1-or-later
// A camera and a microphone: whatever the service does, each picture comes, and in time. In real
// time, as clocks, timers and threads must work together for it.
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "support/bench.h"
#include "support/screen.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kBuffer = 20ms;
constexpr Nanos kFrame = 50ms;
// A picture that comes later than this is dropped. One that waits for text would wait for ever.
constexpr Nanos kLate = 3s;

class OverlayLive : public testing::TestWithParam<const char*> {
 protected:
  void open(const char* fault, Nanos latency) {
    build(fault, latency);
    pipeline_->change(GST_STATE_PLAYING);
  }

  void build(const char* fault, Nanos latency) {
    server::ServerOptions options;
    if (*fault) options.faults = {fault};
    auto started = server::Server::start(options);
    ASSERT_TRUE(started) << started.error().text;
    server_ = std::move(*started);
    pipeline_ = std::make_unique<Pipeline>(
        "videotestsrc name=camera is-live=true pattern=black ! "
        "video/x-raw,format=I420,width=160,height=120,framerate=20/1 ! "
        "valve name=shutter ! c.video_sink "
        "identity name=in ! c.audio_sink "
        "deepgramoverlay name=c font-desc=\"Sans 60\" url=" +
            server_->url() + " latency=" + std::to_string(latency / 1ms) +
            " c.audio_src ! fakesink name=ear sync=true c.src ! fakesink name=screen sync=true "
            "qos=true "
            "max-lateness=" +
            std::to_string(kLate.count() * (patience() / 8s)),
        "transcribe");
    pipeline_->set("granularity", "word");
    screen_ = std::make_unique<Screen>(pipeline_->find("screen"));
    feed_ = std::make_unique<Feed>(pipeline_->find("in"), 16000, 1, pipeline_->watchdog());
    feed_->live(true);
  }

  void TearDown() override {
    if (pipeline_) pipeline_->change(GST_STATE_NULL);
    feed_.reset();
  }

  // As a microphone does: a buffer is there when its time is over.
  void speak_until(Nanos end) {
    if (spoken_ == 0s) {
      ASSERT_TRUE(feed_->begin());
    }
    Ptr<GstClock> time(gst_element_get_clock(pipeline_->bin()));
    GstClockTime base = gst_element_get_base_time(pipeline_->bin());
    for (; spoken_ < end; spoken_ += kBuffer) {
      GstClockID over = gst_clock_new_single_shot_id(time.get(), base + clock(spoken_ + kBuffer));
      gst_clock_id_wait(over, nullptr);
      gst_clock_id_unref(over);
      ASSERT_EQ(feed_->push(feed_->buffer(spoken_, spoken_ + kBuffer)), GST_FLOW_OK);
    }
  }

  bool finish() {
    gst_element_send_event(pipeline_->find("camera"), gst_event_new_eos());
    return feed_->end() && pipeline_->wait_for(GST_MESSAGE_EOS);
  }

  void expect_whole_picture() {
    EXPECT_EQ(dropped_by(pipeline_->find("screen")), 0u);
    EXPECT_TRUE(unbroken(screen_->frames(), kFrame, spoken_));
    EXPECT_TRUE(captioned(screen_->frames(), pipeline_->texts()));
    EXPECT_TRUE(pipeline_->messages(GST_MESSAGE_ERROR).empty());
  }

  GstClockTime video_held() {
    GstClockTime time = 0;
    g_object_get(pipeline_->find("videoqueue"), "max-size-time", &time, nullptr);
    return time;
  }

  // Whether none is held back for good.
  bool texts_pass() {
    auto limit = std::chrono::steady_clock::now() + patience();
    guint held = 1;
    while (held > 0 && std::chrono::steady_clock::now() < limit) {
      std::this_thread::yield();
      g_object_get(pipeline_->find("textqueue"), "current-level-buffers", &held, nullptr);
    }
    return held == 0;
  }

  std::unique_ptr<server::Server> server_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<Screen> screen_;
  std::unique_ptr<Feed> feed_;
  Nanos spoken_{};
};

// A result of tones takes 4.5 s.
TEST_F(OverlayLive, ShowsEachWordWhenItIsSaid) {
  open("", 5500ms);
  feed_->offset(500ms);  // pictures of before there is sound are not waited with
  speak_until(5s);
  ASSERT_TRUE(finish());
  expect_whole_picture();
  EXPECT_EQ(words_in(pipeline_->texts()).size(), words_between(0s, spoken_).size());
  EXPECT_TRUE(pipeline_->messages(GST_MESSAGE_WARNING).empty());
}

TEST_P(OverlayLive, LeavesThePictureAlone) {
  open(GetParam(), 1s);
  speak_until(3s);
  EXPECT_TRUE(screen_->wait_for(2s));
  g_object_set(pipeline_->find("transcribe"), "drain-timeout", 1u, nullptr);
  pipeline_->change(GST_STATE_PAUSED);
  EXPECT_EQ(dropped_by(pipeline_->find("screen")), 0u);
  EXPECT_TRUE(unbroken(screen_->frames(), kFrame, 2s));
  EXPECT_TRUE(captioned(screen_->frames(), {}));
  EXPECT_TRUE(pipeline_->messages(GST_MESSAGE_ERROR).empty());
}

INSTANTIATE_TEST_SUITE_P(Service, OverlayLive,
                         testing::Values("stall-results-after=0", "no-answer", "drop-at-handshake"),
                         [](const auto& fault) {
                           std::string name = fault.param;
                           std::erase_if(name, [](char c) { return !g_ascii_isalpha(c); });
                           return name;
                         });

TEST_F(OverlayLive, ShowsThePictureBeforeThereIsSound) {
  open("", 500ms);
  ASSERT_TRUE(screen_->wait_for(0s));
  speak_until(1s);
  EXPECT_TRUE(screen_->wait_for(1s));
}

// What is shown when it comes waits in no pad for a picture that may come much later.
TEST_F(OverlayLive, LetsTextGoThatComesBeforeThePicture) {
  build("", 500ms);
  pipeline_->set("timing", "arrival");
  g_object_set(pipeline_->find("shutter"), "drop", TRUE, nullptr);
  for (const char* sink : {"ear", "screen"})  // which would wait for each other's first
    g_object_set(pipeline_->find(sink), "async", FALSE, nullptr);
  pipeline_->change(GST_STATE_PLAYING);
  speak_until(6s);
  ASSERT_GE(pipeline_->texts().size(), 2u);
  EXPECT_TRUE(texts_pass());
  g_object_set(pipeline_->find("shutter"), "drop", FALSE, nullptr);
  ASSERT_TRUE(screen_->wait_for(spoken_));
  EXPECT_TRUE(texts_pass());
}

// From the first picture on, and when the pipeline waits longer than for the text.
TEST_F(OverlayLive, HoldsAsMuchAsIsWaitedFor) {
  open("", 500ms);
  ASSERT_TRUE(screen_->wait_for(0s));
  EXPECT_EQ(video_held(), 1500 * GST_MSECOND);
  // The pipeline tells its own latency on the way to PLAYING, too.
  ASSERT_TRUE(pipeline_->reach(GST_STATE_PLAYING));
  for (int i = 0; i < 1000 && video_held() != 4 * GST_SECOND; ++i)
    gst_element_send_event(pipeline_->find("screen"), gst_event_new_latency(3 * GST_SECOND));
  EXPECT_EQ(video_held(), 4 * GST_SECOND);
  g_object_set(pipeline_->find("c"), "latency", 9000u, nullptr);
  EXPECT_EQ(video_held(), 10 * GST_SECOND);
}

}  // namespace
}  // namespace dg
