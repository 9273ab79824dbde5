// SPDX-License-Identifier: LGPL-2.1-or-later
// Captions that a deepgramoverlay shows as they come, on pictures that do not wait for them.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/livepicture.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using Picture = LivePicture::Picture;
using Properties = std::map<std::string, std::string>;

constexpr auto kBin = LivePicture::By::DeepgramOverlay;
constexpr Nanos kAtOnce = 150ms, kBeat = 50ms;
// Longer than a text is on that nobody follows.
constexpr Nanos kSilence = 6s;
constexpr int kFirst = 6, kSecond = 24;  // words, the second after a long pause

// Each said once, some time after its last word.
std::vector<Say> finals() {
  return {counted::final(0, 3, 137ms), counted::final(3, kFirst, 310ms),
          counted::final(kSecond, kSecond + 3, 90ms)};
}

Properties at_arrival(const char* granularity) {
  return {{"timing", "arrival"}, {"granularity", granularity}};
}

std::uint64_t blank_of(const std::vector<Picture>& pictures) {
  return pictures.front().look;
}

// With a beat of the clock.
Nanos told_at(const Say& say) {
  return (say.at + kBeat - Nanos(1)) / kBeat * kBeat;
}

bool is_on(const std::vector<TextBuffer>& texts, Nanos at) {
  return std::any_of(texts.begin(), texts.end(), [at](const TextBuffer& text) {
    return nanos_of(text.pts) <= at && at < nanos_of(text.end());
  });
}

// There is text on each picture that is drawn while a text is on, and on no other. Results come
// behind the pictures of the same beat.
void expect_as_told(const std::vector<Picture>& pictures, const std::vector<TextBuffer>& texts) {
  for (const Picture& picture : pictures) {
    Nanos at = LivePicture::drawn_at(picture);
    bool lit = picture.look != blank_of(pictures);
    bool must = is_on(texts, at) && is_on(texts, at - kBeat);
    bool may = is_on(texts, at) || is_on(texts, at - Nanos(1));  // not known yet: it ends now
    EXPECT_TRUE(lit ? may : !must)
        << (lit ? "a" : "no") << " text at " << picture.at / 1ms << " ms";
  }
}

// Pictures with text, without one between them that has none.
struct Stretch {
  Nanos from{}, to{};  // of the first and the last
};
std::vector<Stretch> stretches(const std::vector<Picture>& pictures) {
  std::vector<Stretch> out;
  bool on = false;
  for (const Picture& picture : pictures) {
    bool lit = picture.look != blank_of(pictures);
    if (lit && !on) out.push_back({picture.at, picture.at});
    if (lit) out.back().to = picture.at;
    on = lit;
  }
  return out;
}

TEST(OverlayArrival, TextStaysOnWithoutABlink) {
  LivePicture live(finals(), at_arrival("rollup"), "", kBin);
  live.run_until(finals().back().at + kSilence);
  auto pictures = live.pictures();
  auto texts = live.pipeline().texts();
  EXPECT_GT(texts.size(), 40u);  // slices
  expect_as_told(pictures, texts);
  auto on = stretches(pictures);
  ASSERT_EQ(on.size(), 2u);
  EXPECT_LE(on[0].from, told_at(finals()[0]) + kAtOnce);
  EXPECT_GT(on[0].to, told_at(finals()[1]) + 1s);
  EXPECT_LE(on[1].from, told_at(finals()[2]) + kAtOnce);
  EXPECT_LT(on[1].to, nanos_of(texts.back().end()));
}

class OverlayArrivalOf : public testing::TestWithParam<const char*> {};

TEST_P(OverlayArrivalOf, TextIsSeenAsLongAsItIsOn) {
  LivePicture live(finals(), at_arrival(GetParam()), "", kBin);
  live.run_until(finals().back().at + kSilence);
  auto pictures = live.pictures();
  expect_as_told(pictures, live.pipeline().texts());
  for (const Say& say : finals()) {
    auto seen = [&](const Picture& one) {
      return one.at >= told_at(say) && one.at <= told_at(say) + kAtOnce &&
             one.look != blank_of(pictures);
    };
    EXPECT_TRUE(std::any_of(pictures.begin(), pictures.end(), seen)) << say.text;
  }
  EXPECT_EQ(pictures.back().look, blank_of(pictures));
}

INSTANTIATE_TEST_SUITE_P(By, OverlayArrivalOf, testing::Values("word", "cue"),
                         [](const auto& one) { return std::string(one.param); });

// What a text looks like that is said at once and stays on for a while.
std::uint64_t last_look(const Say& say, Properties properties, bool arrives) {
  properties["granularity"] = "rollup";
  if (arrives) properties["timing"] = "arrival";
  LivePicture live({say}, std::move(properties), "", kBin);
  live.run_until(say.at + kSilence);
  auto pictures = live.pictures();
  auto last = std::find_if(pictures.rbegin(), pictures.rend(),
                           [&](const Picture& one) { return one.look != blank_of(pictures); });
  EXPECT_NE(last, pictures.rend());
  return last == pictures.rend() ? 0 : last->look;
}

TEST(OverlayArrival, TextLooksAsWhenPicturesWaitForIt) {
  Say say{.at = 2s, .text = "R&D <i>, he said", .start = 1s, .duration = 800ms, .speaker = 1};
  Properties plain, colours = {{"speaker-labels", "color"}, {"diarize", "true"}};
  EXPECT_EQ(last_look(say, plain, true), last_look(say, plain, false));
  EXPECT_EQ(last_look(say, colours, true), last_look(say, colours, false));
}

// Words that are said, then something else happens while they are on, and the picture goes on.
class OverlayArrivalThen : public testing::Test {
 protected:
  static constexpr Nanos kThen = 3s, kEnd = 9s;

  OverlayArrivalThen()
      : live_({Say{.at = 2s, .text = "one two", .start = 1s, .duration = 800ms},
               Say{.at = 6s, .text = "three four", .start = 5s, .duration = 800ms}},
              at_arrival("rollup"), "", kBin) {
    live_.run_until(kThen);
  }

  // Whether a picture of then has text.
  bool lit(Nanos at) {
    auto pictures = live_.pictures();
    auto found = std::find_if(pictures.begin(), pictures.end(),
                              [at](const Picture& one) { return one.at >= at; });
    EXPECT_NE(found, pictures.end());
    return found != pictures.end() && found->look != blank_of(pictures);
  }
  Feed& feed() { return live_.bench().feed(); }

  LivePicture live_;
};

TEST_F(OverlayArrivalThen, AFlushTakesItAway) {
  ASSERT_TRUE(feed().flush());
  ASSERT_TRUE(feed().segment());
  live_.run_until(kThen + 1s);
  EXPECT_TRUE(lit(kThen - 2 * kBeat));
  EXPECT_EQ(stretches(live_.pictures()).size(), 1u);
  EXPECT_FALSE(lit(kThen + kBeat));
}

TEST_F(OverlayArrivalThen, ItEndsWithTheSound) {
  live_.mute();
  ASSERT_TRUE(live_.bench().finish());
  live_.run_until(kEnd);
  auto texts = live_.pipeline().texts();
  expect_as_told(live_.pictures(), texts);
  EXPECT_FALSE(lit(nanos_of(texts.back().end())));
}

TEST_F(OverlayArrivalThen, TakingTheSoundAwayTakesItAway) {
  Ptr<GstPad> sound = pad_of(live_.pipeline().find("in"), "src");
  Ptr<GstPad> audio = pad_of(live_.pipeline().find("c"), "audio_sink");
  ASSERT_TRUE(gst_pad_unlink(sound.get(), audio.get()));
  live_.mute();
  live_.run_until(kEnd);
  EXPECT_TRUE(lit(kThen - 2 * kBeat));
  EXPECT_FALSE(lit(kThen + kBeat));
  EXPECT_EQ(stretches(live_.pictures()).size(), 1u);
}

TEST_F(OverlayArrivalThen, TheTextIsToBeHadAsWell) {
  GstElement* overlay = live_.pipeline().find("c");
  Ptr<GstPad> pad(gst_element_request_pad_simple(overlay, "text_src"));
  Ptr<GstElement> reader = own(gst_element_factory_make("fakesink", nullptr));
  g_object_set(reader.get(), "async", FALSE, "sync", FALSE, nullptr);
  Record read;
  on_buffers(reader.get(), "sink",
             [&](GstBuffer* buffer) { read.add(TextBuffer{.pts = GST_BUFFER_PTS(buffer)}); });
  gst_bin_add(GST_BIN(live_.pipeline().bin()), reader.get());
  gst_element_sync_state_with_parent(reader.get());
  ASSERT_EQ(gst_pad_link(pad.get(), pad_of(reader.get(), "sink").get()), GST_PAD_LINK_OK);
  std::size_t before = live_.pipeline().texts().size();
  live_.run_until(7s);
  std::size_t more = live_.pipeline().texts().size() - before;
  EXPECT_GT(more, 5u);
  EXPECT_TRUE(read.wait([=](const Record::Entries& entries) { return entries.size() >= more; }));
  gst_element_release_request_pad(overlay, pad.get());
  gst_element_set_state(reader.get(), GST_STATE_NULL);
  gst_bin_remove(GST_BIN(live_.pipeline().bin()), reader.get());
  live_.run_until(kEnd);
  expect_as_told(live_.pictures(), live_.pipeline().texts());
}

// Which may be of a file, whose pictures wait.
TEST_F(OverlayArrivalThen, TheNextRunBeginsAnew) {
  Ptr<GstPad> text = pad_of(live_.pipeline().find("overlay"), "text_sink");
  EXPECT_FALSE(gst_pad_is_linked(text.get()));
  ASSERT_NE(live_.pipeline().change(GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
  ASSERT_NE(live_.pipeline().change(GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  EXPECT_TRUE(gst_pad_is_linked(text.get()));
}

// The transcriber takes its timing when a run begins, and so does what shows its text.
TEST(OverlayArrival, ATimingThatIsSetTooLateHoldsForTheNextRun) {
  LivePicture live(finals(), {{"granularity", "rollup"}, {"latency", "2000"}}, "", kBin);
  live.run_until(1s);
  live.pipeline().set("timing", "arrival");
  live.run_until(finals()[1].at + kSilence);
  auto pictures = live.pictures();
  for (const Picture& picture : pictures) {
    if (picture.changes) continue;
    EXPECT_EQ(picture.look != blank_of(pictures), !picture.text.empty()) << picture.at / 1ms;
  }
  EXPECT_TRUE(live.first_with("w10"));
}

}  // namespace
}  // namespace dg
