// SPDX-License-Identifier: LGPL-2.1-or-later
// What downstream may rely on: which events come, in which order, and that time goes on.
#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

// Between word 9 and word 10 of the oracle.
constexpr Nanos kCut = 4900ms;

GstSegment segment_of(const EventRef& event) {
  GstSegment segment;
  gst_event_copy_segment(event.get(), &segment);
  return segment;
}

struct Span {
  GstClockTime from = 0, duration = 0;
};
Span gap_of(const EventRef& event) {
  Span gap;
  gst_event_parse_gap(event.get(), &gap.from, &gap.duration);
  return gap;
}

// Time goes on without a hole and without going back; gives where it ends.
GstClockTime end_of(const Record::Entries& entries, GstClockTime from) {
  GstClockTime covered = from;
  for (const Entry& entry : entries) {
    auto* event = std::get_if<EventRef>(&entry);
    auto* text = std::get_if<TextBuffer>(&entry);
    if (text) {
      EXPECT_EQ(text->pts, covered) << text->text;
      covered = text->end();
    } else if (event && GST_EVENT_TYPE(event->get()) == GST_EVENT_GAP) {
      EXPECT_EQ(gap_of(*event).from, covered);
      covered = gap_of(*event).from + gap_of(*event).duration;
    }
  }
  return covered;
}

std::vector<GstEventType> types_in(const Record::Entries& entries) {
  std::vector<GstEventType> types;
  for (const Entry& entry : entries)
    if (auto* event = std::get_if<EventRef>(&entry)) types.push_back(GST_EVENT_TYPE(event->get()));
  return types;
}

bool wait_for_event(Pipeline& pipeline, GstEventType type, std::size_t count = 1) {
  return pipeline.record().wait(
      [=](const Record::Entries& entries) { return events_in(entries, type).size() >= count; });
}

TEST(TranscribeContract, StartsWithWhatEveryConsumerNeeds) {
  Bench bench;
  bench.play();
  ASSERT_TRUE(wait_for_event(bench.pipeline(), GST_EVENT_GAP));
  EXPECT_EQ(types_in(bench.pipeline().record().copy()),
            (std::vector<GstEventType>{GST_EVENT_STREAM_START, GST_EVENT_CAPS, GST_EVENT_SEGMENT,
                                       GST_EVENT_GAP}));
  Span gap = gap_of(bench.pipeline().events(GST_EVENT_GAP).at(0));
  EXPECT_EQ(gap.from, 0u);
  EXPECT_EQ(gap.duration, 0u);
}

TEST(TranscribeContract, HasAStreamOfItsOwn) {
  Bench bench;
  bench.play();
  ASSERT_TRUE(wait_for_event(bench.pipeline(), GST_EVENT_STREAM_START));
  EventRef start = bench.pipeline().events(GST_EVENT_STREAM_START).at(0);
  const char* id = nullptr;
  guint group = 0;
  GstStreamFlags flags = GST_STREAM_FLAG_NONE;
  gst_event_parse_stream_start(start.get(), &id);
  gst_event_parse_stream_flags(start.get(), &flags);
  EXPECT_STRNE(id, "feed");
  EXPECT_TRUE(flags & GST_STREAM_FLAG_SPARSE);
  ASSERT_TRUE(gst_event_parse_group_id(start.get(), &group));
  EXPECT_EQ(group, 7u);
}

TEST(TranscribeContract, TimeGoesOnBetweenWords) {
  Bench bench;
  bench.play();
  bench.feed().tones(0s, 60s);
  ASSERT_TRUE(bench.finish());
  EXPECT_EQ(end_of(bench.pipeline().record().copy(), 0), 60 * GST_SECOND);
}

TEST(TranscribeContract, TimeGoesOnBetweenUtterances) {
  Bench bench({.properties = {{"granularity", "utterance"}}});
  bench.play();
  bench.feed().tones(0s, 30s);
  bench.feed().gap(30s, 10s);
  bench.feed().tones(40s, 60s);
  ASSERT_TRUE(bench.finish());
  EXPECT_EQ(end_of(bench.pipeline().record().copy(), 0), 60 * GST_SECOND);
}

// Muxers and overlays wait for text or for word that there is none.
TEST(TranscribeContract, TimeGoesOnInSilence) {
  Bench bench;
  bench.play();
  EXPECT_TRUE(bench.feed().gap(0s, 20s));
  EXPECT_TRUE(bench.pipeline().record().wait([](const Record::Entries& entries) {
    auto gaps = events_in(entries, GST_EVENT_GAP);
    Span last = gaps.empty() ? Span{} : gap_of(gaps.back());
    return last.from + last.duration == 20 * GST_SECOND;
  }));
  EXPECT_TRUE(bench.server().requests().empty());
}

TEST(TranscribeContract, OnlyTheFirstTextIsDiscontinuous) {
  Bench bench;
  bench.play();
  bench.feed().tones(0s, 20s);
  ASSERT_TRUE(bench.finish());
  auto texts = bench.pipeline().texts();
  ASSERT_EQ(texts.size(), 40u);
  EXPECT_TRUE(texts.front().discont);
  EXPECT_TRUE(
      std::none_of(texts.begin() + 1, texts.end(), [](auto& text) { return text.discont; }));
}

// --- the end

TEST(TranscribeEnd, ComesWithoutAudio) {
  Bench bench;
  bench.play();
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(bench.server().requests().empty());
}

TEST(TranscribeEnd, ComesWithoutCaps) {
  Bench bench;
  bench.pipeline().change(GST_STATE_PLAYING);
  EXPECT_TRUE(bench.feed().stream_start());
  ASSERT_TRUE(bench.finish());
}

TEST(TranscribeEnd, ComesBehindTheLastWord) {
  Bench bench;
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  Record::Entries entries = bench.pipeline().record().copy();
  auto last_text = std::find_if(entries.rbegin(), entries.rend(), [](const Entry& entry) {
    return std::holds_alternative<TextBuffer>(entry);
  });
  auto end = std::find_if(entries.rbegin(), entries.rend(), [](const Entry& entry) {
    auto* event = std::get_if<EventRef>(&entry);
    return event && GST_EVENT_TYPE(event->get()) == GST_EVENT_EOS;
  });
  ASSERT_NE(last_text, entries.rend());
  EXPECT_LT(end, last_text);  // backwards
  EXPECT_EQ(bench.pipeline().events(GST_EVENT_EOS).size(), 1u);
}

TEST(TranscribeEnd, IsAskedForInTheServicesWay) {
  Bench bench;
  bench.play();
  bench.feed().tones(0s, 1s);
  ASSERT_TRUE(bench.finish());
  server::Seen request = bench.server().requests().at(0);
  ASSERT_EQ(request.commands.size(), 1u);
  EXPECT_NE(request.commands[0].text.find("CloseStream"), std::string::npos);
  EXPECT_EQ(request.commands[0].position, bench.feed().samples_in(1s));
  EXPECT_EQ(request.empty_frames, 0u);
}

// --- segments

TEST(TranscribeSegment, MayBeginAnywhere) {
  Bench bench;
  bench.pipeline().change(GST_STATE_PLAYING);
  bench.feed().stream_start();
  bench.feed().caps();
  bench.feed().segment([](GstSegment& segment) {
    segment.start = segment.time = 5 * GST_SECOND;
    segment.base = 100 * GST_SECOND;
  });
  bench.feed().tones(3s, 15s);  // what lies before the segment is not its audio
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(5s, 15s)));
  GstSegment out = segment_of(bench.pipeline().events(GST_EVENT_SEGMENT).at(0));
  EXPECT_EQ(out.start, 5 * GST_SECOND);
  EXPECT_EQ(out.base, 100 * GST_SECOND);
  EXPECT_EQ(end_of(bench.pipeline().record().copy(), 5 * GST_SECOND), 15 * GST_SECOND);
}

TEST(TranscribeSegment, MayBeReplacedBeforeTheFirstAudio) {
  Bench bench;
  bench.play();
  bench.feed().segment([](GstSegment& segment) { segment.start = 5 * GST_SECOND; });
  bench.feed().segment([](GstSegment& segment) { segment.start = 7 * GST_SECOND; });
  bench.feed().tones(7s, 15s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(7s, 15s)));
  EXPECT_EQ(segment_of(bench.pipeline().events(GST_EVENT_SEGMENT).back()).start, 7 * GST_SECOND);
}

TEST(TranscribeSegment, ThatMapsTheSameAsksForNothing) {
  Bench bench;
  bench.play();
  bench.feed().tones(0s, 5150ms);  // into a word
  bench.feed().segment([](GstSegment& segment) { segment.position = 5 * GST_SECOND; });
  bench.feed().tones(5150ms, 15s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 15s)));
  server::Seen request = bench.server().requests().at(0);
  EXPECT_EQ(request.commands.size(), 1u);  // CloseStream
}

// Text of the time before it comes before it, and with that time.
TEST(TranscribeSegment, ComesBehindTheTextBeforeIt) {
  Bench bench;
  bench.play();
  bench.feed().tones(0s, kCut);
  bench.feed().segment([](GstSegment& segment) { segment.base = clock(kCut); });
  bench.feed().offset(-kCut);
  bench.feed().tones(kCut, 10s);
  ASSERT_TRUE(bench.finish());
  Record::Entries entries = bench.pipeline().record().copy();
  auto second = std::find_if(entries.begin(), entries.end(), [](const Entry& entry) {
    auto* event = std::get_if<EventRef>(&entry);
    return event && GST_EVENT_TYPE(event->get()) == GST_EVENT_SEGMENT &&
           segment_of(*event).base == clock(kCut);
  });
  Record::Entries before(entries.begin(), second), behind(second, entries.end());
  EXPECT_TRUE(same_words(words_in(texts_in(before)), words_between(0s, kCut)));
  EXPECT_TRUE(same_words(words_in(texts_in(behind)), words_between(kCut, 10s, -kCut)));
  EXPECT_EQ(bench.server().requests().size(), 1u);
}

TEST(TranscribeSegment, LatenessMovesIt) {
  Bench bench({.properties = {{"lateness", "700"}}});
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  EXPECT_EQ(segment_of(bench.pipeline().events(GST_EVENT_SEGMENT).at(0)).base, 700 * GST_MSECOND);
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
}

// --- caps and tags

TEST(TranscribeCaps, ChangeInTheStreamIsAnotherConnection) {
  Bench bench;
  bench.play();
  bench.feed().tones(0s, kCut);
  bench.feed().rate(8000);
  EXPECT_TRUE(bench.feed().caps());
  bench.feed().tones(kCut, 10s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
  EXPECT_EQ(bench.server().requests().size(), 2u);
  EXPECT_EQ(bench.pipeline().events(GST_EVENT_CAPS).size(), 1u);  // the text's do not change
}

TEST(TranscribeCaps, ThatDoNotChangeKeepTheConnection) {
  Bench bench;
  bench.play();
  bench.feed().tones(0s, 5150ms);
  EXPECT_TRUE(bench.feed().caps());
  bench.feed().tones(5150ms, 10s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
  EXPECT_EQ(bench.server().requests().size(), 1u);
}

class TranscribeBadCaps : public testing::TestWithParam<std::tuple<const char*, bool>> {};

TEST_P(TranscribeBadCaps, AreRefused) {
  const auto& [format, sink] = GetParam();
  Bench bench({.sink = sink});
  bench.pipeline().change(GST_STATE_PLAYING);
  Ptr<GstCaps> caps(gst_caps_from_string(format));
  EXPECT_FALSE(gst_pad_peer_query_accept_caps(bench.feed().pad(), caps.get()));
  bench.feed().stream_start();
  bench.feed().caps(format);
  bench.feed().segment();
  EXPECT_EQ(bench.feed().push(bench.feed().buffer(0s, 20ms)), GST_FLOW_NOT_NEGOTIATED);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, TranscribeBadCaps,
    testing::Combine(
        testing::Values("audio/x-raw,format=F64LE,layout=interleaved,rate=16000,channels=1",
                        "audio/x-raw,format=S16LE,layout=non-interleaved,rate=16000,channels=2",
                        "audio/x-raw,format=S16LE,layout=interleaved,rate=4000,channels=1",
                        "audio/x-raw,format=S16LE,layout=interleaved,rate=96000,channels=1",
                        "audio/mpeg,mpegversion=4"),
        testing::Bool()));

TEST(TranscribeTags, TellTheLanguage) {
  Bench bench({.properties = {{"language", "de-CH"}}});
  bench.play();
  ASSERT_TRUE(wait_for_event(bench.pipeline(), GST_EVENT_TAG));
  GstTagList* tags = nullptr;
  gst_event_parse_tag(bench.pipeline().events(GST_EVENT_TAG).at(0).get(), &tags);
  const char* language = nullptr;
  ASSERT_TRUE(gst_tag_list_peek_string_index(tags, GST_TAG_LANGUAGE_CODE, 0, &language));
  EXPECT_STREQ(language, "de");
}

TEST(TranscribeTags, OfTheAudioStayWithIt) {
  Bench bench;
  bench.play();
  GstTagList* audio = gst_tag_list_new(GST_TAG_AUDIO_CODEC, "PCM", nullptr);
  bench.feed().event(gst_event_new_tag(audio));
  GstTagList* programme = gst_tag_list_new(GST_TAG_TITLE, "News", nullptr);
  gst_tag_list_set_scope(programme, GST_TAG_SCOPE_GLOBAL);
  bench.feed().event(gst_event_new_tag(programme));
  ASSERT_TRUE(bench.finish());
  auto tags = bench.pipeline().events(GST_EVENT_TAG);
  ASSERT_EQ(tags.size(), 1u);
  GstTagList* left = nullptr;
  gst_event_parse_tag(tags[0].get(), &left);
  EXPECT_EQ(gst_tag_list_get_scope(left), GST_TAG_SCOPE_GLOBAL);
}

}  // namespace
}  // namespace dg
