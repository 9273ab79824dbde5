// SPDX-License-Identifier: LGPL-2.1-or-later
// A live picture that waits for our text: whatever the service does, it is shown as if there were
// no text. In real time.
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr guint64 kPictures = 50;  // 2 s
// A picture that comes later than this is dropped. One that waits for text would wait for good.
constexpr Nanos kLate = 1s;

struct Service {
  const char* name;
  std::vector<std::string> faults;
};
void PrintTo(const Service& service, std::ostream* out) {
  *out << service.name;
}

class TranscribePicture : public testing::TestWithParam<Service> {
 protected:
  static std::string description() {
    return "audiotestsrc is-live=true num-buffers=100 samplesperbuffer=320 ! "
           "audio/x-raw,format=S16LE,rate=16000,channels=1 ! "
           "deepgramtranscribe name=dg latency=1000 granularity=word failure=continue ! "
           "over.text_sink videotestsrc is-live=true num-buffers=" +
           std::to_string(kPictures) +
           " ! video/x-raw,width=64,height=48,framerate=25/1 ! "
           "queue max-size-time=2000000000 max-size-bytes=0 max-size-buffers=0 ! "
           "textoverlay name=over ! fakesink name=screen sync=true qos=true max-lateness=" +
           std::to_string(kLate.count() * (patience() / 8s));
  }

  void expect_whole_picture(const std::string& url) {
    Pipeline pipeline(description());
    pipeline.set("url", url);
    ASSERT_TRUE(pipeline.play_to_the_end());
    GstStructure* counted = nullptr;
    g_object_get(pipeline.find("screen"), "stats", &counted, nullptr);
    Ptr<GstStructure> stats(counted);
    EXPECT_EQ(time_field(stats.get(), "dropped"), 0u);
    EXPECT_EQ(time_field(stats.get(), "rendered"), kPictures);
    EXPECT_TRUE(pipeline.messages(GST_MESSAGE_ERROR).empty());
  }
};

TEST_P(TranscribePicture, GoesOn) {
  auto server = server::Server::start({.faults = GetParam().faults});
  ASSERT_TRUE(server);
  expect_whole_picture((*server)->url());
}

INSTANTIATE_TEST_SUITE_P(Services, TranscribePicture,
                         testing::Values(Service{"normal", {}},
                                         Service{"slow", {"delay-results=5000"}},
                                         Service{"silent", {"stall-results-after=0"}},
                                         Service{"unanswered", {"no-answer"}},
                                         Service{"lost", {"drop-after=1"}}),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_F(TranscribePicture, GoesOnWhereNothingListens) {
  std::string url = (*server::Server::start({}))->url();  // it is gone by now
  expect_whole_picture(url);
}

}  // namespace
}  // namespace dg
