// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/step.h"

#include <cstdio>
#include <random>

#include <gtest/gtest.h>

namespace dg {
namespace {

using namespace std::chrono_literals;
using Ask = Mark::Ask;
using Kind = Step::Kind;
using Phase = Situation::Phase;

constexpr Nanos kPast = 9s, kNow = 10s, kSoon = 11s, kLater = 12s;

struct Rule {
  const char* text;
  Situation situation;
  Kind kind;
  Nanos until = kNever;
};

void expect(const Rule& rule) {
  Situation situation = rule.situation;
  situation.now = kNow;
  Step step = next_step(situation);
  EXPECT_EQ(static_cast<int>(step.kind), static_cast<int>(rule.kind)) << rule.text;
  if (rule.kind == Kind::Wait) {
    EXPECT_EQ(step.until, rule.until) << rule.text;
  }
}

TEST(NextStep, LetsGoFirstAndTakesInputNextInEveryPhase) {
  for (Phase phase :
       {Phase::Idle, Phase::Dialing, Phase::Open, Phase::Closing, Phase::Waiting, Phase::Over}) {
    expect({"an overdue mark goes before all",
            {.phase = phase, .input = true, .audio = true, .overdue_at = kNow},
            Kind::LetGo});
    expect({"input goes before what the phase asks for",
            {.phase = phase,
             .input = true,
             .audio = true,
             .dial_at = kPast,
             .connect_deadline = kPast,
             .drain_deadline = kPast,
             .give_up_at = kPast},
            Kind::Take});
  }
}

TEST(NextStep, WithoutAConnection) {
  const Rule rules[] = {
      {"idle, nothing to say: wait for input", {.phase = Phase::Idle}, Kind::Wait},
      {"idle, a mark will be overdue",
       {.phase = Phase::Idle, .overdue_at = kSoon},
       Kind::Wait,
       kSoon},
      {"idle, audio: dial", {.phase = Phase::Idle, .audio = true}, Kind::Dial},
      {"idle, a question alone is not worth a dial",
       {.phase = Phase::Idle, .ask = Ask::End},
       Kind::Wait},
      {"waiting, not yet time",
       {.phase = Phase::Waiting, .audio = true, .dial_at = kSoon, .give_up_at = kLater},
       Kind::Wait,
       kSoon},
      {"waiting, time to dial",
       {.phase = Phase::Waiting, .audio = true, .dial_at = kNow, .give_up_at = kLater},
       Kind::Dial},
      {"waiting, nothing left to connect for",
       {.phase = Phase::Waiting, .dial_at = kPast, .give_up_at = kPast},
       Kind::Rest},
      {"waiting for too long: that goes before another dial",
       {.phase = Phase::Waiting, .audio = true, .dial_at = kPast, .give_up_at = kNow},
       Kind::Fail},
      {"waiting, the end of patience comes before the dial",
       {.phase = Phase::Waiting, .audio = true, .dial_at = kLater, .give_up_at = kSoon},
       Kind::Wait,
       kSoon},
      {"over: only marks go on", {.phase = Phase::Over, .audio = true}, Kind::Wait},
      {"over, a mark will be overdue",
       {.phase = Phase::Over, .audio = true, .overdue_at = kSoon},
       Kind::Wait,
       kSoon},
  };
  for (const Rule& rule : rules) expect(rule);
}

TEST(NextStep, WhileDialing) {
  const Rule rules[] = {
      {"on the way",
       {.phase = Phase::Dialing, .audio = true, .connect_deadline = kSoon, .give_up_at = kLater},
       Kind::Wait,
       kSoon},
      {"the dial takes too long",
       {.phase = Phase::Dialing, .connect_deadline = kNow, .give_up_at = kSoon},
       Kind::GiveUpDial},
      {"all dials took too long: that this one did is told first",
       {.phase = Phase::Dialing, .connect_deadline = kNow, .give_up_at = kNow},
       Kind::GiveUpDial},
      {"the end of patience comes before the deadline",
       {.phase = Phase::Dialing, .connect_deadline = kLater, .give_up_at = kSoon},
       Kind::Wait,
       kSoon},
      {"a mark is overdue before the deadline",
       {.phase = Phase::Dialing, .connect_deadline = kLater, .overdue_at = kSoon},
       Kind::Wait,
       kSoon},
  };
  for (const Rule& rule : rules) expect(rule);
}

TEST(NextStep, WritesAudio) {
  const Rule rules[] = {
      {"a frame is there",
       {.phase = Phase::Open, .audio = true, .chunk = true, .writable = true, .pace_at = kNow},
       Kind::WriteAudio},
      {"less than a frame, and nothing more came",
       {.phase = Phase::Open, .audio = true, .writable = true, .chunk_at = kNow, .pace_at = kPast},
       Kind::WriteAudio},
      {"less than a frame: more may come",
       {.phase = Phase::Open, .audio = true, .writable = true, .chunk_at = kSoon, .pace_at = kPast},
       Kind::Wait,
       kSoon},
      {"too fast",
       {.phase = Phase::Open, .audio = true, .chunk = true, .writable = true, .pace_at = kSoon},
       Kind::Wait,
       kSoon},
      {"the socket is full: it says when it is not, so only the other times count",
       {.phase = Phase::Open,
        .audio = true,
        .chunk = true,
        .pace_at = kPast,
        .keepalive_at = kLater},
       Kind::Wait,
       kLater},
      {"audio keeps the connection alive",
       {.phase = Phase::Open,
        .audio = true,
        .chunk = true,
        .writable = true,
        .pace_at = kPast,
        .keepalive_at = kPast},
       Kind::WriteAudio},
      {"a full socket is kept alive too",
       {.phase = Phase::Open, .audio = true, .chunk = true, .pace_at = kPast, .keepalive_at = kNow},
       Kind::KeepAlive},
  };
  for (const Rule& rule : rules) expect(rule);
}

TEST(NextStep, AsksBehindTheAudio) {
  const Rule rules[] = {
      {"the audio before the question goes first",
       {.phase = Phase::Open,
        .audio = true,
        .chunk = true,
        .writable = true,
        .ask = Ask::Finalize,
        .pace_at = kPast},
       Kind::WriteAudio},
      {"no question overtakes audio that may not be written yet",
       {.phase = Phase::Open, .audio = true, .chunk = true, .ask = Ask::End, .pace_at = kSoon},
       Kind::Wait,
       kSoon},
      {"a mark", {.phase = Phase::Open, .ask = Ask::Finalize}, Kind::AskFinalize},
      {"another format", {.phase = Phase::Open, .ask = Ask::Close}, Kind::AskClose},
      {"the end", {.phase = Phase::Open, .ask = Ask::End}, Kind::AskClose},
      {"a question is better than a KeepAlive",
       {.phase = Phase::Open, .ask = Ask::Finalize, .keepalive_at = kPast},
       Kind::AskFinalize},
      {"a control goes behind the audio before it",
       {.phase = Phase::Open,
        .audio = true,
        .chunk = true,
        .writable = true,
        .control = true,
        .pace_at = kPast},
       Kind::WriteAudio},
      {"and overtakes none that may not be written yet",
       {.phase = Phase::Open, .audio = true, .chunk = true, .control = true, .pace_at = kSoon},
       Kind::Wait,
       kSoon},
      {"it goes before the question behind it",
       {.phase = Phase::Open, .control = true, .ask = Ask::End},
       Kind::TellControl},
      {"nothing is asked twice: CloseStream is written",
       {.phase = Phase::Closing, .ask = Ask::End, .drain_deadline = kSoon},
       Kind::Wait,
       kSoon},
  };
  for (const Rule& rule : rules) expect(rule);
}

TEST(NextStep, HandsOverToAnotherConnection) {
  const Rule rules[] = {
      {"not yet",
       {.phase = Phase::Open, .look_at = kLater, .hand_over_at = kSoon},
       Kind::Wait,
       kSoon},
      {"now, though there is audio to write and something to ask: the next connection has it",
       {.phase = Phase::Open,
        .audio = true,
        .chunk = true,
        .writable = true,
        .control = true,
        .ask = Ask::Finalize,
        .pace_at = kPast,
        .hand_over_at = kNow},
       Kind::HandOver},
      {"one that may be dead is no connection",
       {.phase = Phase::Open, .look_at = kNow, .hand_over_at = kNow},
       Kind::Look},
      {"closing, it is under way",
       {.phase = Phase::Closing, .hand_over_at = kNow, .drain_deadline = kSoon},
       Kind::Wait,
       kSoon},
  };
  for (const Rule& rule : rules) expect(rule);
}

TEST(NextStep, WithNothingToWrite) {
  const Rule rules[] = {
      {"KeepAlive", {.phase = Phase::Open, .keepalive_at = kNow}, Kind::KeepAlive},
      {"not yet",
       {.phase = Phase::Open, .keepalive_at = kSoon, .pause_at = kLater},
       Kind::Wait,
       kSoon},
      {"the input pauses",
       {.phase = Phase::Open, .keepalive_at = kSoon, .pause_at = kNow},
       Kind::NotePause},
      {"it does not pause while there is audio",
       {.phase = Phase::Open, .audio = true, .chunk = true, .pace_at = kLater, .pause_at = kNow},
       Kind::Wait,
       kLater},
      {"it may stall later",
       {.phase = Phase::Open, .stall_at = kSoon, .look_at = kLater},
       Kind::Wait,
       kSoon},
      {"upstream waits for text",
       {.phase = Phase::Open, .awaited = true, .stall_at = kNow},
       Kind::NoteStall},
      {"it waits, but not yet for long",
       {.phase = Phase::Open, .awaited = true, .stall_at = kSoon},
       Kind::Wait,
       kSoon},
      {"a paused pipeline does not wait: that may change until the next look",
       {.phase = Phase::Open, .stall_at = kPast, .look_at = kLater},
       Kind::Wait,
       kLater},
      {"it does not stall while there is audio to write",
       {.phase = Phase::Open,
        .audio = true,
        .chunk = true,
        .awaited = true,
        .pace_at = kLater,
        .stall_at = kNow},
       Kind::Wait,
       kLater},
      {"what is asked already goes before",
       {.phase = Phase::Open, .awaited = true, .ask = Ask::Finalize, .stall_at = kNow},
       Kind::AskFinalize},
      {"there is nothing to ask for while there is no connection",
       {.phase = Phase::Waiting,
        .audio = true,
        .awaited = true,
        .stall_at = kNow,
        .dial_at = kLater,
        .give_up_at = kNever},
       Kind::Wait,
       kLater},
      {"nor when it closes",
       {.phase = Phase::Closing, .awaited = true, .stall_at = kNow, .drain_deadline = kLater},
       Kind::Wait,
       kLater},
      {"closing, the rest may come",
       {.phase = Phase::Closing, .drain_deadline = kSoon},
       Kind::Wait,
       kSoon},
      {"closing, the rest never came",
       {.phase = Phase::Closing, .drain_deadline = kNow},
       Kind::Finish},
      {"closing: audio waits for the next connection",
       {.phase = Phase::Closing,
        .audio = true,
        .chunk = true,
        .writable = true,
        .pace_at = kPast,
        .keepalive_at = kPast,
        .drain_deadline = kLater},
       Kind::Wait,
       kLater},
      {"closing, a mark is overdue before",
       {.phase = Phase::Closing, .drain_deadline = kLater, .overdue_at = kSoon},
       Kind::Wait,
       kSoon},
  };
  for (const Rule& rule : rules) expect(rule);
}

// A session that waits for a time that has passed would spin.
TEST(NextStep, NeverWaitsForThePast) {
  std::uint64_t seed = std::random_device{}();
  std::printf("seed %lu\n", static_cast<unsigned long>(seed));
  std::mt19937_64 random(seed);
  auto pick = [&](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
  auto time = [&] {
    constexpr Nanos times[] = {kPast, kNow, kSoon, kLater, kNever};
    return times[pick(5)];
  };
  for (int i = 0; i < 100'000; ++i) {
    Situation now;
    now.phase = static_cast<Phase>(pick(6));
    now.now = kNow;
    for (bool* fact : {&now.input, &now.audio, &now.chunk, &now.writable, &now.undecided,
                       &now.awaited, &now.control})
      *fact = pick(2) == 0;
    now.ask = static_cast<Ask>(pick(4));
    for (Nanos* at : {&now.chunk_at, &now.pace_at, &now.keepalive_at, &now.pause_at, &now.stall_at,
                      &now.hand_over_at, &now.dial_at, &now.connect_deadline, &now.drain_deadline,
                      &now.give_up_at, &now.overdue_at})
      *at = time();
    Step step = next_step(now);
    if (step.kind != Kind::Wait) continue;
    ASSERT_GT(step.until, kNow) << "phase " << static_cast<int>(now.phase) << ", round " << i;
    ASSERT_LE(step.until, now.overdue_at);
  }
}

}  // namespace
}  // namespace dg
