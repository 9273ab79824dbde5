// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/stream.h"

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/command.h"
#include "core/listen.h"
#include "support/quietlistener.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr auto kWatchdog = 8s;
constexpr AudioFormat kFormat{Encoding::Linear16, 1000, 1};  // a sample a millisecond

template <class T>
bool comes(std::future<T>& future) {
  return future.wait_for(kWatchdog) == std::future_status::ready;
}

// A promise that may be kept more than once.
class Signal {
 public:
  void set() {
    if (!set_.exchange(true)) promise_.set_value();
  }
  bool comes() { return dg::comes(future_); }
  bool is_set() const { return set_; }

 private:
  std::atomic<bool> set_ = false;
  std::promise<void> promise_;
  std::future<void> future_ = promise_.get_future();
};

// What the sockets of a test did; all on the network thread.
struct Seen {
  Signal dialed, written, gone;
  std::atomic<bool> elsewhere = false;  // anything was on another thread
  std::atomic<std::size_t> bytes = 0;
};

// Never gets anywhere, or opens at once and answers CloseStream.
class FakeSocket final : public WebSocket {
 public:
  FakeSocket(Seen& seen, bool answers) : seen_(seen), answers_(answers) { note_thread(); }
  ~FakeSocket() override {
    note_thread();
    seen_.gone.set();
  }

  void open(const Request&, Listener& listener) override {
    note_thread();
    listener_ = &listener;
    if (answers_) listener.on_open("request");
    seen_.dialed.set();
  }
  bool writable() override { return true; }
  Traffic traffic() override { return {}; }
  void send(std::span<const std::byte> audio) override {
    note_thread();
    seen_.bytes += audio.size();
    seen_.written.set();
  }
  void send(std::string_view text) override {
    if (text != close_stream_command()) return;
    listener_->on_text(R"({"type":"Metadata","duration":1,"channels":1})");
    Loss loss;
    loss.cause = Cause::Closed;
    loss.close_code = 1000;
    // The listener may destroy the socket in the call.
    listener_->on_lost(loss);
  }

 private:
  void note_thread() {
    if (!Worker::network().is_current()) seen_.elsewhere = true;
  }

  Seen& seen_;
  const bool answers_;
  Listener* listener_ = nullptr;
};

// Notes that it is called, and on which thread.
class Owner final : public testing::QuietListener {
 public:
  Target target() override {
    called();
    Target target;
    target.url = "ws://127.0.0.1:1/v1/listen";
    return target;
  }
  void on_connection(const ConnectionEvent& event) override {
    called();
    if (event.state == ConnectionState::Connecting) connecting.set();
  }
  void on_mark(std::unique_ptr<Parcel>) override {
    called();
    marked.set();
  }
  void on_stats(const SessionStats&) override {
    called();
    if (during_stats) during_stats();
  }

  Signal connecting, marked;
  std::atomic<int> calls = 0;
  std::atomic<bool> elsewhere = false;
  std::function<void()> during_stats;

 private:
  void called() {
    ++calls;
    if (!Worker::network().is_current()) elsewhere = true;
  }
};

Input audio(std::int64_t from, std::int64_t samples) {
  return Audio{{kFormat.duration_of(from), kFormat,
                std::vector<std::byte>(static_cast<std::size_t>(samples) * 2)}};
}

Input mark(Mark::Ask ask) {
  Mark out;
  out.ask = ask;
  out.parcel = std::make_unique<Parcel>();
  return out;
}

struct StreamTest : ::testing::Test {
  // All that was posted to the network thread before has been done.
  static bool network_done() {
    Signal signal;
    Worker::network().post([&] { signal.set(); });
    return signal.comes();
  }

  std::unique_ptr<Stream> begin(Owner& owner, bool answers) {
    return Stream::begin(
        {Options(kListenOptions), {}}, limits,
        [this, answers](const SocketLimits&) {
          return std::make_unique<FakeSocket>(seen, answers);
        },
        owner);
  }

  void TearDown() override {
    EXPECT_TRUE(network_done());  // nothing of it outlives the test
    EXPECT_FALSE(seen.elsewhere);
  }

  Limits limits{.max_rate = 0};
  Seen seen;
};

TEST_F(StreamTest, BeginsAndEndsAtOnce) {
  for (int i = 0; i < 100; ++i) {
    Owner owner;
    Stream::end(begin(owner, false));
    EXPECT_EQ(owner.calls, 0);
  }
  EXPECT_FALSE(seen.dialed.is_set());
}

TEST_F(StreamTest, EndsRightAfterAPush) {
  for (int i = 0; i < 100; ++i) {
    auto owner = std::make_unique<Owner>();
    auto stream = begin(*owner, i % 2 == 0);
    EXPECT_TRUE(stream->push(audio(0, 100), Stream::Room::Await));
    Stream::end(std::move(stream));
    owner.reset();  // a sanitizer tells if anything still touches it
  }
}

TEST_F(StreamTest, EndsWhileItConnects) {
  Owner owner;
  auto stream = begin(owner, false);
  EXPECT_TRUE(stream->push(audio(0, 100), Stream::Room::Await));
  ASSERT_TRUE(seen.dialed.comes());
  EXPECT_TRUE(owner.connecting.is_set());
  Stream::end(std::move(stream));
  EXPECT_TRUE(seen.gone.comes());  // on the network thread, and nobody waited
  EXPECT_FALSE(owner.elsewhere);
}

TEST_F(StreamTest, TellsWhatTheSessionTells) {
  Owner owner;
  auto stream = begin(owner, true);
  EXPECT_TRUE(stream->push(audio(0, 300), Stream::Room::Await));
  EXPECT_TRUE(stream->push(mark(Mark::Ask::End), Stream::Room::Await));
  ASSERT_TRUE(owner.marked.comes());
  EXPECT_EQ(seen.bytes, 600u);
  EXPECT_FALSE(owner.elsewhere);
  Stream::end(std::move(stream));
}

// Less than a frame is there: it goes out when its time has come, which no input tells.
TEST_F(StreamTest, WakesUpByItself) {
  Owner owner;
  auto stream = begin(owner, true);
  EXPECT_TRUE(stream->push(audio(0, 10), Stream::Room::Await));
  EXPECT_TRUE(seen.written.comes());
  Stream::end(std::move(stream));
}

TEST_F(StreamTest, CallsNobodyAfterItsEnd) {
  Owner owner;
  auto stream = begin(owner, true);
  for (std::int64_t i = 0; i < 50; ++i)
    EXPECT_TRUE(stream->push(audio(i * 100, 100), Stream::Room::Ignore));
  Stream::end(std::move(stream));
  int calls = owner.calls;
  ASSERT_TRUE(network_done());
  EXPECT_EQ(owner.calls, calls);
}

TEST_F(StreamTest, EndsFromWithinACall) {
  Owner owner;
  auto stream = begin(owner, false);
  Signal ended;
  owner.during_stats = [&] {
    if (stream) Stream::end(std::move(stream));
    ended.set();
  };
  // Only the network thread has the stream from here on.
  Worker::network().post([&] { EXPECT_TRUE(stream->push(audio(0, 100), Stream::Room::Ignore)); });
  EXPECT_TRUE(ended.comes());
  EXPECT_TRUE(seen.gone.comes());
}

// Pushes pieces of a second until one is refused; says when each begins. The backlog and the
// queue hold no more than a few.
struct Pusher {
  static constexpr std::int64_t kMost = 10;

  explicit Pusher(Stream& stream) {
    pushed = std::async(std::launch::async, [this, &stream] {
      std::int64_t count = 0;
      while (count < kMost && stream.push(audio(count * 1000, 1000), Stream::Room::Await)) {
        ++count;
        if (count == 3) third.set();
      }
      return count;
    });
  }

  Signal third;
  std::future<std::int64_t> pushed;
};

TEST_F(StreamTest, FreesAPushThatWaitsInAHurry) {
  limits.max_backlog = 2s;
  Owner owner;
  auto stream = begin(owner, false);
  {
    Pusher pusher(*stream);
    EXPECT_TRUE(pusher.third.comes());
    stream->hurry(true);
    ASSERT_TRUE(comes(pusher.pushed));
    EXPECT_LT(pusher.pushed.get(), Pusher::kMost);
  }
  EXPECT_FALSE(stream->await_room());
  EXPECT_FALSE(stream->push(audio(0, 1), Stream::Room::Await));
  EXPECT_TRUE(stream->push(mark(Mark::Ask::Nothing), Stream::Room::Ignore));  // it takes none
  stream->hurry(false);
  EXPECT_TRUE(stream->push(Flush{}, Stream::Room::Ignore));
  EXPECT_TRUE(stream->await_room());
  Stream::end(std::move(stream));
}

// A seek while the network is away: what was accepted before does not hold up what follows.
TEST_F(StreamTest, HasRoomAgainAfterAFlush) {
  limits.max_backlog = 2s;
  Owner owner;
  auto stream = begin(owner, false);
  for (int round = 0; round < 3; ++round) {
    Pusher pusher(*stream);
    EXPECT_TRUE(pusher.third.comes()) << round;
    stream->hurry(true);
    ASSERT_TRUE(comes(pusher.pushed));
    stream->hurry(false);
    EXPECT_TRUE(stream->push(Flush{}, Stream::Room::Ignore));
  }
  Stream::end(std::move(stream));
}

TEST_F(StreamTest, NeverWaitsWithoutBeingAskedTo) {
  limits.max_backlog = 1s;
  Owner owner;
  auto stream = begin(owner, false);
  for (std::int64_t i = 0; i < 100; ++i)
    EXPECT_TRUE(stream->push(audio(i * 1000, 1000), Stream::Room::Ignore));
  Stream::end(std::move(stream));
}

TEST_F(StreamTest, KeepsManyApart) {
  constexpr int kStreams = 50;
  std::vector<std::unique_ptr<Owner>> owners;
  std::vector<std::unique_ptr<Stream>> streams;
  for (int i = 0; i < kStreams; ++i) {
    owners.push_back(std::make_unique<Owner>());
    streams.push_back(begin(*owners.back(), true));
    EXPECT_TRUE(streams.back()->push(audio(0, 200), Stream::Room::Await));
  }
  for (auto& stream : streams) EXPECT_TRUE(stream->push(mark(Mark::Ask::End), Stream::Room::Await));
  for (auto& owner : owners) EXPECT_TRUE(owner->marked.comes());
  EXPECT_EQ(seen.bytes, kStreams * 400u);
  for (auto& stream : streams) Stream::end(std::move(stream));
}

}  // namespace
}  // namespace dg
