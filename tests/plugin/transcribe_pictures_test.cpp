// SPDX-License-Identifier: LGPL-2.1-or-later
// Captions as they are seen: each frame must be what textoverlay draws when it is fed by hand with
// the text that should be there.
#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"
#include "support/recording.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using server::RecognizerKind;

constexpr Nanos kLength = 10s, kFrame = 40ms;

// Begins with a frame, unless other text is on: textoverlay does not wait for what begins in the
// middle of one, which may be on from the next.
struct Shown {
  Nanos from, to;
  const char* text;
};

struct Scene {
  const char* name;
  const char* scenario;
  const char* granularity;
  const char* labels;
  const char* format;  // of the text
  std::vector<Shown> shown;
};
void PrintTo(const Scene& scene, std::ostream* out) {
  *out << scene.name;
}

const Scene kScenes[] = {
    {"OneLine",
     R"([{"at":4,"start":1,"duration":1.5,"say":"Hello out there.","speech_final":true}])",
     "cue",
     "none",
     "utf8",
     {{1s, 2500ms, "Hello out there."}}},
    {"TwoLinesThenOne",
     R"([{"at":8,"start":1,"duration":5,"say":"It was the best night of the year, and of all the years that went before it.","speech_final":true},
         {"at":9,"start":6.52,"duration":0.5,"say":"R&B <3","speech_final":true}])",
     "cue",
     "none",
     "utf8",
     {{1s, 6s, "It was the best night of the year,\nand of all the years that went before it."},
      {6520ms, 7353ms, "R&B <3"}}},
    {"SpeakersWithDashes",
     R"([{"at":4,"start":1,"duration":1.2,"say":"Have you read it?","speaker":0,"speech_final":true},
         {"at":5,"start":2.6,"duration":0.4,"say":"No.","speaker":1,"speech_final":true}])",
     "rollup",
     "dash",
     "utf8",
     {{1s, 1300ms, "- Have"},
      {1300ms, 1600ms, "- Have you"},
      {1600ms, 1900ms, "- Have you read"},
      {1900ms, 2600ms, "- Have you read it?"},
      {2600ms, 3833ms, "- Have you read it?\n- No."}}},
    {"SpeakersInColors",
     R"([{"at":4,"start":1,"duration":1.2,"say":"Have you read R&B?","speaker":0,"speech_final":true},
         {"at":5,"start":2.6,"duration":1,"say":"No, not yet.","speaker":1,"speech_final":true}])",
     "cue",
     "color",
     "pango-markup",
     {{1s, 2200ms, "<span foreground=\"#FFFFFF\">Have you read R&amp;B?</span>"},
      {2600ms, 3600ms, "<span foreground=\"#FFFF00\">No, not yet.</span>"}}},
    {"RollUp",
     R"([{"at":6,"start":1,"duration":4,"say":"internationalization extraterritoriality institutionalization counterrevolutionary"}])",
     "rollup",
     "none",
     "utf8",
     {{1s, 2s, "internationalization"},
      {2s, 3s, "internationalization extraterritoriality"},
      {3s, 4s, "internationalization extraterritoriality\ninstitutionalization"},
      {4s, 7050ms,
       "internationalization extraterritoriality\ninstitutionalization counterrevolutionary"}}},
    {"RollUpByOneLine",
     R"([{"at":6,"start":1,"duration":3,"say":"incomprehensibilities-of-counterrevolution honorificabilitudinitatibus-and-what-not antidisestablishmentarianism"}])",
     "rollup",
     "none",
     "utf8",
     {{1s, 2s, "incomprehensibilities-of-counterrevolution"},
      {2s, 3s,
       "incomprehensibilities-of-counterrevolution\n"
       "honorificabilitudinitatibus-and-what-not"},
      {3s, 5400ms,
       "honorificabilitudinitatibus-and-what-not\n"
       "antidisestablishmentarianism"}}},
    {"Japanese",
     R"([{"at":6,"start":1,"duration":4,"say":"吾輩は猫である。名前はまだ無い。どこで生れたか見当がつかぬ。","speech_final":true}])",
     "cue",
     "none",
     "utf8",
     {{1s, 5s, "吾輩は猫である。名前はまだ無い。\nどこで生れたか見当がつかぬ。"}}},
    {"Arabic",
     R"([{"at":6,"start":1,"duration":4,"say":"مرحبا بكم في هذا البث المباشر، نتمنى لكم مشاهدة ممتعة.","speech_final":true}])",
     "cue",
     "none",
     "utf8",
     {{1s, 5s, "مرحبا بكم في هذا البث المباشر،\nنتمنى لكم مشاهدة ممتعة."}}},
};

struct Frame {
  Nanos pts;
  std::size_t picture;  // what is on it, as a hash
};
using Frames = std::vector<Frame>;

// A video onto which an overlay draws what comes to its text pad.
const std::string kVideo =
    "videotestsrc pattern=black num-buffers=" + std::to_string(kLength / kFrame) +
    " ! video/x-raw,format=I420,width=640,height=368,framerate=25/1 ! textoverlay name=over ! "
    "fakesink name=screen sync=false async=false";

class Screen {
 public:
  explicit Screen(GstElement* sink) {
    on_buffers(sink, "sink", [this](GstBuffer* buffer) { note(buffer); });
  }
  // Once the pipeline has ended.
  const Frames& frames() const { return frames_; }

 private:
  void note(GstBuffer* buffer) {
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
    std::string_view bytes(reinterpret_cast<const char*>(map.data), map.size);
    frames_.push_back({nanos_of(GST_BUFFER_PTS(buffer)), std::hash<std::string_view>()(bytes)});
    gst_buffer_unmap(buffer, &map);
  }

  Frames frames_;
};

Frames frames_by_hand(const Scene& scene) {
  Ptr<GstElement> pipeline =
      own(gst_parse_launch(("appsrc name=text format=time ! text/x-raw,format=" +
                            std::string(scene.format) + " ! over.text_sink " + kVideo)
                               .c_str(),
                           nullptr));
  Ptr<GstElement> text(gst_bin_get_by_name(GST_BIN(pipeline.get()), "text"));
  Ptr<GstElement> sink(gst_bin_get_by_name(GST_BIN(pipeline.get()), "screen"));
  Screen screen(sink.get());
  GstFlowReturn flow;
  for (const Shown& shown : scene.shown) {
    Ptr<GstBuffer> buffer(gst_buffer_new_memdup(shown.text, std::string_view(shown.text).size()));
    GST_BUFFER_PTS(buffer.get()) = clock(shown.from);
    GST_BUFFER_DURATION(buffer.get()) = clock(shown.to - shown.from);
    g_signal_emit_by_name(text.get(), "push-buffer", buffer.get(), &flow);
  }
  g_signal_emit_by_name(text.get(), "end-of-stream", &flow);
  EXPECT_TRUE(play_out(pipeline.get()));
  return screen.frames();
}

Frames frames_of(const Scene& scene) {
  Bench::Setup setup;
  setup.server.recognizer = RecognizerKind::Script;
  setup.server.scenario = scene.scenario;
  setup.after = "queue ! over.text_sink " + kVideo;
  setup.properties = {{"granularity", scene.granularity}, {"speaker-labels", scene.labels}};
  Bench bench(setup);
  Screen screen(bench.pipeline().find("screen"));
  bench.play();
  bench.feed().tones(0s, kLength);
  EXPECT_TRUE(bench.finish());
  EXPECT_TRUE(bench.pipeline().wait_for(GST_MESSAGE_EOS));
  return screen.frames();
}

bool shows_text(const Scene& scene, Nanos pts) {
  return std::any_of(scene.shown.begin(), scene.shown.end(), [&](const Shown& shown) {
    return shown.from < pts + kFrame && shown.to > pts;
  });
}

class Pictures : public testing::TestWithParam<Scene> {};

TEST_P(Pictures, AreThoseOfTheTextAtItsTime) {
  const Scene& scene = GetParam();
  Frames frames = frames_of(scene), expected = frames_by_hand(scene);
  ASSERT_EQ(frames.size(), static_cast<std::size_t>(kLength / kFrame));
  ASSERT_EQ(frames.size(), expected.size());
  std::size_t blank = frames.front().picture;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    SCOPED_TRACE(std::to_string(frames[i].pts / 1ms) + " ms");
    EXPECT_EQ(frames[i].pts, expected[i].pts);
    EXPECT_EQ(frames[i].picture, expected[i].picture);
    EXPECT_EQ(frames[i].picture != blank, shows_text(scene, frames[i].pts));
  }
}

INSTANTIATE_TEST_SUITE_P(Each, Pictures, testing::ValuesIn(kScenes),
                         [](const auto& of) { return of.param.name; });

}  // namespace
}  // namespace dg
