// SPDX-License-Identifier: LGPL-2.1-or-later
// The path to the service is lost, and neither side is told: packets go nowhere. It runs in a
// network namespace of its own, of which the loopback is the path.
#include <cerrno>
#include <cstring>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "support/bench.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

// Opens what was shut, as it is in a namespace that is new, and shuts nothing else: the loopback of
// the machine is nobody's to shut.
class Path {
 public:
  Path() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    std::strcpy(request_.ifr_name, "lo");
    ours_ = ask(SIOCGIFFLAGS) && !(request_.ifr_flags & IFF_UP);
  }
  ~Path() {
    shut();
    ::close(socket_);
  }
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;

  bool is_ours() const { return ours_; }
  void open() { set(request_.ifr_flags | IFF_UP); }
  void shut() { set(request_.ifr_flags & ~IFF_UP); }

 private:
  bool ask(unsigned long what) { return ioctl(socket_, what, &request_) == 0; }
  void set(int flags) {
    if (!ours_) return;
    request_.ifr_flags = static_cast<short>(flags);
    EXPECT_TRUE(ask(SIOCSIFFLAGS)) << std::strerror(errno);
  }

  const int socket_;
  ifreq request_{};
  bool ours_ = false;
};

class TranscribePath : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(path_.is_ours()) << "to be run with: unshare --map-root-user --net";
    path_.open();
    bench_.emplace(Bench::Setup{.properties = {{"reconnect-timeout", "0"}}});
    bench_->play();
    bench_->feed().tones(0s, 20s);
    ASSERT_TRUE(bench_->wait_for_words(20));
    path_.shut();
    bench_->feed().tones(20s, 40s);
  }

  void expect_all_words() {
    path_.open();
    bench_->feed().tones(40s, 60s);
    ASSERT_TRUE(bench_->finish());
    EXPECT_TRUE(same_words(bench_->words(), words_between(0s, 60s)));
    EXPECT_TRUE(bench_->pipeline().messages(GST_MESSAGE_ERROR).empty());
  }

  Path path_;
  std::optional<Bench> bench_;
};

TEST_F(TranscribePath, MayBeLostUntilItIsNoticed) {
  ASSERT_TRUE(bench_->pipeline().wait_for_state("backing-off"));
  expect_all_words();
  EXPECT_GT(bench_->server().requests().size(), 1u);
}

// TCP makes that good.
TEST_F(TranscribePath, MayBeLostForAMoment) {
  expect_all_words();
  EXPECT_EQ(bench_->server().requests().size(), 1u);
}

}  // namespace
}  // namespace dg
