// SPDX-License-Identifier: LGPL-2.1-or-later
// What goes in and comes out of deepgramoverlay beside the picture.
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"
#include "support/screen.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kLength = 6s;

// What came through a pad.
class Meter {
 public:
  explicit Meter(GstPad* pad) {
    gst_pad_add_probe(
        pad, GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          auto* to = static_cast<Meter*>(self);
          to->bytes_ += gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info));
          ++to->buffers_;
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
  }
  std::size_t bytes() const { return bytes_; }
  std::size_t buffers() const { return buffers_; }

 private:
  std::atomic<std::size_t> bytes_ = 0, buffers_ = 0;
};

class OverlayPads : public testing::Test {
 protected:
  // `before` is between the feed and the element, `more` what else is linked to it.
  void open(const std::string& before = "", const std::string& more = "") {
    auto started = server::Server::start({});
    ASSERT_TRUE(started) << started.error().text;
    server_ = std::move(*started);
    pipeline_ = std::make_unique<Pipeline>(
        "videotestsrc pattern=black num-buffers=" + std::to_string(kLength / kToneFrame) +
            " ! video/x-raw,format=I420,width=160,height=120,framerate=10/1 ! c.video_sink "
            "identity name=in ! " +
            before +
            "c.audio_sink deepgramoverlay name=c font-desc=\"Sans 60\" "
            "url=" +
            server_->url() + " c.src ! fakesink name=screen async=false " + more,
        "transcribe");
    pipeline_->set("granularity", "word");
    pipeline_->set("max-rate", "0");
    screen_ = std::make_unique<Screen>(pipeline_->find("screen"));
    feed_ = std::make_unique<Feed>(pipeline_->find("in"), 16000, 1, pipeline_->watchdog());
    pipeline_->change(GST_STATE_PLAYING);
  }

  void TearDown() override {
    if (pipeline_) pipeline_->change(GST_STATE_NULL);
    feed_.reset();
  }

  Ptr<GstPad> sink_of(const char* element) {
    return Ptr<GstPad>(gst_element_get_static_pad(pipeline_->find(element), "sink"));
  }

  bool finish() { return feed_->end() && pipeline_->wait_for(GST_MESSAGE_EOS); }

  std::vector<std::string> encodings() {
    std::vector<std::string> all;
    for (const server::Seen& seen : server_->requests())
      for (const auto& [key, value] : seen.query)
        if (key == "encoding") all.push_back(value);
    return all;
  }

  void expect_words(Nanos offset = 0s) {
    EXPECT_TRUE(
        same_words(words_in(pipeline_->texts()), words_between(0s, kLength - offset, offset)));
    EXPECT_TRUE(captioned(screen_->frames(), pipeline_->texts()));
    EXPECT_EQ(screen_->frames().size(), static_cast<std::size_t>(kLength / kToneFrame));
  }

  std::unique_ptr<server::Server> server_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<Screen> screen_;
  std::unique_ptr<Feed> feed_;
};

TEST_F(OverlayPads, ConvertsAnyRawAudioForTheTranscriberAlone) {
  struct {
    const char* caps;
    std::size_t bytes;
  } formats[] = {
      {"audio/x-raw,format=F32LE,rate=44100,channels=2", 44100 * 8},
      {"audio/x-raw,format=U8,rate=8000", 8000},
      {"audio/x-raw,format=S24BE,rate=96000,channels=1", 96000 * 3},
      {"audio/x-raw,format=S16LE,layout=non-interleaved,rate=16000,channels=2", 16000 * 4},
  };
  for (const auto& format : formats) {
    SCOPED_TRACE(format.caps);
    TearDown();
    open(std::string("audioconvert ! audioresample ! audioconvert ! ") + format.caps + " ! ",
         "c.audio_src ! fakesink name=speaker async=false");
    Ptr<GstPad> speaker = sink_of("speaker");
    Meter meter(speaker.get());
    ASSERT_TRUE(feed_->begin());
    feed_->tones(0s, kLength);
    ASSERT_TRUE(finish());
    expect_words();
    Ptr<GstCaps> wanted(gst_caps_from_string(format.caps));
    Ptr<GstCaps> had(gst_pad_get_current_caps(speaker.get()));
    EXPECT_TRUE(had && gst_caps_can_intersect(had.get(), wanted.get()));
    auto expected = static_cast<double>(format.bytes * (kLength / 1s));
    EXPECT_NEAR(static_cast<double>(meter.bytes()), expected, expected / 1000);
    TearDown();
    EXPECT_EQ(encodings(), std::vector<std::string>{"linear16"});
  }
}

TEST_F(OverlayPads, SendsMuLawAsItIs) {
  open("mulawenc ! ");
  ASSERT_TRUE(feed_->begin());
  feed_->tones(0s, kLength);
  ASSERT_TRUE(finish());
  expect_words();
  EXPECT_EQ(encodings(), std::vector<std::string>{"mulaw"});
}

TEST_F(OverlayPads, FollowsTheCaps) {
  open();
  ASSERT_TRUE(feed_->stream_start());
  ASSERT_TRUE(feed_->caps("audio/x-mulaw,rate=16000,channels=1"));
  ASSERT_TRUE(feed_->segment());
  Ptr<GstBuffer> silence(gst_buffer_new_allocate(nullptr, 16000, nullptr));
  gst_buffer_memset(silence.get(), 0, 0xff, 16000);
  GST_BUFFER_PTS(silence.get()) = 0;
  EXPECT_EQ(feed_->push(std::move(silence)), GST_FLOW_OK);
  ASSERT_TRUE(feed_->caps());
  feed_->offset(1s);
  feed_->tones(0s, kLength - 1s);
  ASSERT_TRUE(finish());
  expect_words(1s);
  EXPECT_EQ(encodings(), (std::vector<std::string>{"mulaw", "linear16"}));
}

TEST_F(OverlayPads, RefusesWhatItCannotSend) {
  for (const char* caps : {"audio/x-flac", "audio/x-mulaw,rate=96000,channels=1"}) {
    TearDown();
    open();
    feed_->stream_start();
    feed_->caps(caps);
    feed_->segment();
    EXPECT_EQ(feed_->tones(0s, 1s), GST_FLOW_NOT_NEGOTIATED) << caps;
  }
}

TEST_F(OverlayPads, GivesTheTextThatItShows) {
  open("", "c.text_src ! fakesink name=reader async=false");
  Meter meter(sink_of("reader").get());
  ASSERT_TRUE(feed_->begin());
  feed_->tones(0s, kLength);
  ASSERT_TRUE(finish());
  expect_words();
  EXPECT_EQ(meter.buffers(), pipeline_->texts().size());
}

TEST_F(OverlayPads, ShowsThePictureWithoutSound) {
  open();
  Ptr<GstPad> audio(gst_element_get_static_pad(pipeline_->find("c"), "audio_sink"));
  Ptr<GstPad> before(gst_pad_get_peer(audio.get()));
  pipeline_->change(GST_STATE_READY);
  screen_->clear();
  gst_pad_unlink(before.get(), audio.get());
  pipeline_->change(GST_STATE_PLAYING);
  EXPECT_TRUE(screen_->wait_for(kLength - kToneFrame));
}

// What negotiates again while the queues are full must not wait for them.
TEST_F(OverlayPads, AnswersBeforeWhatItHoldsIsThrough) {
  open("", "c.audio_src ! fakesink name=speaker");
  pipeline_->change(GST_STATE_PAUSED);
  ASSERT_TRUE(feed_->begin());
  feed_->tones(0s, 1s);
  for (const char* name : {"video_sink", "audio_sink"}) {
    Ptr<GstPad> pad(gst_element_get_static_pad(pipeline_->find("c"), name));
    Ptr<GstCaps> caps(gst_pad_get_current_caps(pad.get()));
    Ptr<GstQuery> query(gst_query_new_allocation(caps.get(), TRUE));
    Watchdog::Guard guard(pipeline_->watchdog());
    EXPECT_FALSE(gst_pad_query(pad.get(), query.get()));
  }
}

// A pad comes and goes while data flows.
TEST_F(OverlayPads, GivesAndTakesPadsAtAnyTime) {
  open();
  GstElement* element = pipeline_->find("c");
  ASSERT_TRUE(feed_->begin());
  Nanos at{};
  for (const char* name : {"audio_src", "text_src", "audio_src"}) {
    SCOPED_TRACE(name);
    feed_->tones(at, at + 1s);
    Ptr<GstPad> pad(gst_element_request_pad_simple(element, name));
    ASSERT_TRUE(pad);
    auto* pads = GST_PAD_PAD_TEMPLATE(pad.get());
    EXPECT_FALSE(gst_element_request_pad(element, pads, nullptr, nullptr));  // there is one
    feed_->tones(at + 1s, at + 1500ms);                                      // it is not linked yet
    Ptr<GstElement> sink = own(gst_element_factory_make("fakesink", nullptr));
    g_object_set(sink.get(), "async", FALSE, nullptr);
    gst_bin_add(GST_BIN(pipeline_->bin()), sink.get());
    gst_element_sync_state_with_parent(sink.get());
    Ptr<GstPad> end(gst_element_get_static_pad(sink.get(), "sink"));
    ASSERT_EQ(gst_pad_link(pad.get(), end.get()), GST_PAD_LINK_OK);
    feed_->tones(at + 1500ms, at + 2s);
    at += 2s;
    gst_element_release_request_pad(element, pad.get());
    EXPECT_FALSE(gst_pad_get_parent(pad.get()));
    gst_element_set_state(sink.get(), GST_STATE_NULL);
    gst_bin_remove(GST_BIN(pipeline_->bin()), sink.get());
  }
  ASSERT_TRUE(finish());
  expect_words();
}

}  // namespace
}  // namespace dg
