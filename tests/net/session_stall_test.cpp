// SPDX-License-Identifier: LGPL-2.1-or-later
// An upstream that is not live and stops: what comes before us may wait for our text.
#include <algorithm>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "support/sessiontest.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using testing::kEnd;
using testing::SessionRun;
using testing::Told;

struct SessionStallTest : testing::SessionTest {
  // The time that was settled last.
  static std::optional<Nanos> settled(const SessionRun& run) {
    std::optional<Nanos> time;
    for (const Told& told : run.told)
      if (told.kind == Told::Kind::Settled) time = told.start;
    return time;
  }
};

TEST_F(SessionStallTest, AsksForWhatWasSaidAndGetsToTheInputsEnd) {
  SessionRun run(time, service, limits);
  give(run, 0, 1450, 0s);
  run.pass_until(time.now() + 1900ms);
  EXPECT_EQ(service.seen().finalizes, 0);
  run.pass_until(time.now() + 300ms);
  EXPECT_EQ(service.seen().finalizes, 1);
  EXPECT_EQ(settled(run), 1450ms);
  EXPECT_EQ(words(run), (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(run.stalls, 1);
}

TEST_F(SessionStallTest, IsToldOnceAndMendedEachTime) {
  SessionRun run(time, service, limits);
  for (std::int64_t at = 0; at < 10000; at += 1000) {
    give(run, at, at + 1000, at * 1ms);
    run.pass_until(time.now() + 3s);
    EXPECT_EQ(settled(run), (at + 1000) * 1ms);
  }
  EXPECT_EQ(service.seen().finalizes, 10);
  EXPECT_EQ(run.stalls, 1);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  expect_words(run, 0, 20);
}

TEST_F(SessionStallTest, DoesNotWaitForAServiceThatSaysNothing) {
  service.answers = false;
  SessionRun run(time, service, limits);
  give(run, 0, 1450, 0s);
  run.pass_until(time.now() + 3900ms);
  EXPECT_EQ(service.seen().finalizes, 1);
  EXPECT_LT(settled(run).value_or(0s), 1450ms);
  run.pass_until(time.now() + 300ms);
  EXPECT_EQ(settled(run), 1450ms);
}

// What it says later is late, not lost.
TEST_F(SessionStallTest, TellsTheWordsThatComeAfterIt) {
  service.delay = [] { return Nanos(7s); };
  SessionRun run(time, service, limits);
  give(run, 0, 1500, 0s);
  run.pass_until(time.now() + 5s);
  EXPECT_EQ(settled(run), 1500ms);
  EXPECT_TRUE(words(run).empty());
  give(run, 1500, 3000, 1500ms);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  expect_words(run, 0, 6);
}

TEST_F(SessionStallTest, DoesNotWaitForTheRestOfAnUtterance) {
  service.ends_utterances = false;
  SessionRun run(time, service, limits);
  give(run, 0, 2000, 0s);  // all of it is final
  run.pass_until(time.now() + 1900ms);
  EXPECT_EQ(words(run).size(), 4u);
  EXPECT_TRUE(run.awaited_to.empty());
  run.pass_until(time.now() + 200ms);
  EXPECT_EQ(run.awaited_to, std::vector<Nanos>{2s});
  EXPECT_EQ(service.seen().finalizes, 0);
  run.pass_until(time.now() + 60s);
  EXPECT_EQ(run.awaited_to.size(), 1u);
}

TEST_F(SessionStallTest, EndsTheUtteranceThatNobodyFinishes) {
  service.ends_utterances = false;
  SessionRun run(time, service, limits);
  give(run, 0, 2000, 0s);
  run.pass_until(time.now() + 500ms);
  service.answers = false;
  give(run, 2000, 2800, 2s);
  run.pass_until(time.now() + 5s);
  EXPECT_EQ(run.awaited_to, std::vector<Nanos>{2800ms});
  EXPECT_EQ(settled(run), 2800ms);
}

TEST_F(SessionStallTest, LeavesNoUtteranceOpenWhenItFails) {
  service.ends_utterances = false;
  limits.reconnect = false;
  service.fault = [](int) {
    return testing::VirtualFault{.kind = testing::VirtualFault::Kind::Drop, .after = 2400};
  };
  SessionRun run(time, service, limits);
  give(run, 0, 2300, 0s);
  run.pass_until(time.now() + 500ms);
  give(run, 2300, 2600, 2300ms);
  run.pass_until(time.now() + 500ms);
  ASSERT_EQ(run.failures.size(), 1u);
  EXPECT_EQ(run.awaited_to, std::vector<Nanos>{2600ms});
}

// A tag or the like that came in the meantime.
TEST_F(SessionStallTest, IsNotHeldUpByWhatAsksForNothing) {
  service.answers = false;
  SessionRun run(time, service, limits);
  give(run, 0, 700, 0s);
  run.give_mark(1, Mark::Ask::Nothing);
  give(run, 700, 1450, 700ms);
  run.give_mark(2, Mark::Ask::Nothing);
  run.pass_until(time.now() + 5s);
  EXPECT_EQ(settled(run), 1450ms);
  EXPECT_EQ(service.seen().finalizes, 1);
  EXPECT_TRUE(run.await_mark(2, 1s));
}

// Its answer was not waited for; now it is.
TEST_F(SessionStallTest, DoesNotWaitForTheAnswerToAHole) {
  service.answers = false;
  SessionRun run(time, service, limits);
  give(run, 0, 1450, 0s);
  run.give(Hole{1450ms, 3s, true});
  run.pass_until(time.now() + 5s);
  EXPECT_EQ(settled(run), 3s);
  EXPECT_EQ(service.seen().finalizes, 1);
}

TEST_F(SessionStallTest, IsNoneWhileThePipelineIsPaused) {
  SessionRun run(time, service, limits);
  run.awaited = false;
  give(run, 0, 1450, 0s);
  run.pass_until(time.now() + 30s);
  EXPECT_EQ(service.seen().finalizes, 0);
  EXPECT_EQ(run.stalls, 0);
  run.awaited = true;  // the input has its time to go on
  run.now_is.resumed = time.now();
  run.pass_until(time.now() + 1900ms);
  EXPECT_EQ(service.seen().finalizes, 0);
  run.pass_until(time.now() + 1500ms);
  EXPECT_EQ(service.seen().finalizes, 1);
}

TEST_F(SessionStallTest, IsNoneWhereUpstreamIsLive) {
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 1450, 0s, true);
  run.pass_until(time.now() + 30s);
  EXPECT_EQ(service.seen().finalizes, 1);  // what is said in a pause comes at once
  EXPECT_EQ(run.stalls, 0);
}

// The next buffer of a live input comes when it is full.
TEST_F(SessionStallTest, IsNoPauseBetweenLongBuffers) {
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  for (std::int64_t at = 0; at < 20'000; at += 2500) {
    run.pass_until(time.now() + 2500ms);
    run.give_audio(at, 2500, at * 1ms);
  }
  EXPECT_EQ(service.seen().finalizes, 0);
  run.pass_until(time.now() + 4s);  // now it is one
  EXPECT_EQ(service.seen().finalizes, 1);
  expect_words(run, 0, 40);
}

TEST_F(SessionStallTest, IsNoneWhileOtherInputComes) {
  SessionRun run(time, service, limits);
  give(run, 0, 1450, 0s);
  for (int i = 0; i < 20; ++i) {
    run.give_mark(i, Mark::Ask::Nothing);
    run.pass_until(time.now() + 1s);
  }
  EXPECT_EQ(service.seen().finalizes, 0);
  EXPECT_EQ(run.stalls, 0);
}

TEST_F(SessionStallTest, IsNoneWhileAudioIsToBeWritten) {
  limits.max_rate = 0.5;
  limits.burst = 0s;
  SessionRun run(time, service, limits);
  give(run, 0, 10000, 0s);
  run.pass_until(time.now() + 19s);
  EXPECT_EQ(run.stalls, 0);
  run.pass_until(time.now() + 3s);
  EXPECT_EQ(run.stalls, 1);
}

// The replay brings what was asked for on the connection before.
TEST_F(SessionStallTest, OutlivesAConnection) {
  service.fault = [](int connection) {
    return connection == 1
               ? testing::VirtualFault{.kind = testing::VirtualFault::Kind::Mute, .after = 1000}
               : testing::VirtualFault{};
  };
  SessionRun run(time, service, limits);
  give(run, 0, 1450, 0s);
  run.pass_until(time.now() + 60s);
  EXPECT_EQ(settled(run), 1450ms);
  EXPECT_EQ(run.stalls, 1);
}

}  // namespace
}  // namespace dg
