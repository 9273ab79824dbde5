// SPDX-License-Identifier: LGPL-2.1-or-later
// A deepgramsink tells every word once, at its time, and no other things than a deepgramtranscribe.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

// Between word 9 and word 10 of the oracle.
constexpr Nanos kCut = 4900ms;

std::vector<Heard> joined(std::vector<Heard> words, const std::vector<Heard>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(SinkConnection, MayBeLost) {
  Bench bench({.server = {.faults = {"drop-after=10"}, .faulty_connections = 1}, .sink = true});
  bench.play();
  bench.feed().tones(0s, 30s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 30s)));
  EXPECT_EQ(bench.server().requests().size(), 2u);
}

TEST(SinkInput, MayHaveHoles) {
  Bench bench({.sink = true});
  bench.play();
  bench.feed().tones(0s, kCut);
  EXPECT_TRUE(bench.feed().gap(kCut, 5s));
  bench.feed().tones(kCut + 5s, 20s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), joined(words_between(0s, kCut), words_between(10s, 20s))));
  auto stats = bench.pipeline().stats();
  EXPECT_EQ(time_field(stats.get(), "audio-sent"), 15 * GST_SECOND);  // a long hole is no audio
  EXPECT_EQ(time_field(stats.get(), "finalizes"), 1u);                // and ends what was said
}

TEST(SinkInput, MayHaveAnotherSegment) {
  Bench bench({.sink = true});
  bench.play();
  bench.feed().tones(0s, kCut);
  bench.feed().segment([](GstSegment& segment) {
    segment.start = segment.time = 100 * GST_SECOND;
    segment.base = clock(kCut);
  });
  bench.feed().offset(100s - kCut);
  bench.feed().tones(kCut, 10s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));  // in running time
  const GstStructure* last = structure_of(bench.pipeline().messages("deepgram/results").back());
  EXPECT_GE(time_field(last, "stream-time"), 100 * GST_SECOND);
  EXPECT_EQ(bench.server().requests().size(), 1u);
}

TEST(SinkInput, MayChangeItsCaps) {
  Bench bench({.sink = true});
  bench.play();
  bench.feed().tones(0s, kCut);
  bench.feed().rate(8000);
  EXPECT_TRUE(bench.feed().caps());
  bench.feed().tones(kCut, 10s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
  EXPECT_EQ(bench.server().requests().size(), 2u);
}

TEST(SinkInput, MayPlayBackwards) {
  Bench bench({.sink = true});
  bench.pipeline().change(GST_STATE_PLAYING);
  bench.feed().stream_start();
  bench.feed().caps();
  bench.feed().segment([](GstSegment& segment) {
    segment.rate = -1;
    segment.stop = 10 * GST_SECOND;
  });
  for (Nanos at = 9s; at >= 0s; at -= 1s)
    EXPECT_EQ(bench.feed().push(bench.feed().buffer(at, at + 1s)), GST_FLOW_OK);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(bench.server().requests().empty());
}

// --- messages

// All of ours, but for what is another each time.
std::vector<std::string> said_by(bool sink) {
  Bench bench({.sink = sink, .properties = {{"vad-events", "true"}, {"utterance-end-ms", "1000"}}});
  bench.play();
  bench.feed().tones(0s, 20s);
  bench.feed().silence(20s, 25s);
  bench.feed().tones(25s, 40s);
  EXPECT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), joined(words_between(0s, 20s), words_between(25s, 40s))));
  std::vector<std::string> said;
  for (const MessageRef& message : bench.pipeline().messages(GST_MESSAGE_ELEMENT)) {
    Ptr<GstStructure> copy(gst_structure_copy(structure_of(message)));
    gst_structure_remove_fields(copy.get(), "request-id", "created", nullptr);
    said.push_back(Ptr<char>(gst_structure_to_string(copy.get())).get());
  }
  // The connection's are apart from what the service says.
  std::stable_partition(said.begin(), said.end(), [](const std::string& text) {
    return text.starts_with("deepgram/connection");
  });
  return said;
}

TEST(SinkMessages, AreThoseOfTheTranscriber) {
  std::vector<std::string> said = said_by(true);
  EXPECT_GT(said.size(), 10u);
  EXPECT_EQ(said, said_by(false));
}

TEST(SinkMessages, OfTheServiceComeRaw) {
  Bench bench({.sink = true, .properties = {{"post-raw", "true"}, {"post-messages", "false"}}});
  bench.play();
  bench.feed().tones(0s, 10s);
  ASSERT_TRUE(bench.finish());
  EXPECT_EQ(bench.pipeline().messages("deepgram/raw").size(),
            bench.server().requests().at(0).messages_sent);
  EXPECT_EQ(bench.pipeline().messages(GST_MESSAGE_ELEMENT).size(),
            bench.pipeline().messages("deepgram/raw").size());
}

}  // namespace
}  // namespace dg
