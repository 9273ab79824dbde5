// SPDX-License-Identifier: LGPL-2.1-or-later
#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "net/rawserver.h"
#include "net/socketfixture.h"
#include "net/soupserver.h"

namespace dg {
namespace {

using Connected = SocketTest;

TEST_F(Connected, ExchangesTextAndAudio) {
  TestServer server;
  open(server.url());
  ASSERT_TRUE(until_open());
  EXPECT_TRUE(socket->writable());
  std::array<std::byte, 640> audio{};
  socket->send(std::span<const std::byte>(audio));
  socket->send("{\"type\":\"KeepAlive\"}");
  socket->send("ü");
  ASSERT_TRUE(until([&] { return server.texts().size() == 2; }));
  EXPECT_EQ(server.texts()[0], "{\"type\":\"KeepAlive\"}");
  EXPECT_EQ(server.texts()[1], "ü");
  EXPECT_EQ(server.bytes(), 640u);
  server.send("one");
  server.send("");
  server.send("two");
  ASSERT_TRUE(until([&] { return seen.texts.size() == 3; }));
  EXPECT_EQ(seen.texts[0], "one");
  EXPECT_EQ(seen.texts[1], "");
  EXPECT_EQ(seen.texts[2], "two");
}

TEST_F(Connected, TakesLongMessages) {
  TestServer server;
  open(server.url());
  ASSERT_TRUE(until_open());
  std::string longest(4 * kMebibyte, 'x');
  server.send(longest);
  ASSERT_TRUE(until([&] { return !seen.texts.empty(); }));
  EXPECT_EQ(seen.texts[0], longest);
  socket->send(longest);
  EXPECT_TRUE(until([&] { return !server.texts().empty(); }));
}

TEST_F(Connected, EndsOnAMessageThatIsTooLong) {
  TestServer server;
  open(server.url());
  ASSERT_TRUE(until_open());
  server.send(std::string(4 * kMebibyte + 1, 'x'));
  ASSERT_TRUE(until_lost());
  EXPECT_EQ(seen.losses[0].cause, Cause::Lost);
  EXPECT_NE(seen.losses[0].text.find("larger"), std::string::npos);
  EXPECT_TRUE(seen.texts.empty());
}

TEST_F(Connected, IgnoresBinaryMessages) {
  TestServer server;
  open(server.url());
  ASSERT_TRUE(until_open());
  server.send_binary("x");
  server.send("text");
  ASSERT_TRUE(until([&] { return !seen.texts.empty(); }));
  EXPECT_EQ(seen.texts, std::vector<std::string>{"text"});
}

TEST_F(Connected, TakesWhatComesWithTheUpgrade) {
  RawServer raw;
  raw.upgrade("dg-request-id: 1\r\n");
  open(raw.url());
  ASSERT_TRUE(until_open());
  raw.write(frame(1, "a") + frame(9, "ping") + frame(1, "b"));
  ASSERT_TRUE(until([&] { return seen.texts.size() == 2; }));
  // A masked pong.
  EXPECT_TRUE(until([&] { return !raw.received().empty(); }));
  EXPECT_EQ(raw.received()[0], '\x8A');
}

TEST_F(Connected, EndsOnTextThatIsNoUtf8) {
  RawServer raw;
  raw.upgrade();
  open(raw.url());
  ASSERT_TRUE(until_open());
  raw.write(frame(1, "\xFF"));
  ASSERT_TRUE(until_lost());
  EXPECT_EQ(seen.losses[0].cause, Cause::Lost);
  EXPECT_TRUE(seen.texts.empty());
}

TEST_F(Connected, PingsByItself) {
  TestServer server;
  open({server.url(), {}}, {.ping_interval = std::chrono::seconds(1)});
  ASSERT_TRUE(until_open());
  EXPECT_TRUE(until([&] { return seen.pongs >= 2; }));
  EXPECT_TRUE(seen.losses.empty());
}

TEST_F(Connected, TellsWhatWasAcknowledged) {
  TestServer server;
  open(server.url());
  ASSERT_TRUE(until_open());
  Traffic before = socket->traffic();
  socket->send(std::string(1000, 'x'));
  ASSERT_TRUE(until([&] { return !server.texts().empty(); }));
  server.send("heard");
  ASSERT_TRUE(until([&] { return !seen.texts.empty(); }));
  EXPECT_EQ(socket->traffic().waiting, 0);
  EXPECT_GE(socket->traffic().acknowledged, before.acknowledged + 1000);
}

TEST_F(Connected, TakesNothingBeforeItIsOpen) {
  RawServer raw;
  open(raw.url());
  EXPECT_FALSE(socket->writable());
  socket->send("early");
  ASSERT_TRUE(until([&] { return raw.received().ends_with("\r\n\r\n"); }));
  loop.drain();
  EXPECT_EQ(seen.writable, 0);
}

// libsoup closes the socket a while before it says so.
TEST_F(Connected, TakesNothingBehindTheEndOfTheStream) {
  RawServer raw;
  raw.upgrade();
  open(raw.url());
  ASSERT_TRUE(until_open());
  raw.end();
  ASSERT_TRUE(until([&] {
    if (socket->writable()) socket->send("late");
    return !seen.losses.empty();
  }));
  EXPECT_FALSE(socket->writable());
  EXPECT_EQ(seen.losses[0].cause, Cause::Lost);
}

// What the service has not read must lie in our queue, not in the kernel's or libsoup's.
class Stalled : public SocketTest {
 protected:
  static constexpr std::size_t kMost = 64 * kMebibyte;

  void connect() {
    raw.upgrade();
    open(raw.url());
    ASSERT_TRUE(until_open());
    raw.stop_reading();
  }
  // How much goes out before the socket takes no more.
  std::size_t fill() {
    std::vector<std::byte> chunk(8192);
    std::size_t sent = 0;
    for (; sent < kMost && socket->writable(); sent += chunk.size()) {
      socket->send(std::span<const std::byte>(chunk));
      loop.drain();
    }
    return sent;
  }

  RawServer raw;
};

TEST_F(Stalled, TakesLittleAndGoesOnWhenReadAgain) {
  connect();
  std::size_t sent = fill();
  // The peer's receive buffer, at most 6 MB on Linux, is not ours to bound.
  EXPECT_LT(sent, 16 * kMebibyte);
  EXPECT_FALSE(socket->writable());
  EXPECT_EQ(seen.writable, 0);
  EXPECT_GT(socket->traffic().waiting, 0);
  Traffic stuck = socket->traffic();
  EXPECT_LE(stuck.acknowledged + static_cast<std::uint64_t>(stuck.waiting), sent + sent / 100);
  raw.read();
  ASSERT_TRUE(until([&] { return seen.writable > 0; }));
  EXPECT_GT(socket->traffic().acknowledged, stuck.acknowledged);
  EXPECT_TRUE(socket->writable());
  EXPECT_EQ(seen.writable, 1);
  EXPECT_TRUE(until([&] { return raw.received().size() >= sent; }));
}

TEST_F(Stalled, EndsAtOnceWhenDestroyed) {
  connect();
  ASSERT_LT(fill(), kMost);
  long before = open_files();
  EXPECT_FALSE(raw.is_hung_up());
  socket.reset();
  EXPECT_TRUE(raw.is_hung_up());
  loop.drain();
  EXPECT_EQ(open_files(), before - 1);
}

TEST_F(Stalled, MayEndWhenItIsReadAgain) {
  connect();
  ASSERT_LT(fill(), kMost);
  seen.at_writable = [this] { socket.reset(); };
  raw.read();
  ASSERT_TRUE(until([&] { return seen.writable > 0; }));
  EXPECT_TRUE(until([&] { return raw.at_end(); }));
  EXPECT_TRUE(seen.losses.empty());
}

}  // namespace
}  // namespace dg
