// SPDX-License-Identifier: LGPL-2.1-or-later
// Another query while the session runs: a planned hand-over to another connection.
#include "net/session.h"
#include "support/sessiontest.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using testing::kEnd;
using testing::SessionRun;
using testing::SessionTest;
using testing::VirtualFault;

using State = ConnectionState;
using Texts = std::vector<std::string>;

// The models that were dialed.
Texts models(const std::vector<std::string>& urls) {
  Texts models;
  for (const std::string& url : urls) {
    std::size_t from = url.find("model=") + 6;
    models.push_back(url.substr(from, url.find('&', from) - from));
  }
  return models;
}

std::vector<State> states(const SessionRun& run) {
  std::vector<State> states;
  for (const ConnectionEvent& event : run.states) states.push_back(event.state);
  return states;
}

const AudioFormat kTwoChannels{Encoding::Linear16, 1000, 2};

// Up to where it was told that all is settled.
Nanos settled(const SessionRun& run) {
  Nanos last{};
  for (const testing::Told& told : run.told)
    if (told.kind == testing::Told::Kind::Settled) last = std::max(last, told.start);
  return last;
}

struct SessionChange : SessionTest {
  // What is left, and that all of it came as if nothing had been changed.
  void finish(SessionRun& run, int words) {
    run.give_mark(kEnd, Mark::Ask::End);
    ASSERT_TRUE(run.await_mark(kEnd, 120s));
    expect_words(run, 0, words);
    EXPECT_TRUE(run.warnings.empty());
    EXPECT_TRUE(run.failures.empty());
  }
};

TEST_F(SessionChange, IsAHandOverWithoutALoss) {
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 6200, 0s, true);
  run.set("model", std::string("b"));
  give(run, 6200, 20000, 6200ms, true);
  finish(run, 40);
  EXPECT_EQ(models(service.seen().urls), (Texts{"nova-3", "b"}));
  EXPECT_EQ(service.seen().closes, 2);  // each was closed as it should be
  EXPECT_EQ(states(run),
            (std::vector{State::Connecting, State::Connected, State::Draining, State::Reconnecting,
                         State::Connected, State::Draining, State::Closed}));
  EXPECT_TRUE(run.states[2].hands_over);
  EXPECT_FALSE(run.states[5].hands_over);
  EXPECT_EQ(run.states[3].attempt, 1u);  // nothing has failed
  EXPECT_FALSE(run.stats.last_error);
  EXPECT_TRUE(run.refused.empty());
}

TEST_F(SessionChange, OfSeveralPropertiesIsOne) {
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 6200, 0s, true);
  run.set("model", std::string("b"));
  run.pass_until(time.now() + 100ms);
  run.set("language", std::string("de"));
  run.pass_until(time.now() + 100ms);
  run.set("model", std::string("c"));
  give(run, 6200, 20000, 6200ms, true);
  finish(run, 40);
  EXPECT_EQ(models(service.seen().urls), (Texts{"nova-3", "c"}));
  EXPECT_NE(service.seen().urls[1].find("language=de"), std::string::npos);
}

TEST_F(SessionChange, ThatIsTakenBackIsNone) {
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 6200, 0s, true);
  run.set("model", std::string("b"));
  run.set("model", std::string("nova-3"));
  give(run, 6200, 20000, 6200ms, true);
  finish(run, 40);
  EXPECT_EQ(service.seen().connections, 1);
}

// A speaker who does not stop is not waited for for ever, and is not cut short either.
TEST_F(SessionChange, WaitsForAPauseButNotForLong) {
  service.ends_utterances = false;
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 6200, 0s, true);
  run.set("model", std::string("b"));
  Nanos changed = time.now();
  give(run, 6200, 11000, 6200ms, true);
  EXPECT_EQ(service.seen().connections, 1);
  ASSERT_LT(time.now() - changed, limits.change_patience);
  give(run, 11000, 12000, 11s, true);
  EXPECT_EQ(service.seen().connections, 2);
  give(run, 12000, 20000, 12s, true);
  finish(run, 40);
}

// The service that is not asked has nothing to say: then it is a moment as good as any.
TEST_F(SessionChange, ComesAtOnceWhereNobodySpeaks) {
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 2000, 0s, true);
  run.pass_until(time.now() + 3s);  // the input pauses, and all is final
  run.set("model", std::string("b"));
  run.pass_until(time.now() + 1s);
  EXPECT_EQ(service.seen().closes, 1);
  EXPECT_EQ(run.stats.state, State::Idle);  // there is nothing to dial for
  give(run, 2000, 4000, 2s, true);
  finish(run, 8);
  EXPECT_EQ(models(service.seen().urls), (Texts{"nova-3", "b"}));
}

// What the old connection says of audio that the new one hears again is not heeded.
TEST_F(SessionChange, SaysNothingTwiceWhenTheServiceIsLate) {
  service.delay = [] { return 700ms; };
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 6200, 0s, true);
  run.set("model", std::string("b"));
  give(run, 6200, 20000, 6200ms, true);
  finish(run, 40);
  EXPECT_EQ(service.seen().connections, 2);
}

TEST_F(SessionChange, DoesNotWaitForAServiceThatDoesNotClose) {
  fails(1, {.kind = VirtualFault::Kind::Mute, .after = 6000});
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 6200, 0s, true);
  run.set("model", std::string("b"));
  give(run, 6200, 20000, 6200ms, true);
  finish(run, 40);
  EXPECT_EQ(models(service.seen().urls), (Texts{"nova-3", "b"}));
}

// The rules of how parameters go together are asked when all changes are made, not at each.
TEST_F(SessionChange, ThatMakesNoRequestHarmsNothing) {
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 6200, 0s, true);
  run.set("keywords", std::vector<std::string>{"GStreamer"});  // not of nova-3
  give(run, 6200, 14000, 6200ms, true);
  ASSERT_EQ(run.refused.size(), 1u);
  EXPECT_EQ(run.refused[0].cause, Cause::Settings);
  EXPECT_EQ(service.seen().connections, 1);
  run.set("model", std::string("nova-2"));  // of which it is
  give(run, 14000, 20000, 14s, true);
  finish(run, 40);
  EXPECT_EQ(models(service.seen().urls), (Texts{"nova-3", "nova-2"}));
  EXPECT_NE(service.seen().urls[1].find("keywords=GStreamer"), std::string::npos);
  EXPECT_EQ(run.refused.size(), 1u);
}

// A redial has what held before, too.
TEST_F(SessionChange, ThatMakesNoRequestIsForgotten) {
  fails(1, {.kind = VirtualFault::Kind::Drop, .after = 6300});
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 6200, 0s, true);
  run.set("utterance_end_ms", 1000);
  run.set("interim_results", false);
  give(run, 6200, 20000, 6200ms, true);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  expect_words(run, 0, 40);
  ASSERT_EQ(service.seen().urls.size(), 2u);
  EXPECT_EQ(service.seen().urls[0], service.seen().urls[1]);
  EXPECT_EQ(run.refused.size(), 1u);
}

// Only the service knows all its models.
TEST_F(SessionChange, ThatTheServiceRefusesFallsBack) {
  fails(2, {.kind = VirtualFault::Kind::Refuse, .status = 400});
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 6200, 0s, true);
  run.set("model", std::string("b"));
  give(run, 6200, 20000, 6200ms, true);
  finish(run, 40);
  EXPECT_EQ(models(service.seen().urls), (Texts{"nova-3", "b", "nova-3"}));
  ASSERT_EQ(run.refused.size(), 1u);
  EXPECT_EQ(run.refused[0].http_status, 400);
}

// It is not the change that a service which cannot serve anybody refuses.
TEST_F(SessionChange, IsTriedAgainWhenTheDialFails) {
  fails(2, {.kind = VirtualFault::Kind::Refuse, .status = 503});
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 6200, 0s, true);
  run.set("model", std::string("b"));
  give(run, 6200, 20000, 6200ms, true);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  expect_words(run, 0, 40);
  EXPECT_EQ(models(service.seen().urls), (Texts{"nova-3", "b", "b"}));
  EXPECT_TRUE(run.refused.empty());
}

TEST_F(SessionChange, BeforeAnyConnectionIsJustWhatIsAsked) {
  service.fault = [](int) {
    return VirtualFault{.kind = VirtualFault::Kind::Refuse, .status = 400};
  };
  SessionRun run(time, service, limits);
  run.set("model", std::string("b"));
  give(run, 0, 1000, 0s);
  run.pass_until(time.now() + 10s);
  EXPECT_EQ(models(service.seen().urls), (Texts{"b"}));
  EXPECT_EQ(run.failures.size(), 1u);
  EXPECT_TRUE(run.refused.empty());
}

// A loss that comes first is as good.
TEST_F(SessionChange, HoldsForTheRedialOfALostConnection) {
  service.ends_utterances = false;
  fails(1, {.kind = VirtualFault::Kind::Drop, .after = 7000});
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 6200, 0s, true);
  run.set("model", std::string("b"));
  give(run, 6200, 20000, 6200ms, true);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 60s));
  expect_words(run, 0, 40);
  EXPECT_EQ(models(service.seen().urls), (Texts{"nova-3", "b"}));
}

// A file that goes as fast as it may.
TEST_F(SessionChange, ComesWhileAudioWaitsToBeWritten) {
  limits.max_rate = 2;
  SessionRun run(time, service, limits);
  give(run, 0, 20000, 0s);
  run.pass_until(time.now() + 2s);
  run.set("model", std::string("b"));
  finish(run, 40);
  EXPECT_EQ(models(service.seen().urls), (Texts{"nova-3", "b"}));
  EXPECT_LT(run.stats.audio.replayed, 10000);
}

// Marks that were asked for on the old connection are asked for on the new one.
TEST_F(SessionChange, KeepsWhatIsAskedFor) {
  service.delay = [] { return 700ms; };
  SessionRun run(time, service, limits);
  give(run, 0, 3000, 0s);
  run.give_mark(1, Mark::Ask::Finalize);
  run.pass_until(time.now() + 100ms);
  run.set("model", std::string("b"));
  give(run, 3000, 6000, 3s);
  ASSERT_TRUE(run.await_mark(1, 10s));
  EXPECT_EQ(words(run), (std::vector<int>{0, 1, 2, 3, 4, 5}));
  finish(run, 12);
}

// What the service sends to somebody else is not waited for.
TEST_F(SessionChange, MayBeToACallback) {
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 6200, 0s, true);
  run.set("callback", std::string("https://example.com/"));
  give(run, 6200, 8000, 6200ms, true);
  service.answers = false;
  give(run, 8000, 20000, 8s, true);
  run.pass_until(time.now() + 1s);
  EXPECT_EQ(run.stats.connections, 2u);
  EXPECT_EQ(run.stats.audio.unprotected, 0);
  EXPECT_EQ(run.stats.backlog, 0s);
}

// The channels that a refused connection would have heard are nobody's.
TEST_F(SessionChange, ToMoreChannelsMayBeRefused) {
  fails(2, {.kind = VirtualFault::Kind::Refuse, .status = 400});
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  give(run, 0, 6200, 0s, true, kTwoChannels);
  run.set("multichannel", true);
  give(run, 6200, 20000, 6200ms, true, kTwoChannels);
  EXPECT_EQ(service.seen().connections, 3);
  EXPECT_EQ(run.refused.size(), 1u);
  EXPECT_GT(settled(run), 12s);
  finish(run, 40);
}

// A channel that is not heard any more would never be done with what was said there.
TEST_F(SessionChange, ToFewerChannelsWaitsAlsoWhenTheConnectionIsLost) {
  fails(1, {.kind = VirtualFault::Kind::Drop, .after = 6220});
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  run.set("multichannel", true);
  give(run, 0, 6200, 0s, true, kTwoChannels);
  run.set("multichannel", false);
  give(run, 6200, 20000, 6200ms, true, kTwoChannels);
  EXPECT_GT(settled(run), 12s);
  run.give_mark(kEnd, Mark::Ask::End);
  ASSERT_TRUE(run.await_mark(kEnd, 120s));
  std::vector<int> all = words(run);
  std::sort(all.begin(), all.end());
  for (int word = 0; word < 40; ++word)
    EXPECT_EQ(std::count(all.begin(), all.end(), word), 1) << word;
  EXPECT_EQ(service.seen().urls.back().find("multichannel=true"), std::string::npos);
}

TEST_F(SessionChange, ToFewerChannelsWaitsHoweverTheyWereAskedFor) {
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  run.wanted.extra_params = {{"multichannel", "true"}};
  run.give(Change{});
  give(run, 0, 6200, 0s, true, kTwoChannels);
  run.wanted.extra_params.clear();
  run.give(Change{});
  give(run, 6200, 20000, 6200ms, true, kTwoChannels);
  EXPECT_GT(settled(run), 12s);
  EXPECT_EQ(service.seen().urls.back().find("multichannel=true"), std::string::npos);
}

// What it sends to somebody else it must be left time to send.
TEST_F(SessionChange, WaitsForWhatGoesToACallback) {
  service.delay = [] { return 3s; };
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  run.set("callback", std::string("https://example.com/"));
  give(run, 0, 6200, 0s, true);
  run.set("model", std::string("b"));
  give(run, 6200, 8700, 6200ms, true);
  EXPECT_EQ(service.seen().closes, 1);
  EXPECT_EQ(service.seen().connections, 1);
  give(run, 8700, 11000, 8700ms, true);
  EXPECT_EQ(service.seen().connections, 2);
}

// A token need not be good for everything.
TEST_F(SessionChange, ThatATokenIsNotGoodForFallsBack) {
  fails(2, {.kind = VirtualFault::Kind::Refuse, .status = 403});
  SessionRun run(time, service, limits);
  run.now_is.live = true;
  run.token = "token";
  give(run, 0, 6200, 0s, true);
  run.set("model", std::string("b"));
  give(run, 6200, 20000, 6200ms, true);
  finish(run, 40);
  EXPECT_EQ(models(service.seen().urls), (Texts{"nova-3", "b", "nova-3"}));
  EXPECT_EQ(run.refused.size(), 1u);
}

}  // namespace
}  // namespace dg
