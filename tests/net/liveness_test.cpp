// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/liveness.h"

#include <string>

#include <gtest/gtest.h>

namespace dg {
namespace {

using namespace std::chrono_literals;

// A connection that is looked at every second.
class LivenessTest : public ::testing::Test {
 protected:
  // What is wrong after so many looks, or "".
  std::string looks(int count) {
    for (int i = 0; i < count; ++i) {
      now += 1s;
      if (acknowledges) signs.traffic.acknowledged += 1000;
      if (speaks) liveness.on_message(signs.audio, now);
      if (pongs) liveness.on_pong(now);
      signs.audio += audio_a_look;
      if (auto wrong = liveness.look(signs, now)) return text_of(*wrong) + (" after " + seconds());
    }
    return "";
  }

  std::string seconds() const { return std::to_string((now - 100s) / 1s); }

  Nanos now = 100s;
  bool acknowledges = true, speaks = true, pongs = true;
  Nanos audio_a_look = 1s;
  Liveness::Signs signs;
  Liveness liveness{LivenessLimits{}, 5s, now};
};

TEST_F(LivenessTest, LetsLiveWhatAnswers) {
  signs.traffic.waiting = 500;
  EXPECT_EQ(looks(1000), "");
}

TEST_F(LivenessTest, LooksOnceASecond) {
  EXPECT_EQ(liveness.look_at(), now + 1s);
  looks(1);
  EXPECT_EQ(liveness.look_at(), now + 1s);
}

TEST_F(LivenessTest, NoticesThatNothingIsTaken) {
  looks(10);
  acknowledges = false;
  signs.traffic.waiting = 500;
  EXPECT_EQ(looks(100), "the server takes no data after 16");
}

TEST_F(LivenessTest, NoticesThatThereIsNoRoom) {
  acknowledges = false;
  signs.wants_room = true;
  EXPECT_EQ(looks(100), "the server takes no data after 6");
}

TEST_F(LivenessTest, DoesNotMindASlowTaker) {
  signs.traffic.waiting = 500;
  signs.wants_room = true;
  for (int i = 0; i < 50; ++i) {
    acknowledges = i % 4 == 0;
    ASSERT_EQ(looks(1), "");
  }
}

TEST_F(LivenessTest, DoesNotMindThatNothingIsSent) {
  acknowledges = speaks = false;
  audio_a_look = 0s;
  EXPECT_EQ(looks(1000), "");
}

TEST_F(LivenessTest, NoticesThatPingsAreNotAnswered) {
  audio_a_look = 0s;
  looks(10);
  pongs = speaks = false;
  EXPECT_EQ(looks(100), "the server does not answer pings after 25");
}

TEST_F(LivenessTest, TakesAMessageForAPong) {
  pongs = false;
  EXPECT_EQ(looks(1000), "");
}

TEST_F(LivenessTest, GivesAPingTimeToGetThroughTheDataBeforeIt) {
  pongs = speaks = false;
  audio_a_look = 0s;
  signs.traffic.waiting = 500;
  ASSERT_EQ(looks(60), "");
  signs.traffic.waiting = 0;  // it is out now
  EXPECT_EQ(looks(100), "the server does not answer pings after 70");
}

TEST_F(LivenessTest, NoticesThatNothingIsSaidOfTheAudio) {
  looks(10);
  speaks = false;
  EXPECT_EQ(looks(100), "the server says nothing of the audio after 24");
}

TEST_F(LivenessTest, TakesTimeAndAudioForSilence) {
  speaks = false;
  audio_a_look = 100s;  // no pacing
  EXPECT_EQ(looks(100), "the server says nothing of the audio after 10");
}

TEST_F(LivenessTest, DoesNotWaitForMoreAudioWhenNoneIsWritten) {
  looks(10);
  speaks = false;
  audio_a_look = 0s;
  EXPECT_EQ(looks(100), "");
  signs.awaited = true;
  EXPECT_EQ(looks(100), "the server says nothing of the audio after 120");
}

// An input may pause for a minute, and go on at once with much.
TEST_F(LivenessTest, GivesTimeToAnswerAfterAPause) {
  looks(10);
  speaks = false;
  audio_a_look = 0s;
  ASSERT_EQ(looks(60), "");
  signs.audio += 30s;
  EXPECT_EQ(looks(100), "the server says nothing of the audio after 80");
}

TEST_F(LivenessTest, ExpectsNothingWhereNothingIsOwed) {
  speaks = signs.owes_results = false;
  EXPECT_EQ(looks(1000), "");
}

// The answers stand in the socket, unread.
TEST_F(LivenessTest, DoesNotBlameThePeerForOurOwnSleep) {
  looks(10);
  speaks = pongs = false;
  signs.audio += 100s;
  now += 60s;
  EXPECT_EQ(liveness.look(signs, now), std::nullopt);
  speaks = pongs = true;
  EXPECT_EQ(looks(100), "");
}

}  // namespace
}  // namespace dg
