// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "net/loop.h"
#include "net/recorder.h"
#include "net/soupwebsocket.h"

namespace dg {

inline constexpr std::size_t kMebibyte = 1024 * 1024;

// A socket under test on a loop of its own. After each test no file is open that was not before:
// a socket that is destroyed takes everything with it.
class SocketTest : public testing::Test {
 protected:
  static long open_files() {
    std::filesystem::directory_iterator files("/proc/self/fd");
    return std::distance(begin(files), end(files));
  }

  void open(const std::string& url) { open(Request{url, {}}); }
  void open(const Request& request, const SocketLimits& limits = {}) {
    socket = std::make_unique<SoupWebSocket>(limits);
    socket->open(request, seen);
  }
  [[nodiscard]] bool until(const std::function<bool()>& done) { return loop.run_until(done); }
  [[nodiscard]] bool until_open() {
    return until([this] { return seen.opened; });
  }
  [[nodiscard]] bool until_lost() {
    bool lost = until([this] { return !seen.losses.empty(); });
    loop.drain();
    EXPECT_EQ(seen.losses.size(), 1u);
    return lost && seen.losses.size() == 1;
  }

  Loop loop;
  Recorder seen;
  std::unique_ptr<SoupWebSocket> socket;
};

}  // namespace dg
