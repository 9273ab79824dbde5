// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "net/rawserver.h"
#include "net/socketfixture.h"
#include "net/soupserver.h"

namespace dg {
namespace {

class Ending : public SocketTest {
 protected:
  void connect() {
    raw.upgrade();
    open(raw.url());
    ASSERT_TRUE(until_open());
  }
  // The loss that these bytes of the server lead to.
  Loss lost_by(const std::string& bytes) {
    connect();
    raw.write(bytes);
    return until_lost() ? seen.losses[0] : Loss{};
  }

  RawServer raw;
};

TEST_F(Ending, TellsCodeAndReason) {
  Loss loss = lost_by(frame(1, "last") + close_frame(1011, "See https://dpgr.am/net0001"));
  EXPECT_EQ(loss.cause, Cause::Closed);
  EXPECT_EQ(loss.close_code, 1011);
  EXPECT_EQ(loss.close_reason, "See https://dpgr.am/net0001");
  EXPECT_EQ(seen.texts, std::vector<std::string>{"last"});
}

// 1012 and 1013 are errors to libsoup.
TEST_F(Ending, TellsAnyCode) {
  for (int code :
       {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999}) {
    seen = Recorder{};
    Loss loss = lost_by(close_frame(code, "why"));
    EXPECT_EQ(loss.cause, Cause::Closed) << code;
    EXPECT_EQ(loss.close_code, code);
    EXPECT_EQ(loss.close_reason, "why") << code;
  }
}

TEST_F(Ending, KeepsTheKeyOutOfTheReason) {
  for (const char* key : {"hush", "key"}) {
    seen = Recorder{};
    raw.upgrade();
    open(Request{raw.url(), {{"Authorization", std::string("Token ") + key}}});
    ASSERT_TRUE(until_open());
    raw.write(close_frame(1008, std::string(key) + " has no credit"));
    ASSERT_TRUE(until_lost());
    EXPECT_EQ(seen.losses[0].close_reason, "(key) has no credit");
  }
}

TEST_F(Ending, TellsACloseWithoutCode) {
  Loss loss = lost_by(frame(8, ""));
  EXPECT_EQ(loss.cause, Cause::Closed);
  EXPECT_EQ(loss.close_code, 1005);
}

TEST_F(Ending, AnswersACloseFrame) {
  connect();
  raw.write(close_frame(1000, ""));
  ASSERT_TRUE(until_lost());
  ASSERT_TRUE(until([&] { return raw.at_end(); }));
  ASSERT_GE(raw.received().size(), 2u);
  EXPECT_EQ(raw.received()[0], '\x88');
}

TEST_F(Ending, SurvivesBrokenFrames) {
  for (const std::string& bytes :
       {frame(8, "x"), frame(3, "?"), frame(0, "?"), std::string("\x81\x85maskX", 7),
        std::string("\xF1\x01x", 3), std::string("\x09\x00", 2), close_frame(1000, "\xFF")}) {
    seen = Recorder{};
    lost_by(bytes);
    EXPECT_TRUE(seen.texts.empty());
  }
}

TEST_F(Ending, TellsAnEndWithoutCloseFrame) {
  connect();
  raw.write(frame(1, "a"));
  raw.close();
  ASSERT_TRUE(until_lost());
  EXPECT_EQ(seen.losses[0].cause, Cause::Lost);
  EXPECT_FALSE(seen.losses[0].text.empty());
  EXPECT_EQ(seen.losses[0].close_code, 0);
  EXPECT_EQ(seen.texts.size(), 1u);
}

TEST_F(Ending, TellsAReset) {
  connect();
  raw.reset();
  ASSERT_TRUE(until_lost());
  EXPECT_EQ(seen.losses[0].cause, Cause::Lost);
}

TEST_F(Ending, TellsOfAFailedWriteFromTheLoop) {
  connect();
  raw.reset();
  for (int i = 0; i < 100; ++i) socket->send("x");
  EXPECT_TRUE(seen.losses.empty());
  ASSERT_TRUE(until_lost());
  EXPECT_EQ(seen.losses[0].cause, Cause::Lost);
}

TEST_F(Ending, TakesNothingAfterwards) {
  lost_by(close_frame(1000, ""));
  EXPECT_FALSE(socket->writable());
  socket->send("late");
  loop.drain();
  EXPECT_EQ(seen.losses.size(), 1u);
}

TEST_F(Ending, DoesNotTellWhenDestroyed) {
  connect();
  raw.write(frame(1, "a"));
  socket.reset();
  EXPECT_TRUE(until([&] { return raw.at_end(); }));
  EXPECT_TRUE(seen.texts.empty());
  EXPECT_TRUE(seen.losses.empty());
}

TEST_F(Ending, DoesNotTellOfALossWhenDestroyedBeforeTheReport) {
  connect();
  raw.reset();
  for (int i = 0; i < 100; ++i) socket->send("x");
  socket.reset();
  loop.drain();
  EXPECT_TRUE(seen.losses.empty());
}

TEST_F(Ending, MayComeWhenItOpens) {
  seen.at_open = [this] { socket.reset(); };
  connect();
  EXPECT_TRUE(until([&] { return raw.at_end(); }));
  EXPECT_TRUE(seen.losses.empty());
}

TEST_F(Ending, MayComeWithAnyText) {
  seen.at_text = [this] { socket.reset(); };
  connect();
  raw.write(frame(1, "a") + frame(1, "b") + close_frame(1000, ""));
  EXPECT_TRUE(until([&] { return raw.at_end(); }));
  EXPECT_EQ(seen.texts.size(), 1u);
  EXPECT_TRUE(seen.losses.empty());
}

TEST_F(Ending, MayComeInItsReport) {
  seen.at_lost = [this] { socket.reset(); };
  lost_by(close_frame(1008, "DATA-0000"));
  EXPECT_FALSE(socket);
  EXPECT_EQ(seen.losses[0].close_reason, "DATA-0000");
}

TEST_F(Ending, LeavesNoFileOpen) {
  connect();
  socket.reset();
  loop.drain();
  seen = Recorder{};
  long before = open_files();
  for (int i = 0; i < 20; ++i) {
    connect();
    socket.reset();
    EXPECT_TRUE(until([&] { return raw.at_end(); }));
    seen = Recorder{};
  }
  loop.drain();
  EXPECT_EQ(open_files(), before);
}

}  // namespace
}  // namespace dg
