// SPDX-License-Identifier: LGPL-2.1-or-later
// Every word once, in order, at its time: with the oracle of server/tones.h. As text, and as what
// a deepgramsink tells.
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "support/bench.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

struct Kind {
  const char* name;
  int rate, channels;
  const char* before;
};
constexpr Kind kKinds[] = {
    {"S16LE16k", 16000, 1, ""},
    {"F32LE16k", 16000, 1, "audioconvert name=in ! audio/x-raw,format=F32LE ! "},
    {"Mulaw8k", 16000, 1, "audioresample name=in ! audio/x-raw,rate=8000 ! mulawenc ! "},
    {"Alaw8k", 16000, 1, "audioresample name=in ! audio/x-raw,rate=8000 ! alawenc ! "},
    {"Stereo44k1", 44100, 2, ""},
    {"Flac16k", 16000, 1, "flacenc name=in ! "},
    {"FlacStereo44k1", 44100, 2, "flacenc name=in ! flacparse ! "},
    {"Opus16k", 16000, 1, "opusenc name=in ! "},
    // With less, what Opus makes of one tone of some 120 is none any more.
    {"OpusStereo48k", 48000, 2, "opusenc name=in bitrate=128000 ! "},
};

class TranscribeWords : public testing::TestWithParam<std::tuple<Kind, bool>> {
 protected:
  static Bench::Setup setup() {
    const auto& [kind, sink] = GetParam();
    Bench::Setup setup;
    setup.sink = sink;
    setup.rate = kind.rate;
    setup.channels = kind.channels;
    setup.before = kind.before;
    return setup;
  }
};

TEST_P(TranscribeWords, ComeOnceInOrderAtTheirTime) {
  Bench bench(setup());
  bench.play();
  EXPECT_EQ(bench.feed().tones(0s, 60s), GST_FLOW_OK);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 60s)));
}

INSTANTIATE_TEST_SUITE_P(Kinds, TranscribeWords,
                         testing::Combine(testing::ValuesIn(kKinds), testing::Bool()),
                         [](const auto& test) {
                           return Bench::name_of(std::get<0>(test.param).name,
                                                 std::get<1>(test.param));
                         });

TEST(TranscribeLongWords, DoNotDriftInTenMinutes) {
  Bench bench;
  bench.play();
  bench.feed().cut(100ms);
  EXPECT_EQ(bench.feed().tones(0s, 600s), GST_FLOW_OK);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 600s)));
}

}  // namespace
}  // namespace dg
