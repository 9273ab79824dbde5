// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/link.h"

#include <atomic>
#include <functional>
#include <future>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/quietlistener.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr auto kWatchdog = 8s;

// Counts its calls, and does in each what the test wants.
class CountingListener final : public testing::QuietListener {
 public:
  Target target() override {
    Target target;
    target.api_key = "key";
    called();
    return target;
  }
  std::optional<Query> query() override {
    called();
    return std::nullopt;
  }
  bool awaits_text() override {
    called();
    return true;
  }
  void on_revision(const Revision&) override { called(); }
  void on_settled(Nanos) override { called(); }
  void on_awaited(Nanos) override { called(); }
  void on_mark(std::unique_ptr<Parcel> parcel) override {
    marks += parcel != nullptr;
    called();
  }
  void on_flush(std::vector<std::unique_ptr<Parcel>> parcels) override {
    marks += static_cast<int>(parcels.size());
    called();
  }
  void on_results(const Results&, unsigned, bool) override { called(); }
  void on_promoted(const Revision&, unsigned) override { called(); }
  void on_metadata(const Metadata&) override { called(); }
  void on_speech_started(const SpeechStarted&, std::optional<Nanos>) override { called(); }
  void on_utterance_end(const UtteranceEnd&, std::optional<Nanos>) override { called(); }
  void on_raw(std::string_view, const Unknown*) override { called(); }
  void on_malformed(const Error&, std::string_view) override { called(); }
  void on_service_error(const ServiceError&) override { called(); }
  void on_connection(const ConnectionEvent&) override { called(); }
  void on_dropped(Nanos, Nanos, const char*) override { called(); }
  void on_warning(const Loss&) override { called(); }
  void on_change_refused(const Loss&) override { called(); }
  void on_stall() override { called(); }
  void on_failed(const Loss&) override { called(); }
  void on_stats(const SessionStats&) override { called(); }

  std::atomic<int> calls = 0;
  int marks = 0;
  std::function<void()> during = [] {};

 private:
  void called() {
    ++calls;
    during();
  }
};

// Every call that a session can make.
int call_all(Link& link) {
  std::vector<std::unique_ptr<Parcel>> parcels(2);
  link.target();
  link.query();
  link.on_change_refused({});
  link.on_revision({});
  link.awaits_text();
  link.on_settled(1s);
  link.on_awaited(1s);
  link.on_mark(std::make_unique<Parcel>());
  link.on_flush(std::move(parcels));
  link.on_results({}, 1, false);
  link.on_promoted({}, 1);
  link.on_metadata({});
  link.on_speech_started({}, 1s);
  link.on_utterance_end({}, 1s);
  link.on_raw("{}", nullptr);
  link.on_malformed({}, "{");
  link.on_service_error({});
  link.on_connection({});
  link.on_dropped(0s, 1s, "reason");
  link.on_warning({});
  link.on_stall();
  link.on_failed({});
  link.on_stats({});
  return 23;
}

TEST(Link, PassesEveryCallOn) {
  CountingListener owner;
  Link link(owner);
  int made = call_all(link);
  EXPECT_EQ(owner.calls, made);
  EXPECT_EQ(owner.marks, 3);
  EXPECT_EQ(link.target().api_key, "key");
}

TEST(Link, PassesNoneOnOnceItIsCut) {
  CountingListener owner;
  Link link(owner);
  link.cut();
  call_all(link);
  EXPECT_EQ(owner.calls, 0);
  EXPECT_EQ(owner.marks, 0);
  EXPECT_EQ(link.target().api_key, "");  // there is nobody to dial for
  link.cut();
}

TEST(Link, IsCutFromWithinACall) {
  CountingListener owner;
  Link link(owner);
  owner.during = [&] { link.cut(); };
  link.on_settled(1s);
  link.on_settled(2s);
  EXPECT_EQ(owner.calls, 1);
}

// A call on the network thread that lasts until the test lets go of it.
class CallUnderWay {
 public:
  CallUnderWay(CountingListener& owner, Link& link) {
    owner.during = [this, go_on = go_on_.get_future().share()] {
      entered_.set_value();
      go_on.wait_for(kWatchdog);
      over_ = true;
    };
    network_ = std::thread([&link] { link.on_settled(1s); });
    entered_.get_future().wait_for(kWatchdog);
  }
  ~CallUnderWay() { network_.join(); }
  CallUnderWay(const CallUnderWay&) = delete;
  CallUnderWay& operator=(const CallUnderWay&) = delete;

  void let_go() { go_on_.set_value(); }
  bool over() const { return over_; }

 private:
  std::promise<void> entered_, go_on_;
  std::atomic<bool> over_ = false;
  std::thread network_;
};

// The mutex is not held in a call, so cuts get far enough to wait for it.
TEST(Link, WaitsForTheCallThatIsUnderWay) {
  constexpr int kCuts = 2;
  CountingListener owner;
  Link link(owner);
  CallUnderWay call(owner, link);
  std::vector<std::promise<void>> cutting(kCuts);
  std::vector<std::future<bool>> over;
  over.reserve(kCuts);
  for (std::promise<void>& begins : cutting)
    over.push_back(std::async(std::launch::async, [&] {
      begins.set_value();
      link.cut();
      return call.over();
    }));
  for (std::promise<void>& begins : cutting)
    EXPECT_EQ(begins.get_future().wait_for(kWatchdog), std::future_status::ready);
  call.let_go();
  for (std::future<bool>& each : over) {
    EXPECT_EQ(each.wait_for(kWatchdog), std::future_status::ready);
    EXPECT_TRUE(each.get());
  }
  link.on_settled(2s);
  EXPECT_EQ(owner.calls, 1);
}

// The owner may go as soon as cut() returns: a sanitizer tells if anything still touches it.
TEST(Link, TouchesNoOwnerAfterwards) {
  for (int i = 0; i < 200; ++i) {
    auto owner = std::make_unique<CountingListener>();
    Link link(*owner);
    std::promise<void> started;
    std::atomic<bool> done = false;
    std::thread network([&] {
      started.set_value();
      while (!done) call_all(link);
    });
    started.get_future().wait();
    link.cut();
    int calls = owner->calls;
    call_all(link);
    EXPECT_EQ(owner->calls, calls);
    owner.reset();
    done = true;
    network.join();
  }
}

}  // namespace
}  // namespace dg
