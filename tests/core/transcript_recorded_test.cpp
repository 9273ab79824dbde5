// SPDX-License-Identifier: LGPL-2.1-or-later
// What a transcript makes of recorded messages of the service.
#include <gtest/gtest.h>

#include "core/transcript.h"
#include "support/recordedmessages.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

// Samples of a millisecond each.
Timeline heard(std::int64_t samples) {
  Timeline timeline(AudioFormat{Encoding::Linear16, 1000, 1});
  timeline.sent(0, 0s, samples);
  return timeline;
}

TEST(Recorded, AConnectionOfNova2) {
  Transcript transcript;
  transcript.connected(1);
  AudioFormat format{Encoding::Mulaw, 8000, 1};
  Timeline timeline(format);
  timeline.sent(0, 1000s, format.samples_in(Nanos(30s)));
  std::vector<Revision> told;
  for (const Results& results : recorded("nova2-phonecall-mulaw-captures-2026-08-25.jsonl"))
    told.push_back(transcript.take(results, timeline));
  ASSERT_EQ(told.size(), 4u);
  EXPECT_EQ(told[0].transcript, "");
  EXPECT_EQ(told[1].transcript, "This is the");
  EXPECT_FALSE(told[1].final);
  EXPECT_EQ(told[2].transcript, "This is the Oh, no. I meant all then.");
  EXPECT_TRUE(told[2].final && told[2].ends_utterance);
  EXPECT_EQ(told[2].words[0].start, 1014080ms);
  EXPECT_EQ(told[2].words[8].end, 1016580ms);
  EXPECT_EQ(told[3].words.size(), 15u);
  EXPECT_FALSE(told[3].ends_utterance);
  EXPECT_NEAR(static_cast<double>(transcript.cut()), 26.090001 * 8000, 9);
  EXPECT_EQ(transcript.duplicate_words(), 0);
}

TEST(Recorded, TwoChannelsThatOverlap) {
  Transcript transcript;
  transcript.connected(2);
  Timeline timeline = heard(10'000);
  std::vector<Results> all = recorded("docs-multichannel-2ch.jsonl");
  ASSERT_EQ(all.size(), 2u);
  for (const Results& results : all) {
    Revision revision = transcript.take(results, timeline);
    EXPECT_EQ(revision.transcript, results.transcript);
    EXPECT_EQ(revision.channel, results.channel.index);
  }
  EXPECT_EQ(transcript.cut(), 3579);
}

// Whatever was sent, and in whichever order their times are: none of the words is lost.
TEST(Recorded, PlayedToAnyAudio) {
  for (std::int64_t samples : {0, 1, 1000, 1'000'000}) {
    Transcript transcript;
    transcript.connected(1);
    Timeline timeline = heard(samples);
    for (const char* name : {"docs-examples.jsonl", "docs-multichannel-2ch.jsonl",
                             "nova2-phonecall-mulaw-captures-2026-08-25.jsonl"}) {
      std::vector<Results> all = recorded(name);
      EXPECT_FALSE(all.empty());
      for (const Results& results : all) {
        Revision revision = transcript.take(results, timeline);
        EXPECT_EQ(revision.transcript, results.transcript) << name << ", " << samples;
        EXPECT_EQ(revision.words.size(), results.words.size());
      }
    }
    EXPECT_EQ(transcript.duplicate_words(), 0);
  }
}

}  // namespace
}  // namespace dg
