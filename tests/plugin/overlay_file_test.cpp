// SPDX-License-Identifier: LGPL-2.1-or-later
// A file with picture and sound, one demuxer: each picture has what is said in it, all come, and
// the end does, too, whatever the service does.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"
#include "support/screen.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kLength = 20s;  // longer than all queues

class OverlayFile : public testing::Test {
 protected:
  static void SetUpTestSuite() { path_ = tone_video(kLength, kLength); }
  static void TearDownTestSuite() { std::remove(path_.c_str()); }

  static constexpr const char* kLinks = "file. ! c.video_sink file. ! c.audio_sink ";

  // `more` has what else is linked to the element, which is called "c".
  void open(const server::ServerOptions& options, const std::string& path,
            const std::string& more = "", const std::string& links = kLinks) {
    auto started = server::Server::start(options);
    ASSERT_TRUE(started) << started.error().text;
    server_ = std::move(*started);
    pipeline_ = std::make_unique<Pipeline>(
        "filesrc location=" + path +
            " ! matroskademux name=file deepgramoverlay name=c url=" + server_->url() +
            " font-desc=\"Sans 60\" " + links + "c.src ! fakesink name=screen " + more,
        "transcribe");
    pipeline_->set("granularity", "word");
    pipeline_->set("max-rate", "0");
    screen_ = std::make_unique<Screen>(pipeline_->find("screen"));
  }
  void open(const server::ServerOptions& options = {}) { open(options, path_); }

  // As an application does.
  void link_new_pads() {
    auto link = [](GstElement*, GstPad* pad, GstElement* to) {
      bool video = g_str_has_prefix(GST_PAD_NAME(pad), "video");
      Ptr<GstPad> sink(gst_element_get_static_pad(to, video ? "video_sink" : "audio_sink"));
      EXPECT_EQ(gst_pad_link(pad, sink.get()), GST_PAD_LINK_OK);
    };
    g_signal_connect(pipeline_->find("file"), "pad-added", G_CALLBACK(+link), pipeline_->find("c"));
  }

  bool play() {
    pipeline_->change(GST_STATE_PLAYING);
    return pipeline_->wait_for(GST_MESSAGE_EOS);
  }

  void expect_all_pictures() {
    EXPECT_EQ(screen_->frames().size(), static_cast<std::size_t>(kLength / kToneFrame));
    EXPECT_TRUE(unbroken(screen_->frames(), kToneFrame, kLength));
    EXPECT_TRUE(captioned(screen_->frames(), pipeline_->texts()));
    EXPECT_TRUE(pipeline_->messages(GST_MESSAGE_ERROR).empty());
  }

  static std::string path_;
  std::unique_ptr<server::Server> server_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<Screen> screen_;
};
std::string OverlayFile::path_;

TEST_F(OverlayFile, ShowsEachWordWhenItIsSaid) {
  open();
  ASSERT_TRUE(play());
  expect_all_pictures();
  EXPECT_TRUE(same_words(words_in(pipeline_->texts()), words_between(0s, kLength)));
}

TEST_F(OverlayFile, ShowsWholeUtterances) {
  open();
  pipeline_->set("granularity", "utterance");
  g_object_set(pipeline_->find("c"), "font-desc", "Sans 20", nullptr);
  ASSERT_TRUE(play());
  expect_all_pictures();
  EXPECT_TRUE(same_words(words_in(pipeline_->texts()), words_between(0s, kLength)));
}

TEST_F(OverlayFile, PlaysInTheTimeOfTheClock) {
  open({}, path_, "c.audio_src ! fakesink name=speaker sync=true");
  g_object_set(pipeline_->find("screen"), "sync", TRUE, nullptr);
  pipeline_->change(GST_STATE_PLAYING);
  ASSERT_TRUE(screen_->wait_for(2s));
  EXPECT_TRUE(captioned(screen_->frames(), pipeline_->texts()));
}

TEST_F(OverlayFile, EndsWithoutTheService) {
  for (const char* fault : {"no-answer", "drop-at-handshake"}) {
    SCOPED_TRACE(fault);
    open({.faults = {fault}});
    pipeline_->set("connect-timeout", "200");
    pipeline_->set("reconnect-timeout", "400");
    ASSERT_TRUE(play());
    expect_all_pictures();
    EXPECT_TRUE(pipeline_->texts().empty());
    EXPECT_FALSE(pipeline_->messages(GST_MESSAGE_WARNING).empty());
  }
}

// Whatever waits for whom: text for the service, the picture for text, the demuxer for the picture.
TEST_F(OverlayFile, StopsAtOnce) {
  open({.faults = {"no-answer"}}, path_, "c.audio_src ! fakesink", "");
  link_new_pads();
  for (std::size_t round = 1; round <= 10; ++round) {
    pipeline_->change(round % 2 ? GST_STATE_PLAYING : GST_STATE_PAUSED);
    EXPECT_TRUE(server_->wait([=](const auto& requests) { return requests.size() >= round; }));
    pipeline_->change(GST_STATE_NULL);
  }
}

// A demuxer makes new pads each time, and the application links them.
TEST_F(OverlayFile, PlaysAgain) {
  open({}, path_, "", "");
  link_new_pads();
  for (GstState between : {GST_STATE_READY, GST_STATE_NULL, GST_STATE_NULL}) {
    ASSERT_TRUE(play());
    expect_all_pictures();
    EXPECT_TRUE(same_words(words_in(pipeline_->texts()), words_between(0s, kLength)));
    pipeline_->change(between);
    pipeline_->record().clear();
    screen_->clear();
  }
}

// The texts of after the last flush.
std::vector<TextBuffer> flushed_texts(Record::Entries entries) {
  auto is_flush = [](const Entry& entry) {
    auto* event = std::get_if<EventRef>(&entry);
    return event && GST_EVENT_TYPE(event->get()) == GST_EVENT_FLUSH_STOP;
  };
  auto flush = std::find_if(entries.rbegin(), entries.rend(), is_flush);
  return texts_in(Record::Entries(flush.base(), entries.end()));
}

TEST_F(OverlayFile, GoesOnWhereASeekLeads) {
  open();
  ASSERT_TRUE(pipeline_->reach(GST_STATE_PAUSED));
  screen_->clear();
  {
    Watchdog::Guard guard(pipeline_->watchdog());
    ASSERT_TRUE(gst_element_seek_simple(
        pipeline_->bin(), GST_FORMAT_TIME,
        static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE), clock(10s)));
  }
  ASSERT_TRUE(play());
  EXPECT_EQ(screen_->frames().front().pts, 10s);
  auto texts = flushed_texts(pipeline_->record().copy());
  EXPECT_TRUE(same_words(words_in(texts), words_between(10s, kLength)));
  EXPECT_TRUE(captioned(screen_->frames(), texts));
}

// One stream is over before the other.
TEST_F(OverlayFile, EndsWhenBothAreOver) {
  for (auto [audio, video] : {std::pair{3s, 6s}, {6s, 3s}}) {
    std::string path = tone_video(audio, video);
    open({}, path, "c.text_src ! fakesink name=reader async=false");
    ASSERT_TRUE(play());
    EXPECT_EQ(screen_->frames().size(), static_cast<std::size_t>(video / kToneFrame));
    EXPECT_TRUE(captioned(screen_->frames(), pipeline_->texts()));
    EXPECT_TRUE(same_words(words_in(pipeline_->texts()), words_between(0s, audio)));
    std::remove(path.c_str());
  }
}

}  // namespace
}  // namespace dg
