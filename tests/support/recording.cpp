// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/recording.h"

#include <filesystem>
#include <unistd.h>

#include <gtest/gtest.h>

#include "support/feed.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kPicture = 40ms;

}  // namespace

bool play_out(GstElement* pipeline) {
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  GstBus* bus = gst_element_get_bus(pipeline);
  auto kinds = static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  Ptr<GstMessage> last(gst_bus_timed_pop_filtered(bus, clock(patience()), kinds));
  gst_object_unref(bus);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  return last && GST_MESSAGE_TYPE(last.get()) == GST_MESSAGE_EOS;
}

ScratchFile::ScratchFile() : path_(std::filesystem::temp_directory_path() / "dg-test-XXXXXX") {
  int file = mkstemp(path_.data());
  EXPECT_GE(file, 0) << path_;
  close(file);
}

ScratchFile::~ScratchFile() {
  std::filesystem::remove(path_);
}

ScratchFolder::ScratchFolder()
    : path_(Ptr<char>(g_dir_make_tmp("dg-test-XXXXXX", nullptr)).get()) {}

ScratchFolder::~ScratchFolder() {
  std::filesystem::remove_all(path_);
}

namespace {

// Has the tone oracle's audio, 16 kHz mono, written by these elements.
void write_tones(const std::string& writer, Nanos length) {
  std::string description = "identity name=in ! " + writer;
  Ptr<GstElement> pipeline(own(gst_parse_launch(description.c_str(), nullptr)));
  Ptr<GstElement> in(gst_bin_get_by_name(GST_BIN(pipeline.get()), "in"));
  Watchdog watchdog;
  Feed feed(in.get(), 16000, 1, watchdog);
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  EXPECT_TRUE(feed.begin());
  EXPECT_EQ(feed.tones(0s, length), GST_FLOW_OK);
  EXPECT_TRUE(feed.end());
  EXPECT_TRUE(play_out(pipeline.get()));
}

}  // namespace

Recording::Recording(Nanos length)
    : length_(length), pictures_(static_cast<std::size_t>(length / kPicture)) {
  write_tones("mux.audio_0 matroskamux name=mux ! filesink location=" + path() +
                  " videotestsrc num-buffers=" + std::to_string(pictures_) +
                  " ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! mux.video_0",
              length);
}

}  // namespace dg
