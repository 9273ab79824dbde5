// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "support/sessionrun.h"

namespace dg::testing {

using namespace std::chrono_literals;

inline constexpr int kEnd = 99;

struct SessionTest : ::testing::Test {
  VirtualTime time;
  VirtualService service{time, 1};
  Limits limits{.max_rate = 0};

  std::vector<int> words(const SessionRun& run) {
    std::vector<int> out;
    for (const Told& told : run.told)
      if (told.kind == Told::Kind::Word) out.push_back(told.word);
    return out;
  }

  // This happens to that connection, from 1, and nothing to any other.
  void fails(int connection, const VirtualFault& fault) {
    service.fault = [=](int dialed) { return dialed == connection ? fault : VirtualFault{}; };
  }

  // Source samples [from, to), whose first is stamped `pts`, in buffers of 20 ms; live if asked.
  void give(SessionRun& run, std::int64_t from, std::int64_t to, Nanos pts, bool live = false,
            const AudioFormat& format = testing::kVirtualFormat) {
    for (std::int64_t at = from; at < to; at += 20) {
      std::int64_t samples = std::min<std::int64_t>(20, to - at);
      run.give_audio(at, samples, pts + testing::kVirtualFormat.duration_of(at - from), format);
      if (live) run.pass_until(time.now() + 20ms);
    }
  }

  void expect_words(const SessionRun& run, int from, int to, Nanos shift = 0s) {
    std::vector<int> expected;
    for (int word = from; word < to; ++word) expected.push_back(word);
    EXPECT_EQ(words(run), expected);
    for (const Told& told : run.told) {
      if (told.kind != Told::Kind::Word) continue;
      EXPECT_NEAR(static_cast<double>(told.start.count()),
                  static_cast<double>((told.word * 500ms + 100ms + shift).count()), 1e6);
    }
  }
};

}  // namespace dg::testing
