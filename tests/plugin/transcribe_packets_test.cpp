// SPDX-License-Identifier: LGPL-2.1-or-later
// FLAC and Opus as encoders give them: words keep their times whatever becomes of the packets.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gst/audio/audio.h>
#include <gst/check/gstharness.h>
#include <gtest/gtest.h>

#include "support/bench.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using server::Seen;

constexpr int kRate = 16000;
constexpr Nanos kEnd = 65s;

// What an encoder makes of the oracle's audio: caps, and buffers in their order, of FLAC also those
// of its metadata.
struct Encoded {
  Ptr<GstCaps> caps;
  std::vector<Ptr<GstBuffer>> buffers;
};

Encoded encoded(const char* encoder, Nanos from, Nanos to) {
  std::unique_ptr<GstHarness, decltype(&gst_harness_teardown)> harness(
      gst_harness_new_parse(encoder), gst_harness_teardown);
  gst_harness_set_src_caps_str(harness.get(),
                               "audio/x-raw,format=S16LE,layout=interleaved,rate=16000,channels=1");
  std::vector<std::int16_t> audio = tone_audio(kRate, 1, from, to);
  constexpr std::size_t kPart = kRate / 50;
  for (std::size_t at = 0; at < audio.size(); at += kPart) {
    std::size_t size = std::min(kPart, audio.size() - at);
    GstBuffer* buffer = gst_buffer_new_memdup(audio.data() + at, size * sizeof audio[0]);
    GST_BUFFER_PTS(buffer) = clock(from + static_cast<std::int64_t>(at) * Nanos(1s) / kRate);
    EXPECT_EQ(gst_harness_push(harness.get(), buffer), GST_FLOW_OK);
  }
  gst_harness_push_event(harness.get(), gst_event_new_eos());
  Encoded made{Ptr<GstCaps>(gst_pad_get_current_caps(harness->sinkpad)), {}};
  while (GstBuffer* buffer = gst_harness_try_pull(harness.get())) made.buffers.emplace_back(buffer);
  return made;
}

bool is_header(const Ptr<GstBuffer>& buffer) {
  return GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_HEADER);
}
Nanos start_of(const Ptr<GstBuffer>& buffer) {
  return nanos_of(GST_BUFFER_PTS(buffer.get()));
}
Nanos end_of(const Ptr<GstBuffer>& buffer) {
  return start_of(buffer) + nanos_of(GST_BUFFER_DURATION(buffer.get()));
}

// Pushes caps, a segment if there was none, and those buffers that `wanted` likes.
void push(
    Feed& feed, const Encoded& audio,
    const std::function<bool(const Ptr<GstBuffer>&)>& wanted = [](auto&) { return true; }) {
  ASSERT_TRUE(feed.event(gst_event_new_caps(audio.caps.get())));
  Ptr<GstEvent> segment(gst_pad_get_sticky_event(feed.pad(), GST_EVENT_SEGMENT, 0));
  if (!segment) {
    ASSERT_TRUE(feed.segment());
  }
  for (const Ptr<GstBuffer>& buffer : audio.buffers)
    if (wanted(buffer)) {
      ASSERT_EQ(feed.push(Ptr<GstBuffer>(gst_buffer_copy(buffer.get()))), GST_FLOW_OK);
    }
}

std::string parameter(const Seen& request, const char* name) {
  for (const auto& [key, value] : request.query)
    if (key == name) return value;
  return "";
}

std::vector<Heard> joined(std::vector<Heard> first, const std::vector<Heard>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

struct Kind {
  const char *name, *encoder;
};
void PrintTo(const Kind& kind, std::ostream* out) {
  *out << kind.name;
}
constexpr Kind kKinds[] = {
    {"Flac", "flacenc"},
    {"ParsedFlac", "flacenc ! flacparse"},
    {"Opus", "opusenc"},
    {"LongOpus", "opusenc frame-size=60"},
    {"ShortOpus", "opusenc frame-size=5"},
};

class TranscribePackets : public testing::TestWithParam<Kind> {
 protected:
  static Encoded audio(Nanos from = 0s, Nanos to = kEnd) {
    return encoded(GetParam().encoder, from, to);
  }
  static bool is_flac() { return std::string(GetParam().encoder).starts_with("flac"); }

  void begin(const std::map<std::string, std::string>& properties = {},
             server::ServerOptions options = {}) {
    options.keep_audio = true;
    bench = std::make_unique<Bench>(
        Bench::Setup{.server = std::move(options), .rate = kRate, .properties = properties});
    bench->pipeline().change(GST_STATE_PLAYING);
    ASSERT_TRUE(bench->feed().stream_start());
  }

  std::unique_ptr<Bench> bench;
};

TEST_P(TranscribePackets, HaveAllWordsAtTheirTime) {
  begin();
  push(bench->feed(), audio());
  ASSERT_TRUE(bench->finish());
  std::vector<Heard> heard = bench->words(), expected = words_between(0s, kEnd);
  ASSERT_TRUE(same_words(heard, expected));
  // Not even late by what an encoder of Opus puts in front.
  for (std::size_t i = 0; i < heard.size(); ++i)
    EXPECT_LE(abs(heard[i].pts - expected[i].pts), 3ms) << i;
}

TEST_P(TranscribePackets, AreMessages) {
  begin();
  Encoded made = audio(0s, 5s);
  push(bench->feed(), made);
  ASSERT_TRUE(bench->finish());
  std::vector<std::size_t> sizes;
  for (const Ptr<GstBuffer>& buffer : made.buffers)
    if (!is_header(buffer)) sizes.push_back(gst_buffer_get_size(buffer.get()));
  if (is_flac()) sizes.front() += 42;  // the marker and STREAMINFO
  EXPECT_EQ(bench->server().requests().at(0).frame_sizes, sizes);
}

// Also in a packet, and before anything was said.
TEST_P(TranscribePackets, AreSentAgainWithTheirHeader) {
  begin({}, {.faults = {"drop-after=21.37"}, .faulty_connections = 2});
  push(bench->feed(), audio());
  ASSERT_TRUE(bench->finish());
  EXPECT_TRUE(same_words(bench->words(), words_between(0s, kEnd)));
  EXPECT_EQ(time_field(bench->pipeline().stats().get(), "audio-unprotected"), 0u);
  auto requests = bench->server().requests();
  ASSERT_EQ(requests.size(), 3u);
  for (const Seen& request : requests) {
    ASSERT_GT(request.audio.size(), 4u);
    bool has_header = std::equal(request.audio.begin(), request.audio.begin() + 4,
                                 std::as_bytes(std::span("fLaC", 4)).begin());
    EXPECT_EQ(has_header, is_flac());
    EXPECT_EQ(parameter(request, "encoding"), is_flac() ? "flac" : "opus");
    EXPECT_EQ(parameter(request, "sample_rate"), "16000");
    EXPECT_EQ(parameter(request, "channels"), "1");
  }
}

// Packets of a pause between words and more are lost, as on a network.
TEST_P(TranscribePackets, KeepTheirTimeBehindAHole) {
  for (Nanos length : {300ms, 3000ms}) {
    constexpr Nanos kCut = 10800ms, kAll = 25s;
    begin();
    Encoded made = audio(0s, kAll);
    Nanos from = kAll, to{};
    push(bench->feed(), made, [&](const Ptr<GstBuffer>& buffer) {
      if (is_header(buffer) || start_of(buffer) < kCut || start_of(buffer) >= kCut + length)
        return true;
      from = std::min(from, start_of(buffer));
      to = std::max(to, end_of(buffer));
      return false;
    });
    ASSERT_TRUE(bench->finish());
    ASSERT_LT(from, to);
    // What an encoder is late with, and what a decoder needs to get going again.
    Nanos late = is_flac() ? 0ms : 10ms, again = is_flac() ? 0ms : 80ms;
    std::vector<Heard> heard = bench->words(), sure = joined(words_between(0s, from - late),
                                                             words_between(to + again, kAll));
    std::erase_if(heard, [&](const Heard& word) {
      return word.pts > from - 300ms - late && word.pts < to + again;
    });
    EXPECT_TRUE(same_words(heard, sure));
    EXPECT_EQ(bench->server().requests().size(), 1u);
    auto stats = bench->pipeline().stats();
    EXPECT_EQ(time_field(stats.get(), "audio-filled"), 0u);
  }
}

TEST_P(TranscribePackets, AreDroppedWhole) {
  begin({{"overflow", "drop-oldest"}, {"max-backlog", "3000"}}, {.faults = {"refuse=503"}});
  push(bench->feed(), audio(0s, 30s));
  ASSERT_TRUE(bench->pipeline().wait_for_stats("audio-dropped", 27 * GST_SECOND));
  ASSERT_FALSE(bench->server().set_options({}));
  ASSERT_TRUE(bench->finish());
  auto dropped = bench->pipeline().messages("deepgram/audio-dropped");
  ASSERT_EQ(dropped.size(), 1u);
  Nanos to = nanos_of(time_field(structure_of(dropped[0]), "to"));
  EXPECT_EQ(time_field(structure_of(dropped[0]), "from"), 0u);
  EXPECT_GE(to, 27s - 10ms);
  EXPECT_LT(to, 27s + 300ms);  // a packet more, at most
  std::vector<Heard> heard = bench->words();
  std::erase_if(heard, [&](const Heard& word) { return word.pts < to + 80ms; });
  EXPECT_TRUE(same_words(heard, words_between(to + 80ms, 30s)));
  EXPECT_FALSE(heard.empty());
}

// Whether the caps change from samples to packets, or back.
TEST_P(TranscribePackets, MayFollowSamples) {
  begin();
  ASSERT_TRUE(bench->feed().caps());
  ASSERT_TRUE(bench->feed().segment());
  bench->feed().tones(0s, 10s);
  push(bench->feed(), audio(10s, 20s));
  ASSERT_TRUE(bench->feed().caps());
  bench->feed().discont();
  bench->feed().tones(20s, 30s);
  ASSERT_TRUE(bench->finish());
  EXPECT_TRUE(same_words(bench->words(), words_between(0s, 30s)));
  auto requests = bench->server().requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(parameter(requests[0], "encoding"), "linear16");
  EXPECT_EQ(parameter(requests[1], "encoding"), is_flac() ? "flac" : "opus");
  EXPECT_EQ(parameter(requests[2], "encoding"), "linear16");
}

TEST_P(TranscribePackets, BesideTheSegmentAreLeftOut) {
  begin();
  Encoded made = audio(0s, 20s);
  ASSERT_TRUE(bench->feed().event(gst_event_new_caps(made.caps.get())));
  ASSERT_TRUE(bench->feed().segment([](GstSegment& segment) {
    segment.start = 5 * GST_SECOND;
    segment.stop = 15 * GST_SECOND;
  }));
  push(bench->feed(), made);
  ASSERT_TRUE(bench->finish());
  // One packet at each edge lies inside with a part of it.
  Nanos heard{};
  for (const Ptr<GstBuffer>& buffer : made.buffers)
    if (!is_header(buffer) && end_of(buffer) > 5s && start_of(buffer) < 15s)
      heard += end_of(buffer) - start_of(buffer);
  auto stats = bench->pipeline().stats();
  EXPECT_EQ(time_field(stats.get(), "audio-sent"), clock(heard));
  EXPECT_GE(bench->words().size(), 18u);
}

TEST_P(TranscribePackets, AreLookedAtFirst) {
  begin();
  Encoded made = audio(0s, 10s);
  int count = 0;
  push(bench->feed(), made, [&](const Ptr<GstBuffer>& buffer) {
    if (++count % 10) return true;
    Ptr<GstBuffer> noise(gst_buffer_new_memdup("\xFB\x3F", 2));
    GST_BUFFER_PTS(noise.get()) = GST_BUFFER_PTS(buffer.get());
    return bench->feed().push(std::move(noise)) == GST_FLOW_OK;
  });
  ASSERT_TRUE(bench->finish());
  EXPECT_TRUE(same_words(bench->words(), words_between(0s, 10s)));
  EXPECT_EQ(bench->server().requests().size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Kinds, TranscribePackets, testing::ValuesIn(kKinds),
                         [](const auto& test) { return test.param.name; });

// Matroska has FLAC's metadata in another form, and keeps the pre-skip of Opus; RTP has none.
TEST(TranscribeContainers, GiveTheSamePackets) {
  for (const char* before : {"flacenc name=in ! flacparse ! matroskamux ! matroskademux ! ",
                             "opusenc name=in ! matroskamux ! matroskademux ! ",
                             "opusenc name=in ! rtpopuspay ! rtpopusdepay ! "}) {
    SCOPED_TRACE(before);
    Bench bench({.rate = kRate, .before = before});
    bench.play();
    bench.feed().tones(0s, 20s);
    ASSERT_TRUE(bench.finish());
    EXPECT_TRUE(same_words(bench.words(), words_between(0s, 20s)));
  }
}

// Raw audio that stops and goes on comes to us as an encoder makes it.
TEST(TranscribeEncoders, KeepTimesBehindAHole) {
  constexpr Nanos kCut = 4900ms, kHole = 7s;
  for (const char* encoder : {"flacenc", "opusenc"}) {
    SCOPED_TRACE(encoder);
    Bench bench({.rate = kRate, .before = std::string(encoder) + " name=in ! "});
    bench.play();
    bench.feed().tones(0s, kCut);
    bench.feed().offset(kHole);
    bench.feed().discont();
    bench.feed().tones(kCut, 20s);
    ASSERT_TRUE(bench.finish());
    EXPECT_TRUE(same_words(bench.words(),
                           joined(words_between(0s, kCut), words_between(kCut, 20s, kHole))));
  }
}

TEST(TranscribeFlac, NeedsItsMetadata) {
  constexpr char kUnframed[] =
      "audio/x-flac,framed=false,rate=16000,channels=1,streamheader=(buffer)<664c614380000022"
      "1200120000000000000003e800f00000000000000000000000000000000000000000>";
  const char* const refused[] = {
      "audio/x-flac,framed=true,rate=16000,channels=1",
      "audio/x-flac,framed=true,rate=16000,channels=1,streamheader=(buffer)<664c6143,00>",
      kUnframed};
  for (const char* caps : refused) {
    Bench bench;
    bench.pipeline().change(GST_STATE_PLAYING);
    bench.feed().stream_start();
    bench.feed().caps(caps);
    bench.feed().segment();
    EXPECT_EQ(bench.feed().push(bench.feed().buffer(0s, 20ms)), GST_FLOW_NOT_NEGOTIATED) << caps;
  }
}

// Tags and pictures are not sent; another tag is no other format.
TEST(TranscribeFlac, SendsNoTags) {
  Bench bench({.server = {.keep_audio = true}});
  bench.pipeline().change(GST_STATE_PLAYING);
  ASSERT_TRUE(bench.feed().stream_start());
  push(bench.feed(), encoded("taginject tags=title=secret ! flacenc", 0s, 5s));
  push(bench.feed(), encoded("flacenc", 5s, 10s));
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
  ASSERT_EQ(bench.server().requests().size(), 1u);
  std::vector<std::byte> sent = bench.server().requests()[0].audio;
  ASSERT_GT(sent.size(), 44u);
  EXPECT_EQ(sent[4], std::byte{0x80});   // STREAMINFO, and the last block
  EXPECT_EQ(sent[42], std::byte{0xFF});  // a frame
}

}  // namespace
}  // namespace dg
