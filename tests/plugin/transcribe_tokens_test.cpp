// SPDX-License-Identifier: LGPL-2.1-or-later
// Access tokens as the service grants them: they work, expire, and are replaced without a loss.
#include <algorithm>
#include <atomic>

#include <gtest/gtest.h>

#include "support/bench.h"
#include "support/request.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

class TranscribeTokens : public testing::Test {
 protected:
  // A server with a key that nobody but us knows, in which time goes on when the test says so.
  server::ServerOptions options() {
    server::ServerOptions options;
    options.api_keys = {"sesame"};
    options.clock = [this] { return now_.load(); };
    return options;
  }

  // Good for half a minute from now on.
  static void renew(Bench& bench) {
    bench.pipeline().set("access-token", granted_token(bench.server().url(), "sesame"));
  }

  static std::size_t refused(const std::vector<server::Seen>& requests) {
    return static_cast<std::size_t>(std::count_if(requests.begin(), requests.end(),
                                                  [](const auto& it) { return it.status == 401; }));
  }

  std::atomic<std::int64_t> now_ = 1'800'000'000;
};

TEST_F(TranscribeTokens, OpenAConnection) {
  Bench bench({.server = options()});
  renew(bench);
  bench.play();
  bench.feed().tones(0s, 5s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 5s)));
}

TEST_F(TranscribeTokens, AreRefusedWhenTheyHaveExpired) {
  Bench bench({.server = options()});
  renew(bench);
  now_ += 30;
  bench.play();
  bench.feed().tones(0s, 5s);
  ASSERT_TRUE(bench.pipeline().wait_for(GST_MESSAGE_ERROR));
  auto errors = bench.pipeline().messages(GST_MESSAGE_ERROR);
  GError* raw = nullptr;
  gst_message_parse_error(errors[0].get(), &raw, nullptr);
  Ptr<GError> error(raw);
  EXPECT_TRUE(g_error_matches(error.get(), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED));
  const GstStructure* details = nullptr;
  gst_message_parse_error_details(errors[0].get(), &details);
  EXPECT_EQ(uint_field(details, "http-status-code"), 401u);
  EXPECT_EQ(text_field(details, "dg-error"), "Invalid credentials.");
}

// The connection is lost when its token has long expired: the next dial waits for another one.
TEST_F(TranscribeTokens, AreReplacedWithoutALoss) {
  auto server = options();
  server.faults = {"drop-after=3"};
  server.faulty_connections = 1;
  Bench bench({.server = server});
  renew(bench);
  bench.play();
  bench.feed().tones(0s, 1s);
  ASSERT_TRUE(bench.pipeline().wait_for_state("connected"));
  now_ += 3600;
  bench.feed().tones(1s, 10s);
  ASSERT_TRUE(bench.server().wait([](const auto& requests) { return refused(requests) == 1; }));
  renew(bench);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 10s)));
  EXPECT_EQ(refused(bench.server().requests()), 1u);
}

}  // namespace
}  // namespace dg
