// SPDX-License-Identifier: LGPL-2.1-or-later
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "net/cardholder.h"
#include "net/certificates.h"
#include "net/rawserver.h"
#include "net/socketfixture.h"
#include "net/soupserver.h"
#include "net/tls.h"

namespace dg {
namespace {

// Has the system trust an authority, in this process. The system's roots are read once.
class SystemAuthority : public testing::Environment {
 public:
  void SetUp() override {
    authority_ = std::make_unique<Authority>("the system's");
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
  Secure() {
    GTlsDatabase* made = authority.database();
    database = shared(made);
    g_object_unref(made);
  }
  ~Secure() override {
    socket.reset();
    loop.drain();
    g_clear_object(&certificate);
  }

  void serve(const Credential& credential) {
    g_clear_object(&certificate);
    certificate = credential.certificate();
    server = std::make_unique<TestServer>(certificate);
  }
  void serve(const std::string& name, const Authority& by) {
    serve(by.root().issue({.alternatives = name}));
  }
  void serve(const std::string& name) { serve(name, authority); }
  // What it trusts: null for the system's.
  void dial(const std::string& url, std::shared_ptr<GTlsDatabase> trusted) {
    Request request{url, {}};
    request.tls = std::make_shared<Tls>(Tls{std::move(trusted), nullptr});
    open(request);
  }
  Loss refused(std::shared_ptr<GTlsDatabase> trusted) {
    dial(server->url(), std::move(trusted));
    if (!until_lost()) return {};
    EXPECT_FALSE(seen.opened);
    return seen.losses[0];
  }

  Authority authority;
  std::shared_ptr<GTlsDatabase> database;
  GTlsCertificate* certificate = nullptr;
  std::unique_ptr<TestServer> server;
};

TEST_F(Secure, TrustsTheGivenDatabase) {
  serve("IP:127.0.0.1");
  dial(server->url(), database);
  ASSERT_TRUE(until_open());
  EXPECT_TRUE(socket->writable());
  socket->send("hello");
  ASSERT_TRUE(until([&] { return !server->texts().empty(); }));
  server->send(std::string(kMebibyte, 'x'));
  ASSERT_TRUE(until([&] { return !seen.texts.empty(); }));
  EXPECT_EQ(seen.texts[0].size(), kMebibyte);
}

TEST_F(Secure, TrustsWhomTheSystemTrusts) {
  serve("IP:127.0.0.1", *system_authority);
  open(server->url());
  EXPECT_TRUE(until_open());
}

TEST_F(Secure, TrustsTheGivenDatabaseAlone) {
  serve("IP:127.0.0.1", *system_authority);
  EXPECT_EQ(refused(database).cause, Cause::Certificate);
}

TEST_F(Secure, RefusesAnUnknownAuthority) {
  serve("IP:127.0.0.1");
  Loss loss = refused(nullptr);
  EXPECT_EQ(loss.cause, Cause::Certificate);
  EXPECT_EQ(loss.distrust, Distrust::UnknownAuthority);
  EXPECT_EQ(loss.text, "its authority is unknown");
  EXPECT_EQ(server->peer(), nullptr);
}

// Of whom the system trusts, so that it is our trust store that refuses them.
TEST_F(Secure, SaysWhatIsWrongWithACertificate) {
  constexpr long kDay = 86400;
  struct Row {
    CertificateWords words;
    Distrust distrust;
    const char* text;
  };
  for (const Row& row : {
           Row{{.alternatives = "DNS:example.com"}, Distrust::OtherHost, "it is for another host"},
           Row{{.alternatives = "IP:127.0.0.1", .from = -2 * kDay, .until = -kDay},
               Distrust::Expired,
               "it has expired"},
           Row{{.alternatives = "IP:127.0.0.1", .from = kDay, .until = 2 * kDay},
               Distrust::NotYetValid,
               "it is not valid yet"},
           Row{{.alternatives = "IP:127.0.0.1", .key = CertificateWords::Key::Rsa1024},
               Distrust::Weak,
               "its key or signature is weak"},
           Row{{.alternatives = "IP:127.0.0.1", .purpose = "clientAuth"},
               Distrust::Unsuitable,
               "it is none for a server, or forged"},
           Row{{.alternatives = "DNS:example.com", .from = -2 * kDay, .until = -kDay},
               Distrust::OtherHost,
               "it is for another host, it has expired"},
       }) {
    seen = Recorder{};
    serve((*system_authority).root().issue(row.words));
    Loss loss = refused(nullptr);
    EXPECT_EQ(loss.cause, Cause::Certificate);
    EXPECT_EQ(loss.distrust, row.distrust) << row.text;
    EXPECT_EQ(loss.text, row.text);
  }
}

// A server that wants to know who we are.
class Mutual : public Secure {
 protected:
  Mutual() {
    certificate = authority.issue("IP:127.0.0.1");
    distrustful = std::make_unique<RawServer>(certificate);
    distrustful->want_certificate(database.get());
    distrustful->upgrade();
  }
  void dial_with(const Credential* card) {
    Request request{distrustful->url(), {}};
    auto tls = std::make_shared<Tls>(Tls{database, nullptr});
    if (card) {
      GTlsCertificate* held = card->certificate();
      GTlsInteraction* holder = card_holder(held);
      tls->interaction = shared(holder);
      g_object_unref(holder);
      g_object_unref(held);
    }
    request.tls = tls;
    open(request);
  }

  const CertificateWords words{.name = "us", .alternatives = "", .purpose = "clientAuth"};
  std::unique_ptr<RawServer> distrustful;
};

TEST_F(Mutual, ShowsTheGivenCertificate) {
  Credential ours = authority.root().issue(words);
  dial_with(&ours);
  ASSERT_TRUE(until_open());
  socket->send("hello");
  EXPECT_TRUE(until([&] { return !distrustful->received().empty(); }));
}

TEST_F(Mutual, SaysThatACertificateIsWanted) {
  dial_with(nullptr);
  ASSERT_TRUE(until_lost());
  EXPECT_EQ(seen.losses[0].cause, Cause::Certificate);
  EXPECT_EQ(seen.losses[0].distrust, Distrust::OursWanted);
  EXPECT_TRUE(distrustful->request().empty());
}

TEST_F(Mutual, IsRefusedWithACertificateOfSomebodyElse) {
  Credential strange(words);
  dial_with(&strange);
  ASSERT_TRUE(until_lost());
  EXPECT_FALSE(seen.opened);
  EXPECT_NE(seen.losses[0].distrust, Distrust::OursWanted);
  EXPECT_TRUE(distrustful->request().empty());
}

TEST_F(Secure, RefusesAServerWithoutTls) {
  RawServer raw;
  dial("wss" + raw.url().substr(2), database);
  ASSERT_TRUE(until([&] { return !raw.received().empty(); }));
  raw.write("HTTP/1.1 400 Bad Request\r\n\r\n");
  ASSERT_TRUE(until_lost());
  EXPECT_EQ(seen.losses[0].cause, Cause::Connect);
}

TEST_F(Secure, StopsWhenDestroyedInTheHandshake) {
  RawServer raw;
  dial("wss" + raw.url().substr(2), database);
  ASSERT_TRUE(until([&] { return !raw.received().empty(); }));
  socket.reset();
  EXPECT_TRUE(until([&] { return raw.at_end(); }));
  EXPECT_TRUE(seen.losses.empty());
}

TEST_F(Secure, TellsCodeAndReason) {
  serve("IP:127.0.0.1");
  dial(server->url(), database);
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
  dial(raw.url(), database);
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
