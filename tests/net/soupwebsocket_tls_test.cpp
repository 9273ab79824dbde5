// SPDX-License-Identifier: LGPL-2.1-or-later
#include <vector>

#include <gtest/gtest.h>

#include "net/certificates.h"
#include "net/rawserver.h"
#include "net/socketfixture.h"
#include "net/soupserver.h"

namespace dg {
namespace {

// Has the system trust an authority, in this process. The system's roots are read once.
class SystemAuthority : public testing::Environment {
 public:
  void SetUp() override {
    authority_ = std::make_unique<Authority>();
    g_setenv("SSL_CERT_FILE", authority_->file(), TRUE);
  }
  void TearDown() override { authority_.reset(); }
  const Authority& operator*() const { return *authority_; }

 private:
  std::unique_ptr<Authority> authority_;
};
auto& system_authority =
    *static_cast<SystemAuthority*>(testing::AddGlobalTestEnvironment(new SystemAuthority));

class Secure : public SocketTest {
 protected:
  Secure() : database(authority.database()) {}
  ~Secure() override {
    socket.reset();
    loop.drain();
    g_object_unref(database);
    g_clear_object(&certificate);
  }

  void serve(const std::string& name) {
    certificate = authority.issue(name);
    server = std::make_unique<TestServer>(certificate);
  }
  Loss refused(const SocketOptions& options) {
    open(server->url(), options);
    if (!until_lost()) return {};
    EXPECT_FALSE(seen.opened);
    return seen.losses[0];
  }

  Authority authority;
  GTlsDatabase* database;
  GTlsCertificate* certificate = nullptr;
  std::unique_ptr<TestServer> server;
};

TEST_F(Secure, TrustsTheGivenDatabase) {
  serve("IP:127.0.0.1");
  open(server->url(), {.tls_database = database});
  ASSERT_TRUE(until_open());
  EXPECT_TRUE(socket->writable());
  socket->send("hello");
  ASSERT_TRUE(until([&] { return !server->texts().empty(); }));
  server->send(std::string(kMebibyte, 'x'));
  ASSERT_TRUE(until([&] { return !seen.texts.empty(); }));
  EXPECT_EQ(seen.texts[0].size(), kMebibyte);
}

TEST_F(Secure, TrustsWhomTheSystemTrusts) {
  certificate = (*system_authority).issue("IP:127.0.0.1");
  server = std::make_unique<TestServer>(certificate);
  open(server->url());
  EXPECT_TRUE(until_open());
}

TEST_F(Secure, TrustsTheGivenDatabaseAlone) {
  certificate = (*system_authority).issue("IP:127.0.0.1");
  server = std::make_unique<TestServer>(certificate);
  EXPECT_EQ(refused({.tls_database = database}).cause, Cause::Certificate);
}

TEST_F(Secure, RefusesAnUnknownAuthority) {
  serve("IP:127.0.0.1");
  EXPECT_EQ(refused({}).cause, Cause::Certificate);
  EXPECT_EQ(server->peer(), nullptr);
}

TEST_F(Secure, RefusesACertificateForAnotherHost) {
  serve("DNS:example.com");
  EXPECT_EQ(refused({.tls_database = database}).cause, Cause::Certificate);
}

TEST_F(Secure, RefusesAServerWithoutTls) {
  RawServer raw;
  open("wss" + raw.url().substr(2), {.tls_database = database});
  ASSERT_TRUE(until([&] { return !raw.received().empty(); }));
  raw.write("HTTP/1.1 400 Bad Request\r\n\r\n");
  ASSERT_TRUE(until_lost());
  EXPECT_EQ(seen.losses[0].cause, Cause::Connect);
}

TEST_F(Secure, StopsWhenDestroyedInTheHandshake) {
  RawServer raw;
  open("wss" + raw.url().substr(2), {.tls_database = database});
  ASSERT_TRUE(until([&] { return !raw.received().empty(); }));
  socket.reset();
  EXPECT_TRUE(until([&] { return raw.at_end(); }));
  EXPECT_TRUE(seen.losses.empty());
}

TEST_F(Secure, TellsCodeAndReason) {
  serve("IP:127.0.0.1");
  open(server->url(), {.tls_database = database});
  ASSERT_TRUE(until_open());
  soup_websocket_connection_close(server->peer(), 1011, "NET-0001");
  ASSERT_TRUE(until_lost());
  EXPECT_EQ(seen.losses[0].close_code, 1011);
  EXPECT_EQ(seen.losses[0].close_reason, "NET-0001");
  EXPECT_TRUE(until([&] { return server->is_closed(); }));
}

// TLS says farewell before it closes, and waits as long as the peer does not read: a thread of
// GIO's would hang for each such socket.
TEST_F(Secure, EndsAtOnceWhenDestroyedWhileStalled) {
  certificate = authority.issue("IP:127.0.0.1");
  RawServer raw(certificate);
  raw.upgrade();
  open(raw.url(), {.tls_database = database});
  ASSERT_TRUE(until_open());
  raw.stop_reading();
  std::vector<std::byte> chunk(8192);
  std::size_t sent = 0;
  for (; sent < 64 * kMebibyte && socket->writable(); sent += chunk.size()) {
    socket->send(std::span<const std::byte>(chunk));
    loop.drain();
  }
  ASSERT_FALSE(socket->writable());
  for (int i = 0; i < 100; ++i) socket->send(std::span<const std::byte>(chunk));
  loop.drain();
  EXPECT_FALSE(raw.is_hung_up());
  socket.reset();
  EXPECT_TRUE(until([&] { return raw.is_hung_up(); }));
}

}  // namespace
}  // namespace dg
