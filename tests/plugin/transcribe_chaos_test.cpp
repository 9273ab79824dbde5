// SPDX-License-Identifier: LGPL-2.1-or-later
// Connection after connection goes wrong in a way that was drawn, while words stream: each of them
// comes once, in order, at its time.
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"
#include "support/chance.h"
#include "support/chaos.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using server::Ending;
using server::Seen;

constexpr int kMishaps = 30;       // DG_CHAOS says otherwise
constexpr double kSlowRate = 50;   // so that a server that is mute for 10 s hears no hours
constexpr Nanos kStep = 1s;        // of audio, between two looks at the connection
constexpr Nanos kRest = 20s;       // when nothing goes wrong any more
constexpr Nanos kMostEach = 2min;  // of audio for a mishap, or they do not happen
constexpr Nanos kAhead = 200s;     // at most, waits to be sent
constexpr int kRing = 3000;        // seconds are kept; DG_RING says otherwise
// What the second channel has, the first has so much later: other words, each 100 ms behind one of
// its own. At whole seconds, where the input may pause, nobody speaks: a pause ends a word.
constexpr Nanos kApart = 199'999'900ms;

struct Kind {
  const char* name;
  int rate, channels;
  const char* before;
};
constexpr Kind kKinds[] = {
    {"Mono16k", 16000, 1, ""},
    {"Mulaw8k", 8000, 1, "mulawenc name=in ! "},
    {"Stereo16k", 16000, 2, ""},
};

double in_seconds(Nanos time) {
  return std::chrono::duration<double>(time).count();
}

class TranscribeChaos : public testing::TestWithParam<Kind> {
 protected:
  TranscribeChaos() : bench_(setup()) { bench_.feed().apart(kApart); }

  Bench::Setup setup() const {
    Bench::Setup setup;
    setup.server.scenario = chaos_.scenario();
    setup.server.idle_timeout = 250ms;
    if (slow_ > 0) setup.server.max_rate = kSlowRate;
    setup.rate = GetParam().rate;
    setup.channels = GetParam().channels;
    setup.before = GetParam().before;
    setup.properties = {{"overflow", "block"},
                        {"reconnect-timeout", "0"},
                        {"connect-timeout", std::to_string(patience() / 32 / 1ms)},
                        {"max-backlog", std::to_string(ring_ / 1ms)},
                        {"multichannel", setup.channels > 1 ? "true" : "false"},
                        {"post-messages", "false"}};
    return setup;
  }

  // How many the service knows of: on a slow machine the element gives up some that never got
  // there.
  int connection() {
    std::size_t known = 0;
    bench_.server().wait([&](const std::vector<Seen>& seen) {
      known = seen.size();
      return true;
    });
    return static_cast<int>(known);
  }

  // Says nothing until the service has had enough of it.
  bool withhold(int connection) {
    auto index = static_cast<std::size_t>(connection - 1);
    return bench_.server().wait(
        [=](const std::vector<Seen>& seen) {
          return seen.size() > index && seen[index].ending != Ending::Open;
        },
        patience());
  }

  // Whether little waits to be sent, in time: what waits is written at once when the server takes
  // it, and beside what is under way it must have room in what is kept for a replay.
  bool keep_close() {
    auto limit = std::chrono::steady_clock::now() + patience();
    while (time_field(bench_.pipeline().stats().get(), "backlog") > clock(kAhead)) {
      if (std::chrono::steady_clock::now() > limit) return false;
      std::this_thread::yield();
    }
    return true;
  }

  // Until all has gone wrong that was to; how much audio that took.
  Nanos stream() {
    const Nanos most = kMostEach * chaos_.connections() + ring_;
    Nanos at{};
    bool goes_on = true;
    for (int current = 0; goes_on && current <= chaos_.connections(); current = connection()) {
      bool withheld = current > 0 && chaos_.mishap(current) == Mishap::Withheld;
      goes_on = !withheld || withhold(current);
      goes_on = goes_on && keep_close() && bench_.feed().tones(at, at + kStep) == GST_FLOW_OK &&
                at < most;
      at += kStep;
    }
    EXPECT_TRUE(goes_on) << "stopped in connection " << connection() << " at " << in_seconds(at);
    EXPECT_EQ(bench_.feed().tones(at, at + kRest), GST_FLOW_OK);
    return at + kRest;
  }

  // Whether all comes out. There may be minutes of audio left: as long as words come, it is no
  // hang.
  bool finish() {
    if (!bench_.feed().end()) return false;
    for (std::size_t known = 0, words = 1; words > known; words = bench_.words().size()) {
      if (bench_.pipeline().wait_for_end()) return true;
      known = words;
    }
    return false;
  }

  // Each connection but the last: the plan came true.
  void expect_mishaps() {
    EXPECT_TRUE(bench_.server().wait([](const std::vector<Seen>& seen) {
      return !seen.empty() && seen.back().ending == Ending::CloseStream;
    }));
    std::vector<Seen> requests = bench_.server().requests();
    ASSERT_GT(requests.size(), static_cast<std::size_t>(chaos_.connections()));
    requests.pop_back();
    int idle = 0;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      Ending ending = requests[i].ending;
      EXPECT_TRUE(ending != Ending::Open && ending != Ending::CloseStream) << i << " ended well";
      idle += ending == Ending::Idle;
    }
    auto tally = chaos_.tally();
    EXPECT_GE(idle, tally[Mishap::Withheld]);
  }

  void report(Nanos length, std::chrono::steady_clock::duration took) {
    std::printf("%.2f h of audio in %.0f s, with\n", in_seconds(length) / 3600, in_seconds(took));
    for (auto [mishap, count] : chaos_.tally()) std::printf("%6d x %s\n", count, name_of(mishap));
    auto stats = bench_.pipeline().stats();
    std::printf("%.0f s were replayed\n",
                in_seconds(nanos_of(time_field(stats.get(), "audio-replayed"))));
  }

  const Nanos ring_ = number_from("DG_RING", kRing) * 1s;
  const int slow_ = static_cast<int>(number_from("DG_SLOW", 0));
  const Chaos chaos_{drawn_seed(), static_cast<int>(number_from("DG_CHAOS", kMishaps)), slow_};
  Bench bench_;
};

// The words of each channel by itself.
std::vector<std::vector<Heard>> by_channel(const std::vector<Heard>& words, int channels) {
  std::vector<std::vector<Heard>> split(static_cast<std::size_t>(channels));
  for (const Heard& word : words)
    split.at(channels > 1 && word.number * 500ms >= kApart - 1s).push_back(word);
  return split;
}

TEST_P(TranscribeChaos, CostsNoWord) {
  auto begin = std::chrono::steady_clock::now();
  bench_.play();
  Nanos length = stream();
  ASSERT_TRUE(finish());
  auto words = by_channel(bench_.words(), GetParam().channels);
  for (std::size_t i = 0; i < words.size(); ++i) {
    Nanos ahead = kApart * static_cast<int>(i);
    EXPECT_TRUE(same_words(words[i], words_between(ahead, ahead + length, -ahead)));
  }
  EXPECT_EQ(time_field(bench_.pipeline().stats().get(), "audio-unprotected"), 0u);
  EXPECT_TRUE(bench_.pipeline().messages(GST_MESSAGE_ERROR).empty());
  expect_mishaps();
  report(length, std::chrono::steady_clock::now() - begin);
}

INSTANTIATE_TEST_SUITE_P(Kinds, TranscribeChaos, testing::ValuesIn(kKinds),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace dg
