// SPDX-License-Identifier: LGPL-2.1-or-later
// The service is away for seconds, in the middle of a live pipeline with video: the picture goes
// on, captions come back, and what was said meanwhile comes late, but right. In real time, as
// clocks, timers and threads must work together for it.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"
#include "support/chance.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kOutage = 5s;  // DG_OUTAGE says otherwise
constexpr Nanos kBefore = 5s;  // with a result in it
constexpr Nanos kAfter = 3s;
constexpr Nanos kMostBack = 30s;    // until there is a connection again
constexpr Nanos kLatency = 5500ms;  // a result of tones takes 4.5 s: in peace none is late
constexpr Nanos kBuffer = 20ms;
constexpr Nanos kFrame = 33'333'333ns;
// A picture that comes later than this is dropped. One that waits for text would wait for seconds.
constexpr Nanos kLate = 1s;

double in_seconds(Nanos time) {
  return std::chrono::duration<double>(time).count();
}

// A word with its own time, whenever it is shown.
std::vector<Heard> with_own_times(const std::vector<TextBuffer>& texts) {
  std::vector<Heard> words = words_in(texts);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const GValue* all = gst_structure_get_value(texts[i].words.get(), "words");
    const GstStructure* one = gst_value_get_structure(gst_value_array_get_value(all, 0));
    words[i].pts = nanos_of(time_field(one, "start"));
  }
  return words;
}

class TranscribeOutage : public testing::Test {
 protected:
  TranscribeOutage() : bench_(setup()) {
    bench_.feed().live(true);
    Ptr<GstPad> pad(gst_element_get_static_pad(screen(), "sink"));
    gst_pad_add_probe(
        pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          static_cast<TranscribeOutage*>(self)->frames_.push_back(
              nanos_of(GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info))));
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
  }

  static Bench::Setup setup() {
    Bench::Setup setup;
    setup.after =
        "over.text_sink videotestsrc name=camera is-live=true ! "
        "video/x-raw,width=64,height=48,framerate=30/1 ! "
        "queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! textoverlay name=over ! "
        "fakesink name=screen sync=true qos=true max-lateness=" +
        std::to_string(kLate.count() * (patience() / 8s));
    setup.properties = {{"latency", std::to_string(kLatency / 1ms)}};
    return setup;
  }

  GstElement* screen() { return bench_.pipeline().find("screen"); }

  // Speaks on until `done`, as a microphone does: a buffer is there when its time is over.
  void speak(const std::function<bool()>& done) {
    Ptr<GstClock> time(gst_element_get_clock(bench_.pipeline().bin()));
    GstClockTime base = gst_element_get_base_time(bench_.pipeline().bin());
    for (; !done(); spoken_ += kBuffer) {
      GstClockID over = gst_clock_new_single_shot_id(time.get(), base + clock(spoken_ + kBuffer));
      gst_clock_id_wait(over, nullptr);
      gst_clock_id_unref(over);
      ASSERT_EQ(bench_.feed().push(bench_.feed().buffer(spoken_, spoken_ + kBuffer)), GST_FLOW_OK);
    }
  }

  void speak_until(Nanos end) {
    speak([this, end] { return spoken_ >= end; });
  }

  void take_service_away() {
    EXPECT_FALSE(bench_.server().set_options({.faults = {"drop-at-handshake"}}));
    bench_.server().act(server::Drop{});
  }

  // Brings it back, and speaks until that is noticed.
  void bring_service_back() {
    EXPECT_FALSE(bench_.server().set_options({}));
    Nanos end = spoken_ + kMostBack;
    auto connected = [this] {
      auto states = bench_.pipeline().states();
      return std::count(states.begin(), states.end(), "connected") == 2;
    };
    speak([&] { return connected() || spoken_ >= end; });
    ASSERT_TRUE(connected());
  }

  bool finish() {
    gst_element_send_event(bench_.pipeline().find("camera"), gst_event_new_eos());
    return bench_.finish() && bench_.pipeline().wait_for(GST_MESSAGE_EOS);
  }

  // All that was said, but for what is said to be dropped.
  std::vector<Heard> expected() {
    std::vector<Heard> words = words_between(0s, spoken_);
    for (const MessageRef& message : bench_.pipeline().messages("deepgram/audio-dropped")) {
      Nanos from = nanos_of(time_field(structure_of(message), "from"));
      Nanos to = nanos_of(time_field(structure_of(message), "to"));
      std::printf("dropped: %.2f to %.2f s\n", in_seconds(from), in_seconds(to));
      std::erase_if(words,
                    [=](const Heard& word) { return word.pts < to && word.pts + 300ms > from; });
    }
    return words;
  }

  void expect_whole_picture() {
    GstStructure* counted = nullptr;
    g_object_get(screen(), "stats", &counted, nullptr);
    Ptr<GstStructure> stats(counted);
    guint64 dropped = 1, rendered = 0;
    gst_structure_get(stats.get(), "dropped", G_TYPE_UINT64, &dropped, "rendered", G_TYPE_UINT64,
                      &rendered, nullptr);
    EXPECT_EQ(dropped, 0u);
    EXPECT_EQ(rendered, frames_.size());
    for (std::size_t i = 1; i < frames_.size(); ++i)
      EXPECT_LT(abs(frames_[i] - frames_[i - 1] - kFrame), 1ms) << "before picture " << i;
    ASSERT_FALSE(frames_.empty());
    EXPECT_LT(frames_.front(), 1s);
    EXPECT_GT(frames_.back(), spoken_ - 1s);
    std::printf("%zu pictures\n", frames_.size());
  }

  Bench bench_;
  Nanos spoken_{};
  std::vector<Nanos> frames_;  // written by the sink's thread, read when that is over
};

TEST_F(TranscribeOutage, LeavesThePictureAlone) {
  const Nanos outage = number_from("DG_OUTAGE", kOutage / 1s) * 1s;
  bench_.play();
  speak_until(kBefore);
  take_service_away();
  speak_until(kBefore + outage);
  bring_service_back();
  const Nanos back = spoken_;
  std::printf("connected %.2f s after it was back\n", in_seconds(back - kBefore - outage));
  speak_until(back + kAfter);
  ASSERT_TRUE(finish());

  expect_whole_picture();
  auto texts = bench_.pipeline().texts();
  auto words = with_own_times(texts);
  EXPECT_TRUE(same_words(words, expected()));
  for (std::size_t i = 0; i < words.size(); ++i)
    EXPECT_TRUE(words[i].pts < back || words[i].pts == nanos_of(texts[i].pts)) << texts[i].text;
  EXPECT_TRUE(bench_.pipeline().messages(GST_MESSAGE_ERROR).empty());
}

}  // namespace
}  // namespace dg
