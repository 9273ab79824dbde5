// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/session.h"

#include <gtest/gtest.h>

#include "support/packets.h"
#include "support/sessiontest.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using testing::kEnd;
using testing::SessionRun;
using testing::SessionTest;
using testing::Told;
using testing::VirtualFault;

TEST_F(SessionTest, TellsEveryWordAtItsTimeAndEnds) {
  SessionRun run(time, service, limits);
  give(run, 0, 20000, 0s);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  expect_words(run, 0, 40);
  EXPECT_EQ(service.seen().connections, 1);
  EXPECT_EQ(service.seen().closes, 1);
  EXPECT_EQ(service.seen().empty_frames, 0);
}

TEST_F(SessionTest, EndsWithoutAudioAndWithoutAConnection) {
  SessionRun run(time, service, limits);
  run.give_mark(1, Mark::Ask::Finalize, true);
  run.give_mark(kEnd, Mark::Ask::End);
  EXPECT_TRUE(run.await_mark(kEnd, 0s));
  EXPECT_EQ(service.seen().connections, 0);
}

TEST_F(SessionTest, ReplaysFromTheCutWhenAConnectionIsLost) {
  for (auto kind : {VirtualFault::Kind::Drop, VirtualFault::Kind::Close}) {
    SessionRun run(time, service, limits);
    int first = service.seen().connections + 1;
    service.fault = [&](int connection) {
      return VirtualFault{.kind = connection - first < 3 ? kind : VirtualFault::Kind::None,
                          .after = 5000};
    };
    give(run, 0, 20000, 0s);
    run.give_mark(kEnd, Mark::Ask::End);
    ASSERT_TRUE(run.await_mark(kEnd, 200s));
    expect_words(run, 0, 40);
    EXPECT_EQ(run.stats.reconnects, 3u);
    EXPECT_EQ(run.stats.audio.received, 20000);
    EXPECT_EQ(run.stats.audio.sent, 20000);
    EXPECT_GT(run.stats.audio.replayed, 0);
    EXPECT_TRUE(run.failures.empty());
  }
}

TEST_F(SessionTest, WritesAPacketAMessageAndTheHeaderOnEachConnection) {
  SessionRun run(time, service, limits);
  service.fault = [](int connection) {
    return VirtualFault{
        .kind = connection < 3 ? VirtualFault::Kind::Drop : VirtualFault::Kind::None,
        .after = 5030};
  };
  for (std::int64_t at = 0; at < 20000; at += 80)
    run.give_audio(at, 80, at * 1ms, testing::kPackets);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 200s));
  expect_words(run, 0, 40);
  EXPECT_EQ(run.stats.reconnects, 2u);
  EXPECT_EQ(service.seen().broken_packets, 0);
  EXPECT_EQ(service.seen().empty_frames, 0);
  // Packets of 80 samples have 8 bytes of their own, and each connection 4 of the header's.
  std::int64_t written = run.stats.audio.sent + run.stats.audio.replayed;
  EXPECT_EQ(run.stats.bytes_out, static_cast<std::uint64_t>(written / 80 * 168 + 3 * 4));
}

TEST_F(SessionTest, PacesPackets) {
  limits.max_rate = 2;
  SessionRun run(time, service, limits);
  Nanos began = time.now();
  for (std::int64_t at = 0; at < 20000; at += 80)
    run.give_audio(at, 80, at * 1ms, testing::kPackets);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 200s));
  EXPECT_GT(time.now() - began, 8s);
  EXPECT_LT(time.now() - began, 12s);
  expect_words(run, 0, 40);
}

TEST_F(SessionTest, PutsWordsRightAfterEveryKindOfHole) {
  for (Nanos hole : {100ms, 499ms, 500ms, 501ms, 1000ms, 30000ms}) {
    SessionRun run(time, service, limits);
    give(run, 0, 2000, 0s);
    give(run, 2000, 4000, 2s + hole);
    run.give_mark(kEnd, Mark::Ask::End);
    ASSERT_TRUE(run.await_mark(kEnd, 60s));
    ASSERT_EQ(words(run), (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7})) << hole.count();
    Nanos last{};
    for (const Told& told : run.told)
      if (told.kind == Told::Kind::Word) last = told.start;
    EXPECT_EQ(last, 7 * 500ms + 100ms + hole) << hole.count();
  }
}

TEST_F(SessionTest, TakesManyShortHolesForALongOne) {
  SessionRun run(time, service, limits);
  give(run, 0, 2000, 0s);
  for (int i = 0; i < 100; ++i) run.give(Hole{2s + i * 20ms, 2s + (i + 1) * 20ms, true});
  give(run, 2000, 4000, 4s);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  EXPECT_EQ(service.seen().samples, 4000);
  EXPECT_GE(service.seen().finalizes, 1);
  EXPECT_EQ(words(run), (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST_F(SessionTest, FillsDeclaredSilenceWhenAsked) {
  limits.holes.fill_declared = true;
  SessionRun run(time, service, limits);
  give(run, 0, 2000, 0s);
  run.give(Hole{2s, 4s, true});
  give(run, 2000, 4000, 4s);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  EXPECT_EQ(service.seen().samples, 6000);
  EXPECT_EQ(run.stats.audio.filled, 2000);
}

TEST_F(SessionTest, KeepsAConnectionAliveWhileThereIsNoAudio) {
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 2400, 0s, true);
  run.pass_until(time.now() + 30s);
  EXPECT_GE(service.seen().keepalives, 6);
  EXPECT_LE(service.seen().keepalives, 8);
  EXPECT_EQ(service.seen().finalizes, 1);  // the input has paused
  EXPECT_EQ(words(run), (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST_F(SessionTest, LetsMarksOutBehindTheTextThatBelongsBeforeThem) {
  SessionRun run(time, service, limits);
  run.give_mark(0, Mark::Ask::Finalize, true);
  give(run, 0, 2000, 0s);
  run.give_mark(1, Mark::Ask::Nothing);
  give(run, 2000, 4000, 2s);
  run.give_mark(2, Mark::Ask::Finalize, true);
  give(run, 4000, 6000, 0s);  // a new segment: time starts again
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  int word = 0, mark = 0;
  for (const Told& told : run.told) {
    if (told.kind == Told::Kind::Word) {
      int segment = told.word / 4;
      EXPECT_EQ(told.word, word++);
      EXPECT_EQ(mark, segment + 1);
      EXPECT_EQ(told.start, told.word % (segment == 2 ? 4 : 8) * 500ms + 100ms);
    }
    if (told.kind == Told::Kind::Mark && told.mark != kEnd) {
      EXPECT_EQ(told.mark, mark++);
    }
  }
  EXPECT_EQ(word, 12);
}

TEST_F(SessionTest, StartsANewConnectionForANewFormat) {
  SessionRun run(time, service, limits);
  give(run, 0, 2000, 0s);
  AudioFormat other{Encoding::Linear16, 8000, 1};
  run.give(Audio{{2s, other, std::vector<std::byte>(16000)}});
  give(run, 2000, 4000, 3s);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  EXPECT_EQ(service.seen().connections, 3);
  EXPECT_EQ(service.seen().closes, 3);
  EXPECT_EQ(words(run), (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST_F(SessionTest, FailsAtOnceWhereAnotherDialIsNoUse) {
  for (int status : {400, 401, 402, 403, 404}) {
    SessionRun run(time, service, limits);
    service.fault = [&](int) {
      return VirtualFault{.kind = VirtualFault::Kind::Refuse, .status = status};
    };
    give(run, 0, 2000, 0s);
    run.give_mark(kEnd, Mark::Ask::End);
    ASSERT_TRUE(run.await_mark(kEnd, 1s)) << status;
    ASSERT_EQ(run.failures.size(), 1u);
    EXPECT_EQ(run.failures[0].http_status, status);
    EXPECT_EQ(run.stats.audio.dropped, 2000);
  }
}

TEST_F(SessionTest, GivesUpAfterReconnectTimeout) {
  limits.reconnect_timeout = 5s;
  for (auto kind : {VirtualFault::Kind::Refuse, VirtualFault::Kind::NeverAnswer}) {
    service.fault = [&](int) { return VirtualFault{.kind = kind, .status = 500}; };
    SessionRun run(time, service, limits);
    give(run, 0, 2000, 0s);
    run.give_mark(kEnd, Mark::Ask::End);
    Nanos start = time.now();
    ASSERT_TRUE(run.await_mark(kEnd, 20s));
    EXPECT_EQ(run.failures.size(), 1u);
    EXPECT_GE(time.now() - start, 4s);
    EXPECT_LE(time.now() - start, 6s);
  }
}

TEST_F(SessionTest, EndsWhenTheServiceNeverDoes) {
  service.answers = false;
  SessionRun run(time, service, limits);
  give(run, 0, 2000, 0s);
  run.give_mark(kEnd, Mark::Ask::End);
  Nanos start = time.now();
  ASSERT_TRUE(run.await_mark(kEnd, 30s));
  EXPECT_NEAR(static_cast<double>((time.now() - start).count()), 10e9, 1e9);
  EXPECT_EQ(run.warnings.size(), 1u);
}

TEST_F(SessionTest, UsesTheGoodThatFollowsTheBad) {
  service.fault = [](int) {
    return VirtualFault{.kind = VirtualFault::Kind::Garbage, .after = 1000};
  };
  SessionRun run(time, service, limits);
  give(run, 0, 4000, 0s);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 30s));
  expect_words(run, 0, 8);
  EXPECT_EQ(run.malformed, 3u);
  EXPECT_EQ(run.stats.unknown, 1u);
}

TEST_F(SessionTest, ForgetsWhatWasBeforeAFlush) {
  SessionRun run(time, service, limits);
  give(run, 0, 2000, 0s);
  run.give_mark(1, Mark::Ask::Nothing);
  run.give(Flush{});
  give(run, 10000, 12000, 10s);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 30s));
  expect_words(run, 20, 24);
  EXPECT_EQ(service.seen().connections, 1);
}

TEST_F(SessionTest, StartsANewConnectionForANewFormatBehindAFlush) {
  service.delay = [] { return Nanos(3s); };
  SessionRun run(time, service, limits);
  give(run, 0, 2300, 0s);
  run.pass_until(time.now() + 100ms);
  AudioFormat other{Encoding::Linear16, 8000, 1};
  run.give(Audio{{3s, other, std::vector<std::byte>(16000)}});
  run.give(Flush{});
  run.give(Audio{{9s, other, std::vector<std::byte>(16000)}});
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  EXPECT_EQ(service.seen().connections, 2);
  EXPECT_EQ(words(run), std::vector<int>{});
}

TEST_F(SessionTest, HoldsTheInputBackWhenItMayAndDropsTheOldestWhenLive) {
  limits.max_backlog = 2s;
  service.fault = [](int) { return VirtualFault{.kind = VirtualFault::Kind::NeverAnswer}; };
  SessionRun file(time, service, limits);
  give(file, 0, 10000, 0s);
  EXPECT_TRUE(file.has_input());
  EXPECT_LE(file.stats.backlog, 2100ms);
  EXPECT_EQ(file.stats.audio.dropped, 0);

  SessionRun live(time, service, limits);
  live.now_is.live = true;
  give(live, 0, 10000, 0s);
  EXPECT_FALSE(live.has_input());
  EXPECT_LE(live.stats.backlog, 2s);
  EXPECT_EQ(live.stats.audio.dropped, 8000);
  EXPECT_EQ(live.dropped.size(), 0u);  // not over yet
  live.pass_until(time.now() + 100s);
  EXPECT_EQ(live.failures.size(), 1u);
  ASSERT_EQ(live.dropped.size(), 1u);
  EXPECT_EQ(live.dropped[0], std::pair(Nanos(0s), Nanos(8s)));
}

TEST_F(SessionTest, DropsNoAudioThatIsToBeReplayed) {
  limits.max_backlog = 10s;
  service.answers = false;
  service.fault = [this](int connection) {
    using Kind = VirtualFault::Kind;
    service.answers = connection > 2;
    if (connection == 1) return VirtualFault{.kind = Kind::Drop, .after = 8000};
    return VirtualFault{.kind = connection == 2 ? Kind::NeverAnswer : Kind::None};
  };
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 17000, 0s, true);  // 8 s to replay, and 9 s more
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  EXPECT_EQ(run.stats.audio.dropped, 0);
  expect_words(run, 0, 34);
}

TEST_F(SessionTest, FlushesAlsoWhatItHoldsBack) {
  limits.max_backlog = 2s;
  service.fault = [](int connection) {
    return VirtualFault{.kind = connection == 1 ? VirtualFault::Kind::NeverAnswer
                                                : VirtualFault::Kind::None};
  };
  SessionRun run(time, service, limits);
  give(run, 0, 10000, 0s);
  run.give_mark(1, Mark::Ask::Nothing);
  EXPECT_TRUE(run.has_input());
  run.give(Flush{});
  EXPECT_FALSE(run.has_input());
  EXPECT_EQ(run.stats.backlog, 0s);
  EXPECT_EQ(run.stats.audio.dropped, 10000);
  give(run, 10000, 12000, 10s);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  expect_words(run, 20, 24);
}

TEST_F(SessionTest, TellsWhatAServerSaysBeforeItHeardAnything) {
  SessionRun run(time, service, limits);
  service.greeting =
      R"({"type":"Results","channel_index":[0,1],"start":0,"duration":1,"is_final":true,)"
      R"("channel":{"alternatives":[{"transcript":"w7","words":)"
      R"([{"word":"w7","start":0,"end":0.5}]}]}})";
  give(run, 0, 20, 5s);
  run.pass_until(time.now() + 25ms);
  EXPECT_EQ(service.seen().samples, 0);
  EXPECT_EQ(run.results.size(), 1u);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  EXPECT_EQ(words(run), std::vector<int>{7});
}

TEST_F(SessionTest, PacesWhatIsLate) {
  limits.max_rate = 1.25;
  SessionRun run(time, service, limits);
  give(run, 0, 20000, 0s);
  run.give_mark(kEnd, Mark::Ask::End);
  Nanos start = time.now();
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  EXPECT_GE(time.now() - start, 14s);  // 20 s less the first second, at 1.25
  EXPECT_LE(time.now() - start, 16s);
}

}  // namespace
}  // namespace dg
