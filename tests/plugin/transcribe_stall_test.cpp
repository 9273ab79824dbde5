// SPDX-License-Identifier: LGPL-2.1-or-later
// One demuxer in front of us and of the picture that waits for our text: its queues fill up, and no
// more audio comes, unless text does. Whatever the service does, the file ends, with all pictures.
// In real time, as that is how a stall is noticed.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"
#include "support/recording.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kLength = 3s;
constexpr Nanos kPicture = 40ms;
// Of the README: nothing stalls behind these.
constexpr const char* kLargeQueue =
    "queue max-size-time=15000000000 max-size-bytes=0 max-size-buffers=0";

std::unique_ptr<server::Server> serve(const server::ServerOptions& options) {
  auto started = server::Server::start(options);
  if (!started) ADD_FAILURE() << started.error().text;
  return std::move(*started);
}

// A file that is captioned.
class Screening {
 public:
  Screening(const std::string& file, const std::string& url, const std::string& queue = "queue")
      : pipeline_("filesrc location=" + file + " ! matroskademux name=file file.video_0 ! " +
                  queue +
                  " ! textoverlay name=over ! fakesink name=screen sync=false "
                  "file.audio_0 ! " +
                  queue + " ! deepgramtranscribe name=dg ! over.text_sink") {
    pipeline_.set("url", url);
    pipeline_.set("max-rate", "0");
    pipeline_.set("granularity", "utterance");
    pipeline_.set("failure", "continue");
    pipeline_.set("reconnect-timeout", "1500");
    pipeline_.set("drain-timeout", "3000");
    Ptr<GstPad> pad(gst_element_get_static_pad(pipeline_.find("screen"), "sink"));
    gst_pad_add_probe(
        pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          static_cast<Screening*>(self)->pictures_.push_back(
              nanos_of(GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info))));
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
  }
  ~Screening() { pipeline_.change(GST_STATE_NULL); }

  Pipeline& pipeline() { return pipeline_; }

  // To be called when it has ended.
  void expect_whole_picture(std::size_t count) {
    pipeline_.change(GST_STATE_NULL);
    EXPECT_EQ(pictures_.size(), count);
    for (std::size_t i = 0; i < pictures_.size(); ++i)
      EXPECT_LT(abs(pictures_[i] - static_cast<long>(i) * kPicture), 2ms) << "picture " << i;
    EXPECT_TRUE(pipeline_.messages(GST_MESSAGE_ERROR).empty());
  }

  // Warnings that name the remedy.
  std::size_t stalls_told() {
    auto warnings = pipeline_.messages(GST_MESSAGE_WARNING);
    return static_cast<std::size_t>(
        std::count_if(warnings.begin(), warnings.end(), [](const MessageRef& message) {
          GError* error = nullptr;
          gst_message_parse_warning(message.get(), &error, nullptr);
          Ptr<GError> owned(error);
          return std::string(error->message).find("queue") != std::string::npos;
        }));
  }

 private:
  Pipeline pipeline_;
  std::vector<Nanos> pictures_;  // written by the sink's thread, read when that is over
};

std::size_t finalizes(const std::vector<server::Seen>& requests) {
  std::size_t count = 0;
  for (const server::Seen& request : requests)
    for (const auto& command : request.commands)
      count += command.text.find("Finalize") != std::string::npos;
  return count;
}

struct Service {
  const char* name;
  std::vector<std::string> faults;
};
void PrintTo(const Service& service, std::ostream* out) {
  *out << service.name;
}

class TranscribeStallBy : public testing::TestWithParam<Service> {};

TEST_P(TranscribeStallBy, EndsWithTheWholePicture) {
  Recording file(kLength);
  auto server = serve({.faults = GetParam().faults});
  Screening screening(file.path(), server->url());
  EXPECT_TRUE(screening.pipeline().play_to_the_end());
  screening.expect_whole_picture(file.pictures());
  EXPECT_EQ(screening.stalls_told(), 1u);
  EXPECT_GE(finalizes(server->requests()), 1u);
}

INSTANTIATE_TEST_SUITE_P(Services, TranscribeStallBy,
                         testing::Values(Service{"normal", {}},
                                         Service{"slow", {"delay-results=3000"}},
                                         Service{"silent", {"stall-results-after=0"}}),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(TranscribeStall, IsNoneWhereNothingListens) {
  Recording file(kLength);
  std::string url = serve({})->url();  // it is gone by now
  Screening screening(file.path(), url);
  EXPECT_TRUE(screening.pipeline().play_to_the_end());
  screening.expect_whole_picture(file.pictures());
  EXPECT_EQ(screening.stalls_told(), 0u);
}

TEST(TranscribeStall, MayBeFollowedByTheServicesEnd) {
  Recording file(kLength);
  auto server = serve({});
  Screening screening(file.path(), server->url());
  screening.pipeline().on_message = [&](GstMessage* message) {
    if (!gst_message_has_name(message, "deepgram/results")) return;
    EXPECT_FALSE(server->set_options({.faults = {"drop-at-handshake"}}));
    server->act(server::Drop{});
  };
  EXPECT_TRUE(screening.pipeline().play_to_the_end());
  screening.expect_whole_picture(file.pictures());
}

TEST(TranscribeStall, IsMendedByLargerQueues) {
  Recording file(kLength);
  auto server = serve({});
  Screening screening(file.path(), server->url(), kLargeQueue);
  screening.pipeline().set("granularity", "word");
  EXPECT_TRUE(screening.pipeline().play_to_the_end());
  screening.expect_whole_picture(file.pictures());
  EXPECT_EQ(screening.stalls_told(), 0u);
  EXPECT_EQ(finalizes(server->requests()), 0u);
  EXPECT_TRUE(same_words(words_in(screening.pipeline().texts()), words_between(0s, kLength)));
}

// Sinks wait for the first picture, which waits for text.
TEST(TranscribeStall, DoesNotKeepThePipelineFromPrerolling) {
  Recording file(kLength);
  auto server = serve({.faults = {"stall-results-after=0"}});
  Screening screening(file.path(), server->url());
  EXPECT_TRUE(screening.pipeline().reach(GST_STATE_PAUSED));
  GstState state = GST_STATE_NULL;
  gst_element_get_state(screening.pipeline().bin(), &state, nullptr, 0);
  EXPECT_EQ(state, GST_STATE_PAUSED);
}

// Audio stops there too, and a word may be half said. A KeepAlive comes later than a stall would be
// noticed.
class TranscribePaused : public testing::Test {
 protected:
  TranscribePaused() : bench_({.properties = {{"keepalive-interval", "3000"}}}) {}

  void expect_no_stall() {
    bench_.feed().tones(0s, 1150ms);  // into a word
    EXPECT_TRUE(bench_.server().wait([](const std::vector<server::Seen>& requests) {
      return !requests.empty() && !requests[0].commands.empty();
    }));
    EXPECT_EQ(finalizes(bench_.server().requests()), 0u);
  }

  Bench bench_;
};

TEST_F(TranscribePaused, IsNoStall) {
  bench_.play();
  bench_.pipeline().change(GST_STATE_PAUSED);
  expect_no_stall();
  bench_.pipeline().change(GST_STATE_PLAYING);
  EXPECT_TRUE(bench_.server().wait(
      [](const std::vector<server::Seen>& requests) { return finalizes(requests) == 1; }));
}

TEST_F(TranscribePaused, BeforeItPlaysIsNoStallEither) {
  bench_.pipeline().change(GST_STATE_PAUSED);
  EXPECT_TRUE(bench_.feed().begin());
  expect_no_stall();
}

}  // namespace
}  // namespace dg
