// SPDX-License-Identifier: LGPL-2.1-or-later
// What reviews drove the session into.
#include <gtest/gtest.h>

#include "net/session.h"
#include "support/sessiontest.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using testing::kEnd;
using testing::SessionRun;
using testing::Told;
using testing::VirtualFault;

using SessionCornersTest = testing::SessionTest;

TEST_F(SessionCornersTest, EndsWhenReplaysBringNothingButA1000) {
  service.answers = false;
  service.fault = [](int) {  // just when CloseStream is written
    return VirtualFault{.kind = VirtualFault::Kind::Close, .code = 1000, .after = 10000};
  };
  limits.max_rate = 1.25;  // so that each connection lives for more than 5 s
  SessionRun run(time, service, limits);
  give(run, 0, 10000, 0s, true);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 100s));
  EXPECT_TRUE(run.failures.empty());
  EXPECT_EQ(service.seen().connections, 1 + limits.early_closes);  // the first is lost while open
}

TEST_F(SessionCornersTest, GivesUpOnConnectionsThatLiveButBringNothing) {
  service.answers = false;
  service.fault = [](int) {
    return VirtualFault{.kind = VirtualFault::Kind::Drop, .after = 10000};
  };
  limits.max_rate = 1;
  limits.max_backlog = 12s;
  SessionRun run(time, service, limits);
  give(run, 0, 11000, 0s);
  run.pass_until(time.now() + 200s);
  ASSERT_EQ(run.failures.size(), 1u);
  EXPECT_EQ(run.warnings.size(), 1u);  // one episode
  EXPECT_GE(service.seen().connections, 5);
  EXPECT_LE(service.seen().connections, 8);
}

TEST_F(SessionCornersTest, WaitsForAnAnswerThatIsOnlyLate) {
  service.delay = [] { return Nanos(4s); };
  limits.max_rate = 1;
  SessionRun run(time, service, limits);
  give(run, 0, 15000, 0s);
  run.give_mark(1, Mark::Ask::Finalize, true);
  give(run, 15000, 30000, 0s);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 100s));
  int mark = 0;
  for (const Told& told : run.told) {
    if (told.kind == Told::Kind::Mark) ++mark;
    if (told.kind != Told::Kind::Word) continue;
    EXPECT_EQ(mark, told.word < 30 ? 0 : 1);
  }
  EXPECT_EQ(words(run).size(), 60u);
}

TEST_F(SessionCornersTest, PutsWordsOfATimeThatIsOverInFrontOfTheNext) {
  service.delay = [] { return Nanos(4s); };
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 2000, 100s, true);
  run.give_mark(1, Mark::Ask::Finalize, true);
  give(run, 2000, 4000, 200s, true);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 100s));
  ASSERT_EQ(words(run), (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
  for (const Told& told : run.told) {
    if (told.kind != Told::Kind::Word) continue;
    if (told.word < 4) {
      EXPECT_LE(told.end, 0s);
    } else {
      EXPECT_GE(told.start, 200s);
    }
  }
}

TEST_F(SessionCornersTest, DoesNotTakeMetadataBeforeCloseStreamForAnAnswer) {
  service.greeting = R"({"type":"Metadata","request_id":"request","duration":0,"channels":1})";
  service.delay = [] { return Nanos(2500ms); };
  SessionRun run(time, service, limits);
  give(run, 0, 2000, 0s, true);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  expect_words(run, 0, 4);
  EXPECT_TRUE(run.warnings.empty());
}

TEST_F(SessionCornersTest, DropsAsSoonAsUpstreamIsLive) {
  service.fault = [](int) { return VirtualFault{.kind = VirtualFault::Kind::NeverAnswer}; };
  limits.max_backlog = 1s;
  SessionRun run(time, service, limits);
  give(run, 0, 5000, 0s);  // held up: some of it is not taken
  run.now_is.live = true;
  give(run, 5000, 60000, 5s, true);
  EXPECT_EQ(run.stats.audio.received, 60000);
  EXPECT_GE(run.stats.audio.dropped, 58000);
}

TEST_F(SessionCornersTest, FinalizesWhatAFlushLeavesBehind) {
  SessionRun run(time, service, limits);
  give(run, 0, 300, 0s);
  run.pass_until(time.now() + 100ms);
  run.give(Flush{});
  EXPECT_EQ(service.seen().finalizes, 1);
  give(run, 1000, 3000, 50s);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  EXPECT_EQ(words(run), (std::vector<int>{2, 3, 4, 5}));
  EXPECT_EQ(service.seen().connections, 1);
}

TEST_F(SessionCornersTest, AsksOnceInAPause) {
  service.answers = false;
  SessionRun run(time, service, limits);
  give(run, 0, 1000, 0s);
  run.pass_until(time.now() + 30s);
  EXPECT_EQ(service.seen().finalizes, 1);
}

// What is dropped lies behind what is to be written again.
TEST_F(SessionCornersTest, WritesWhatIsLeftInFrontOfWhatWasDropped) {
  limits.overflow = Overflow::SkipToLive;
  limits.max_backlog = 2s;
  limits.chunk_duration = 70ms;
  service.answers = false;
  service.fault = [&](int connection) {
    using Kind = VirtualFault::Kind;
    service.answers = connection > 2;
    if (connection == 1) return VirtualFault{.kind = Kind::Drop, .after = 3000};
    return VirtualFault{.kind = connection == 2 ? Kind::NeverAnswer : Kind::None};
  };
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 3100, 0s, true);
  std::int64_t end = 3100;
  for (; end < 5000 || run.stats.backlog > 0s; end += 20)  // until the last of it was dropped
    give(run, end, end + 20, testing::kVirtualFormat.duration_of(end));
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  EXPECT_EQ(run.stats.audio.received, end);
  EXPECT_EQ(run.stats.audio.received, run.stats.audio.sent + run.stats.audio.dropped);
  // What was written is kept for as long as max-backlog.
  EXPECT_GE(run.stats.audio.replayed, 2000);
  EXPECT_EQ(words(run), (std::vector<int>{2, 3, 4, 5}));
}

TEST_F(SessionCornersTest, ForgetsAFailureThatNothingWasWantedAfter) {
  service.fault = [](int connection) {
    return VirtualFault{
        .kind = connection == 1 ? VirtualFault::Kind::Drop : VirtualFault::Kind::None,
        .after = 2000};
  };
  service.delay = [] { return Nanos(0); };  // all is said when it is lost
  SessionRun run(time, service, limits);
  give(run, 0, 2000, 0s);
  run.give_mark(1, Mark::Ask::Finalize, true);
  run.pass_until(time.now() + 100s);
  give(run, 2000, 4000, 0s);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  EXPECT_TRUE(run.failures.empty());
  EXPECT_EQ(words(run).size(), 8u);
}

TEST_F(SessionCornersTest, TellsOfDroppedAudioInItsOwnTime) {
  limits.max_backlog = 2s;
  service.fault = [](int) { return VirtualFault{.kind = VirtualFault::Kind::NeverAnswer}; };
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 5000, 0s);
  EXPECT_EQ(run.dropped.size(), 0u);
  run.give_mark(1, Mark::Ask::Finalize, true);
  ASSERT_EQ(run.dropped.size(), 1u);
  EXPECT_EQ(run.dropped[0], std::pair(Nanos(0s), Nanos(3s)));
}

// Words every half second for 5 s, then silence, then words again.
TEST_F(SessionCornersTest, SendsNoSilence) {
  limits.silence.threshold = -80;
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 5000, 0s, true);
  for (Nanos at = 5s; at < 65s; at += 20ms) {
    run.give(Audio{{at, testing::kVirtualFormat, std::vector<std::byte>(40)}});
    run.given += 20;
    run.pass_until(time.now() + 20ms);
    if (at == 10s) {
      EXPECT_EQ(words(run).size(), 10u);  // asked for when the gate closed
    }
  }
  EXPECT_GE(service.seen().keepalives, 12);
  EXPECT_EQ(service.seen().finalizes, 1);
  EXPECT_NEAR(static_cast<double>(service.seen().samples), 8800, 20);
  ASSERT_EQ(run.told.back().kind, Told::Kind::Settled);
  EXPECT_GT(run.told.back().start, 64s);
  give(run, 5000, 10000, 65s, true);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 100s));
  std::vector<Told> late(run.told);
  std::erase_if(late,
                [](const Told& told) { return told.kind != Told::Kind::Word || told.word < 10; });
  ASSERT_EQ(late.size(), 10u);
  EXPECT_EQ(late.front().start, 65s + 100ms);
  const AudioLedger& audio = run.stats.audio;
  EXPECT_EQ(audio.received, run.given);
  EXPECT_EQ(audio.received, audio.sent + audio.gated + audio.dropped + audio.pending);
  EXPECT_NEAR(static_cast<double>(audio.gated), 56000, 20);
}

}  // namespace
}  // namespace dg
