// SPDX-License-Identifier: LGPL-2.1-or-later
// What an application has its session tell the service.
#include "core/command.h"
#include "net/session.h"
#include "support/sessiontest.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using testing::kEnd;
using testing::SessionRun;
using testing::SessionTest;
using testing::VirtualFault;

using Commands = std::vector<std::string>;

bool says_numerals(const std::string& url) {
  return url.find("numerals=true") != std::string::npos;
}

TEST_F(SessionTest, FinalizesBehindTheAudioThatWasAccepted) {
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 1500, 0s);  // nothing is written yet
  run.finalize();
  give(run, 1500, 1600, 1500ms, true);
  run.pass_until(time.now() + 300ms);
  EXPECT_EQ(words(run), (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(service.seen().controls, Commands{finalize_command()});
  give(run, 1600, 4000, 1600ms, true);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  expect_words(run, 0, 8);
}

TEST_F(SessionTest, FinalizesOneChannel) {
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 1500, 0s, true);
  run.finalize(0);
  run.pass_until(time.now() + 300ms);
  EXPECT_EQ(words(run), (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(service.seen().controls, Commands{finalize_command(0)});
}

TEST_F(SessionTest, HasNothingToFinalizeWhereAllIsDecided) {
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  run.finalize();  // no connection, no audio
  give(run, 0, 1500, 0s, true);
  run.finalize();
  run.pass_until(time.now() + 300ms);
  run.finalize();
  run.finalize(0);
  run.pass_until(time.now() + 300ms);
  EXPECT_EQ(service.seen().controls, Commands{finalize_command()});
}

// Text goes on behind it, whether or not it is answered.
TEST_F(SessionTest, HoldsNothingUpForAControl) {
  service.answers = false;
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 1500, 0s, true);
  run.finalize();
  run.configure(true);
  run.pass_until(time.now() + 10ms);
  service.answers = true;  // to what comes, but not to that
  give(run, 1500, 9000, 1500ms, true);
  EXPECT_FALSE(words(run).empty());
}

TEST_F(SessionTest, FinalizesAgainWhenTheConnectionWasLostBeforeTheAnswer) {
  fails(1, {.kind = VirtualFault::Kind::Drop, .after = 1600});
  service.delay = [] { return 1s; };
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 1500, 0s, true);
  run.finalize();
  give(run, 1500, 1700, 1500ms, true);
  run.pass_until(time.now() + 3s);
  EXPECT_EQ(service.seen().connections, 2);
  EXPECT_EQ(service.seen().controls.size(), 2u + 1);  // and one for the pause of the input
  EXPECT_EQ(words(run), (std::vector<int>{0, 1, 2}));
}

TEST_F(SessionTest, ConfiguresBehindTheAudioThatWasAccepted) {
  SessionRun run(time, service, limits);
  give(run, 0, 1500, 0s);
  run.pass_until(time.now() + 10ms);  // dialing
  run.configure(true);
  give(run, 1500, 1600, 1500ms);
  run.pass_until(time.now() + 500ms);
  EXPECT_FALSE(says_numerals(service.seen().urls.at(0)));
  EXPECT_EQ(service.seen().controls, Commands{configure_command(true)});
  EXPECT_TRUE(service.seen().numerals);
}

TEST_F(SessionTest, RemembersWhatWasConfiguredForTheConnectionsToCome) {
  service.fault = [](int connection) {
    return VirtualFault{
        .kind = connection < 3 ? VirtualFault::Kind::Drop : VirtualFault::Kind::None,
        .after = 2000};
  };
  SessionRun run(time, service, limits);
  run.configure(true);  // there is none yet
  give(run, 0, 3000, 0s);
  while (service.seen().connections < 2 && time.step()) continue;
  run.configure(false);
  give(run, 3000, 9000, 3s);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  ASSERT_EQ(service.seen().urls.size(), 3u);
  EXPECT_TRUE(says_numerals(service.seen().urls[0]));
  EXPECT_FALSE(says_numerals(service.seen().urls[2]));
  EXPECT_FALSE(service.seen().numerals);
  expect_words(run, 0, 18);
}

TEST_F(SessionTest, ForgetsWhatWasToBeFinalWithAFlush) {
  SessionRun run(time, service, limits);
  give(run, 0, 1500, 0s);
  run.finalize();
  run.configure(true);
  run.give(Flush{});
  give(run, 1500, 1700, 0s);
  run.pass_until(time.now() + 500ms);
  EXPECT_EQ(service.seen().finalizes, 0);
  EXPECT_TRUE(service.seen().numerals);
}

// A control is no input that could end a stall.
TEST_F(SessionTest, StallsAsWellWhenControlsCome) {
  SessionRun run(time, service, limits);
  give(run, 0, 1500, 0s);
  for (int i = 0; i < 30; ++i) {
    run.configure(true);
    run.pass_until(time.now() + 100ms);
  }
  EXPECT_EQ(run.stalls, 1);
}

// What was asked for while audio was dropped is not asked for once for each time.
TEST_F(SessionTest, FinalizesOnceBehindWhatWasDropped) {
  service.fault = [](int connection) {
    return connection == 1   ? VirtualFault{.kind = VirtualFault::Kind::Drop, .after = 1600}
           : connection == 2 ? VirtualFault{.kind = VirtualFault::Kind::AnswerLate, .pause = 80s}
                             : VirtualFault{};
  };
  limits.connect_timeout = 300s;
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  for (int i = 0; i < 40; ++i) {
    give(run, i * 1000, i * 1000 + 1000, i * 1s, true);
    run.finalize();
  }
  give(run, 40000, 75000, 40s, true);
  EXPECT_EQ(service.seen().finalizes, 1);
  run.pass_until(time.now() + 30s);
  EXPECT_EQ(service.seen().connections, 2);
  EXPECT_LE(service.seen().finalizes, 4);
}

}  // namespace
}  // namespace dg
