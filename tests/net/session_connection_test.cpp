// SPDX-License-Identifier: LGPL-2.1-or-later
// When a session dials, and when it takes a connection for dead.
#include <gtest/gtest.h>

#include "net/session.h"
#include "support/sessiontest.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using testing::kEnd;
using testing::SessionRun;
using testing::VirtualFault;
using Kind = VirtualFault::Kind;

class SessionConnectionTest : public testing::SessionTest {
 protected:
  // The first connection goes wrong after 5 s of audio, the others are good.
  void first_goes_wrong(Kind kind) {
    service.fault = [kind](int connection) {
      return connection == 1 ? VirtualFault{.kind = kind, .after = 5000} : VirtualFault{};
    };
  }
  void refuse(int first, int last, int status = 503) {
    service.fault = [=](int connection) {
      bool refused = connection >= first && connection <= last;
      return refused ? VirtualFault{.kind = Kind::Refuse, .status = status} : VirtualFault{};
    };
  }
  // Gives a file from that sample on: all its words come, and none of it was forgotten before.
  void expect_whole_file(SessionRun& run, std::int64_t from) {
    give(run, from, 145'000, testing::kVirtualFormat.duration_of(from));
    run.give_mark(kEnd, Mark::Ask::End);
    ASSERT_TRUE(run.await_mark(kEnd, 1000s));
    expect_words(run, 0, 290);
    EXPECT_EQ(run.stats.audio.unprotected, 0);
  }
  static int count(const SessionRun& run, ConnectionState state) {
    int out = 0;
    for (const ConnectionEvent& event : run.states) out += event.state == state;
    return out;
  }
};

struct DeadConnection {
  Kind kind;
  Nanos least, most;  // from the fault to its discovery
  const char* words;
};
void PrintTo(const DeadConnection& dead, std::ostream* out) {
  *out << dead.words;
}

class SessionDeathTest : public SessionConnectionTest,
                         public ::testing::WithParamInterface<DeadConnection> {};

TEST_P(SessionDeathTest, IsNoticedAndTheAudioReplayed) {
  first_goes_wrong(GetParam().kind);
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 5000, 0s, true);
  Nanos dead = time.now();
  give(run, 5000, 40000, 5s, true);
  ASSERT_EQ(run.warnings.size(), 1u);
  EXPECT_EQ(run.warnings[0].cause, Cause::Stalled);
  EXPECT_NE(run.warnings[0].text.find(GetParam().words), std::string::npos) << run.warnings[0].text;
  ASSERT_EQ(run.states.at(2).state, ConnectionState::BackingOff);
  EXPECT_GE(run.lost_at - dead, GetParam().least);
  EXPECT_LE(run.lost_at - dead, GetParam().most);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 100s));
  expect_words(run, 0, 80);
}

INSTANTIATE_TEST_SUITE_P(Kinds, SessionDeathTest,
                         ::testing::Values(DeadConnection{Kind::Freeze, 5s, 7s, "takes no data"},
                                           DeadConnection{Kind::Vanish, 10s, 17s, "pings"},
                                           DeadConnection{Kind::Mute, 10s, 16s, "says nothing"}),
                         [](const auto& dead) {
                           return "Kind" + std::to_string(static_cast<int>(dead.param.kind));
                         });

TEST_F(SessionConnectionTest, TellsWhichWordsHadWaitedForIt) {
  first_goes_wrong(Kind::Freeze);
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 40000, 0s, true);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 100s));
  expect_words(run, 0, 80);
  // From the last final before the loss until all is sent that gathered till the next connection.
  ASSERT_FALSE(run.belated.empty());
  EXPECT_GT(run.belated.front(), 1s);
  EXPECT_LE(run.belated.front(), 5s);
  EXPECT_GE(run.belated.back(), 9s);
  EXPECT_LT(run.belated.back(), 38s);
}

TEST_F(SessionConnectionTest, DoesNotTakeWhatNeverBecameFinalForDelayed) {
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  service.fault = [](int) { return VirtualFault{.kind = Kind::Mute, .after = 1500}; };
  give(run, 0, 3000, 0s, true);
  run.give_mark(kEnd, Mark::Ask::End);
  run.await_mark(kEnd, 200s);
  ASSERT_EQ(run.promoted.size(), 1u);
  EXPECT_TRUE(run.promoted[0].belated);
}

TEST_F(SessionConnectionTest, DoesNotExpectResultsOfAServiceThatNeverSentAny) {
  service.answers = false;
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 60000, 0s, true);
  EXPECT_TRUE(run.warnings.empty());
  EXPECT_EQ(service.seen().connections, 1);
}

TEST_F(SessionConnectionTest, RetiresAConnectionWithoutAudio) {
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 5000, 0s, true);
  run.pass_until(time.now() + 299s);
  EXPECT_EQ(count(run, ConnectionState::Draining), 0);
  run.pass_until(time.now() + 2s);
  EXPECT_EQ(service.seen().closes, 1);
  EXPECT_EQ(run.states.back().state, ConnectionState::Idle);
  give(run, 5000, 10000, 400s, true);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 100s));
  EXPECT_EQ(service.seen().connections, 2);
  EXPECT_EQ(words(run).size(), 20u);
  EXPECT_TRUE(run.warnings.empty());
}

TEST_F(SessionConnectionTest, KeepsAConnectionForEverIfAsked) {
  limits.idle_timeout = 0s;
  SessionRun run(time, service, limits);
  give(run, 0, 5000, 0s);
  run.pass_until(time.now() + 3600s);
  EXPECT_EQ(service.seen().closes, 0);
  EXPECT_EQ(service.seen().connections, 1);
}

TEST_F(SessionConnectionTest, FailsAtTheFirstLossIfItIsNotToReconnect) {
  limits.reconnect = false;
  first_goes_wrong(Kind::Drop);
  SessionRun run(time, service, limits);
  give(run, 0, 10000, 0s);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 100s));
  EXPECT_EQ(run.failures.size(), 1u);
  EXPECT_EQ(service.seen().connections, 1);
}

TEST_F(SessionConnectionTest, WaitsForAnotherTokenOnARedial) {
  service.fault = [](int connection) {
    if (connection == 1) return VirtualFault{.kind = Kind::Drop, .after = 5000};
    return connection == 2 ? VirtualFault{.kind = Kind::Refuse, .status = 401} : VirtualFault{};
  };
  SessionRun run(time, service, limits);
  run.token = "old";
  give(run, 0, 10000, 0s);
  run.pass_until(time.now() + 30s);
  EXPECT_EQ(service.seen().connections, 2);  // no third with the same
  EXPECT_TRUE(run.failures.empty());
  run.token = "new";
  run.pass_until(time.now() + 2s);
  EXPECT_EQ(service.seen().connections, 3);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 100s));
  expect_words(run, 0, 20);
}

TEST_F(SessionConnectionTest, WaitsForATokenNoLongerThanForAConnection) {
  service.fault = [](int connection) {
    if (connection == 1) return VirtualFault{.kind = Kind::Drop, .after = 5000};
    return VirtualFault{.kind = Kind::Refuse, .status = 401};
  };
  SessionRun run(time, service, limits);
  run.token = "old";
  give(run, 0, 10000, 0s);
  run.pass_until(time.now() + 70s);
  EXPECT_EQ(run.failures.size(), 1u);
}

TEST_F(SessionConnectionTest, DoesNotWaitForATokenThatWasNeverGood) {
  refuse(1, 100, 401);
  SessionRun run(time, service, limits);
  run.token = "bad";
  give(run, 0, 1000, 0s);
  run.pass_until(time.now() + 1s);
  EXPECT_EQ(run.failures.size(), 1u);
}

TEST_F(SessionConnectionTest, WaitsWithAllOthersWhenTheServiceIsDown) {
  refuse(1, 1000);
  SessionRun first(time, service, limits);
  give(first, 0, 1000, 0s);
  first.pass_until(time.now() + 20s);
  int before = service.seen().connections;
  EXPECT_GE(before, 3);
  std::vector<std::unique_ptr<SessionRun>> others;
  for (int i = 0; i < 50; ++i) {
    others.push_back(std::make_unique<SessionRun>(time, service, limits));
    give(*others.back(), 0, 1000, 0s);
  }
  first.pass_until(time.now() + 10s);
  EXPECT_LE(service.seen().connections - before, 20);  // a probe now and then, for all
  service.fault = [](int) { return VirtualFault{}; };
  first.pass_until(time.now() + 40s);
  for (auto& run : others) {
    run->give_mark(kEnd, Mark::Ask::End);
    EXPECT_TRUE(run->await_mark(kEnd, 100s));
    EXPECT_EQ(words(*run).size(), 2u);
  }
}

TEST_F(SessionConnectionTest, HeedsRetryAfter) {
  service.retry_after = 30s;
  refuse(1, 1, 429);
  SessionRun run(time, service, limits);
  give(run, 0, 1000, 0s);
  run.pass_until(time.now() + 29s);
  EXPECT_EQ(service.seen().connections, 1);
  run.pass_until(time.now() + 40s);
  EXPECT_EQ(service.seen().connections, 2);
}

TEST_F(SessionConnectionTest, HasTheKernelHoldASecondOfAudio) {
  SessionRun run(time, service, limits);
  AudioFormat studio{Encoding::Linear16, 48000, 2};
  run.give(Audio{{0s, studio, std::vector<std::byte>(4800 * 4)}});
  EXPECT_EQ(service.socket_limits.unsent_bytes, 48000 * 4);
  AudioFormat telephone{Encoding::Mulaw, 8000, 1};
  SessionRun other(time, service, limits);
  other.give(Audio{{0s, telephone, std::vector<std::byte>(800)}});
  EXPECT_EQ(service.socket_limits.unsent_bytes, 32 * 1024);
}

// What is not written waits within max-backlog, what is written and undecided within the same.
TEST_F(SessionConnectionTest, HoldsNoMoreThanItMayWhenNobodyReads) {
  service.fault = [](int) { return VirtualFault{.kind = Kind::Freeze, .after = 2000}; };
  limits.max_backlog = 10s;
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  for (int second = 0; second < 600; ++second) {
    give(run, second * 1000, second * 1000 + 1000, second * 1s, true);
    ASSERT_LE(run.stats.backlog, 10s);
  }
  EXPECT_GE(service.seen().connections, 30);
  const AudioLedger& audio = run.stats.audio;
  EXPECT_EQ(audio.received, 600'000);
  EXPECT_EQ(audio.received, audio.sent + audio.dropped + audio.pending);
  EXPECT_GE(audio.dropped, 500'000);
  EXPECT_EQ(run.warnings.size(), 1u);  // one episode
}

// The first 64 have the handshakes; the others wait for their turn, which is no failure.
TEST_F(SessionConnectionTest, DoesNotGiveUpWhileItWaitsForItsTurn) {
  limits.connect_timeout = 100s;
  service.fault = [](int connection) {
    return connection <= 64 ? VirtualFault{.kind = Kind::NeverAnswer} : VirtualFault{};
  };
  std::vector<std::unique_ptr<SessionRun>> runs;
  for (int i = 0; i < 80; ++i) {
    runs.push_back(std::make_unique<SessionRun>(time, service, limits));
    give(*runs.back(), 0, 1000, 0s);
  }
  SessionRun& last = *runs.back();
  last.pass_until(time.now() + 90s);
  EXPECT_EQ(service.seen().connections, 80);  // the 64 have given up by now
  EXPECT_TRUE(last.failures.empty());
  last.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(last.await_mark(kEnd, 100s));
  EXPECT_EQ(words(last).size(), 2u);
}

TEST_F(SessionConnectionTest, HeedsRetryAfterThoughNothingWaitedToBeSent) {
  service.retry_after = 30s;
  refuse(1, 1, 429);
  SessionRun run(time, service, limits);
  give(run, 0, 1000, 0s);
  run.pass_until(time.now() + 1s);
  run.give(Flush{});
  give(run, 1000, 2000, 0s);
  run.pass_until(time.now() + 20s);
  EXPECT_EQ(service.seen().connections, 1);
  run.pass_until(time.now() + 40s);
  EXPECT_EQ(service.seen().connections, 2);
}

// Without pacing, all of a file would be under way at once.
TEST_F(SessionConnectionTest, KeepsWhatIsUnderWayWithinWhatIsKept) {
  service.delay = [] { return Nanos(200ms); };
  service.fault = [](int connection) {
    return VirtualFault{.kind = connection < 20 ? Kind::Drop : Kind::None, .after = 12000};
  };
  limits.max_backlog = 5s;
  SessionRun run(time, service, limits);
  give(run, 0, 60000, 0s);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 1000s));
  expect_words(run, 0, 120);
  EXPECT_EQ(run.stats.audio.unprotected, 0);
}

// One that takes its time is waited for, also for its first word. One that does not speak any more
// is known to be dead before the ring forgets what it had.
TEST_F(SessionConnectionTest, WaitsForAServiceThatIsFarBehind) {
  service.delay = [this] { return service.seen().connections == 2 ? Nanos(8s) : Nanos(2s); };
  service.fault = [](int connection) {
    static constexpr Kind kinds[] = {Kind::Drop, Kind::Mute, Kind::Vanish, Kind::None};
    return VirtualFault{.kind = kinds[std::min(connection, 4) - 1], .after = 35'000};
  };
  SessionRun run(time, service, limits);
  expect_whole_file(run, 0);
  EXPECT_EQ(service.seen().connections, 4);
}

// Also before it is known that it speaks of all it hears.
TEST_F(SessionConnectionTest, WaitsForAServiceThatHearsSlowly) {
  service.speed = 2;
  service.interim_every = 1000;  // there are none
  fails(1, {.kind = Kind::Drop, .after = 140'000});
  SessionRun run(time, service, limits);
  expect_whole_file(run, 0);
}

// It need not have spoken for long.
TEST_F(SessionConnectionTest, NoticesEarlyThatAServiceFellSilent) {
  fails(1, {.kind = Kind::Mute, .after = 9000});
  SessionRun run(time, service, limits);
  expect_whole_file(run, 0);
  EXPECT_EQ(service.seen().connections, 2);
}

// One that says the same again and again says nothing.
TEST_F(SessionConnectionTest, DoesNotWaitForAServiceThatRepeatsItself) {
  service.repeats_every = 500ms;
  service.fault = [](int) { return VirtualFault{.kind = Kind::Mute, .after = 20'000}; };
  SessionRun run(time, service, limits);
  give(run, 0, 145'000, 0s);
  run.pass_until(time.now() + 30s);
  EXPECT_EQ(run.stats.audio.sent, 145'000);
}

// One that spoke is expected to on each connection.
TEST_F(SessionConnectionTest, NoticesThatTheNextConnectionNeverSpeaks) {
  service.fault = [](int connection) {
    static constexpr VirtualFault faults[] = {
        {.kind = Kind::Drop, .after = 21'000}, {.kind = Kind::Mute, .after = 1}, {}};
    return faults[std::min(connection, 3) - 1];
  };
  SessionRun run(time, service, limits);
  give(run, 0, 20'000, 0s);
  run.pass_until(time.now() + 1s);
  expect_whole_file(run, 20'000);
  EXPECT_EQ(service.seen().connections, 3);
}

// Nor is one taken for dead again and again that says nothing while nobody speaks.
TEST_F(SessionConnectionTest, PassesOverSilenceThatAServiceDoesNotSpeakOf) {
  service.speaks_of_words_only = true;
  for (double rate : {0.0, 1.25}) {
    limits.max_rate = rate;
    SessionRun run(time, service, limits);
    int before = service.seen().connections;
    give(run, 0, 20'000, 0s);
    run.give_bytes(std::vector<std::byte>(200'000), 20s, testing::kVirtualFormat);
    give(run, 20'000, 40'000, 120s);
    run.give_mark(kEnd, Mark::Ask::End);
    ASSERT_TRUE(run.await_mark(kEnd, 300s));
    EXPECT_EQ(words(run).size(), 80u);
    EXPECT_LE(service.seen().connections - before, 2);
  }
}

// One that speaks of some of the audio only, as one that plays what it once recorded, gets it all,
// and soon.
TEST_F(SessionConnectionTest, DoesNotWaitForAServiceThatLeavesGaps) {
  service.interim_every = 1000;
  service.shortest_final = service.longest_final = 60'000;
  SessionRun run(time, service, limits);
  give(run, 0, 145'000, 0s);
  run.give_mark(kEnd, Mark::Ask::End);
  Nanos begun = time.now();
  ASSERT_TRUE(run.await_mark(kEnd, 1000s));
  EXPECT_LT(time.now() - begun, 10s);
  expect_words(run, 0, 290);
  EXPECT_EQ(service.seen().connections, 1);
}

// A service that never answers gets all the same, and soon.
TEST_F(SessionConnectionTest, DoesNotWaitForAServiceThatSaysNothing) {
  service.answers = false;
  limits.max_backlog = 5s;
  SessionRun run(time, service, limits);
  give(run, 0, 60000, 0s);
  run.pass_until(time.now() + 500ms);
  EXPECT_EQ(run.stats.audio.sent, 60000);
}

// Nor for one that has enough to speak of, once it was waited for in vain.
TEST_F(SessionConnectionTest, DoesNotWaitForItAgain) {
  service.answers = false;
  fails(1, {.kind = Kind::Drop, .after = 60'000});
  SessionRun run(time, service, limits);
  give(run, 0, 130'000, 0s);
  run.pass_until(time.now() + 2s);
  EXPECT_LE(run.stats.audio.sent, 30'000);
  run.pass_until(time.now() + 3s);
  EXPECT_EQ(service.seen().connections, 2);
  EXPECT_EQ(run.stats.audio.sent, 130'000);
}

// Less is kept than a service needs to hear for a final.
TEST_F(SessionConnectionTest, GoesOnWhenLittleIsKept) {
  limits.max_backlog = 100ms;
  SessionRun run(time, service, limits);
  Nanos begun = time.now();
  give(run, 0, 60000, 0s);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 1000s));
  EXPECT_LT(time.now() - begun, 30s);
  expect_words(run, 0, 120);
}

TEST_F(SessionConnectionTest, HasItsStatisticsReadyAtTheEnd) {
  SessionRun run(time, service, limits);
  give(run, 0, 5000, 0s);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 100s));
  EXPECT_EQ(run.stats_at_end.drain, Drain::Complete);
  EXPECT_EQ(run.stats_at_end.words, 10u);
}

TEST_F(SessionConnectionTest, TellsThatTheFirstDialTookTooLong) {
  service.fault = [](int) { return VirtualFault{.kind = Kind::NeverAnswer}; };
  limits.reconnect_timeout = 5s;  // less than connect-timeout
  SessionRun run(time, service, limits);
  give(run, 0, 1000, 0s);
  run.pass_until(time.now() + 6s);
  ASSERT_EQ(run.failures.size(), 1u);
  EXPECT_EQ(run.failures[0].cause, Cause::Timeout);
}

}  // namespace
}  // namespace dg
