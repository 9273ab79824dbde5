// SPDX-License-Identifier: LGPL-2.1-or-later
// The ways to a server: proxies, TLS with one's own authority, certificates of the client.
#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "net/cardholder.h"
#include "net/certificates.h"
#include "net/loop.h"
#include "net/rawserver.h"
#include "support/bench.h"
#include "support/recording.h"
#include "support/variable.h"

namespace dg {

template <>
struct Unref<GTlsInteraction> {
  void operator()(GTlsInteraction* p) const { g_object_unref(p); }
};

namespace {

using namespace std::chrono_literals;

// Known to nobody: only a proxy can lead there.
constexpr char kElsewhere[] = "ws://captions.example/v1/listen";

// ":40123"
std::string port_of(Bench& bench) {
  std::string url = bench.server().url();
  auto begin = url.rfind(':');
  return url.substr(begin, url.find('/', begin) - begin);
}

// The server is no proxy, but answers what a proxy is asked for without TLS.
std::string proxy_of(Bench& bench) {
  return "http://127.0.0.1" + port_of(bench);
}

// Not loopback by its name, and this machine all the same.
std::string url_by_another_name(Bench& bench) {
  return "ws://0.0.0.0" + port_of(bench) + "/v1/listen";
}

void expect_words(Bench& bench) {
  bench.play();
  bench.feed().tones(0s, 5s);
  ASSERT_TRUE(bench.finish());
  EXPECT_TRUE(same_words(bench.words(), words_between(0s, 5s)));
}

// What the element gives up with.
std::string error_of(Bench& bench) {
  bench.play();
  bench.feed().tones(0s, 1s);
  EXPECT_TRUE(bench.finish());
  auto errors = bench.pipeline().messages(GST_MESSAGE_ERROR);
  if (errors.size() != 1) return std::to_string(errors.size()) + " errors";
  GError* error = nullptr;
  gst_message_parse_error(errors[0].get(), &error, nullptr);
  return Ptr<GError>(error)->message;
}

// --- proxies

TEST(TranscribeProxy, IsThatOfTheProperty) {
  Variable other("http_proxy", "ftp://nowhere");
  Bench bench;
  bench.pipeline().set("url", kElsewhere);
  bench.pipeline().set("proxy", proxy_of(bench));
  expect_words(bench);
}

TEST(TranscribeProxy, IsThatOfTheEnvironment) {
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"}) {
    Bench bench;
    bench.pipeline().set("url", kElsewhere);
    Variable proxy(name, proxy_of(bench).c_str());
    expect_words(bench);
  }
}

// The error shows which one was read.
TEST(TranscribeProxy, IsThatOfTheEnvironmentForTls) {
  for (auto [name, told] :
       {std::pair{"https_proxy", "https_proxy"}, std::pair{"HTTPS_PROXY", "https_proxy"},
        std::pair{"all_proxy", "all_proxy"}, std::pair{"ALL_PROXY", "all_proxy"}}) {
    Variable proxy(name, "ftp://nowhere");
    Bench bench({.properties = {{"url", "wss://captions.example/v1/listen"}}});
    EXPECT_EQ(error_of(bench), "Correct the settings: " + std::string(told) +
                                   " must begin with http://, https://, socks4:// or socks5://");
  }
}

// A program that answers web requests has it in its environment, from a header.
TEST(TranscribeProxy, IsNotThatOfAHeader) {
  Variable header("HTTP_PROXY", "ftp://nowhere");
  Bench bench;
  bench.pipeline().set("url", url_by_another_name(bench));
  expect_words(bench);
}

TEST(TranscribeProxy, HasExceptions) {
  Variable proxy("http_proxy", "http://127.0.0.1:1");
  for (const char* name : {"no_proxy", "NO_PROXY"}) {
    Variable except(name, "example.com,0.0.0.0");
    Bench bench;
    bench.pipeline().set("url", url_by_another_name(bench));
    expect_words(bench);
  }
}

// The key may go there in the clear.
TEST(TranscribeProxy, IsNotAskedForLoopback) {
  Bench bench({.properties = {{"proxy", "http://127.0.0.1:1"}, {"api-key", "k"}}});
  expect_words(bench);
}

TEST(TranscribeProxy, ReadsBackWithoutItsPassword) {
  Bench bench({.properties = {{"proxy", "http://me:hush@proxy:3128"}}});
  char* read = nullptr;
  g_object_get(bench.element(), "proxy", &read, nullptr);
  EXPECT_STREQ(read, "http://me@proxy:3128");
  g_free(read);
}

// --- TLS

Ptr<GTlsDatabase> database_of(const ScratchFolder& folder, const std::string& authority) {
  std::string path = folder.path() / "authority.pem";
  g_file_set_contents(path.c_str(), authority.data(), static_cast<gssize>(authority.size()),
                      nullptr);
  return Ptr<GTlsDatabase>(g_tls_file_database_new(path.c_str(), nullptr));
}

TEST(TranscribeTls, TrustsTheGivenAuthority) {
  ScratchFolder folder;
  Bench bench({.server = {.tls = true}});
  Ptr<GTlsDatabase> database = database_of(folder, bench.server().authority());
  g_object_set(bench.element(), "tls-database", database.get(), nullptr);
  expect_words(bench);
  GTlsDatabase* read = nullptr;
  g_object_get(bench.element(), "tls-database", &read, nullptr);
  EXPECT_EQ(read, database.get());
  g_object_unref(read);
}

TEST(TranscribeTls, RefusesAnUnknownAuthority) {
  Bench bench({.server = {.tls = true}});
  EXPECT_EQ(error_of(bench),
            "The server's certificate is of an authority that is not trusted here. If it is yours, "
            "name its file in SSL_CERT_FILE, or set the tls-database property: its authority is "
            "unknown");
  EXPECT_TRUE(bench.server().requests().empty());
}

TEST(TranscribeTls, RefusesACertificateForAnotherHost) {
  ScratchFolder folder;
  Bench bench({.server = {.tls = true, .tls_names = {"example.com"}}});
  Ptr<GTlsDatabase> database = database_of(folder, bench.server().authority());
  g_object_set(bench.element(), "tls-database", database.get(), nullptr);
  EXPECT_EQ(error_of(bench),
            "The server's certificate is for another host. Check the url property: it is for "
            "another host");
}

// A server that wants a certificate of its clients, on a thread of its own.
class DistrustfulServer {
 public:
  explicit DistrustfulServer(const Authority& authority)
      : thread_([this, &authority] { serve(authority); }), url_(served_.get_future().get()) {}
  ~DistrustfulServer() {
    ended_ = true;
    g_main_context_wakeup(context_);
    thread_.join();
  }
  DistrustfulServer(const DistrustfulServer&) = delete;
  DistrustfulServer& operator=(const DistrustfulServer&) = delete;

  const std::string& url() const { return url_; }

 private:
  void serve(const Authority& authority) {
    Loop loop;
    context_ = loop.context();
    GTlsCertificate* certificate = authority.issue("IP:127.0.0.1");
    Ptr<GTlsDatabase> trusted(authority.database());
    {
      RawServer server(certificate);
      server.want_certificate(trusted.get());
      server.upgrade();
      served_.set_value(server.url());
      while (!ended_) g_main_context_iteration(context_, TRUE);
    }
    g_object_unref(certificate);
  }

  std::atomic<bool> ended_ = false;
  std::promise<std::string> served_;
  GMainContext* context_ = nullptr;
  std::thread thread_;
  const std::string url_;
};

class TranscribeCard : public testing::Test {
 protected:
  Bench::Setup setup() const { return {.serves = false, .properties = {{"url", server.url()}}}; }

  Authority authority;
  DistrustfulServer server{authority};
  Ptr<GTlsDatabase> database{authority.database()};
};

TEST_F(TranscribeCard, IsShownToAServerThatWantsOne) {
  GTlsCertificate* ours =
      authority.root().issue({.alternatives = "", .purpose = "clientAuth"}).certificate();
  Ptr<GTlsInteraction> holder(card_holder(ours));
  g_object_unref(ours);
  Bench bench(setup());
  g_object_set(bench.element(), "tls-database", database.get(), "tls-interaction", holder.get(),
               nullptr);
  bench.play();
  bench.feed().tones(0s, 1s);
  EXPECT_TRUE(bench.pipeline().wait_for_state("connected"));
}

TEST_F(TranscribeCard, IsMissed) {
  Bench bench(setup());
  g_object_set(bench.element(), "tls-database", database.get(), nullptr);
  EXPECT_TRUE(
      error_of(bench).starts_with("The server wants a certificate of this client. Set the "
                                  "tls-interaction property"));
}

}  // namespace
}  // namespace dg
