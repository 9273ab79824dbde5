// SPDX-License-Identifier: LGPL-2.1-or-later
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "net/certificates.h"
#include "net/socketfixture.h"
#include "net/soupserver.h"
#include "net/testproxy.h"
#include "net/tls.h"

namespace dg {
namespace {

constexpr char kUrl[] = "wss://captions.example/v1/listen";

// A server that only the proxy knows the way to.
class Proxied : public SocketTest {
 protected:
  Proxied()
      : certificate(authority.issue("DNS:captions.example")),
        server(certificate),
        proxy(server.url()) {}
  ~Proxied() override {
    socket.reset();
    loop.drain();
    g_object_unref(certificate);
  }

  Request request(const std::string& way, const std::string& url = kUrl) {
    Request request{url, {{"Authorization", "Token hush"}}};
    request.route = *route_by({.property = way}, true);
    GTlsDatabase* database = authority.database();
    request.tls = std::make_shared<Tls>(Tls{shared(database), nullptr});
    g_object_unref(database);
    return request;
  }
  Loss refused(const Request& request) {
    open(request);
    if (!until_lost()) return {};
    EXPECT_FALSE(seen.opened);
    EXPECT_EQ(server.peer(), nullptr);
    return seen.losses[0];
  }

  Authority authority;
  GTlsCertificate* certificate;
  TestServer server;
  TestProxy proxy;
};

TEST_F(Proxied, ReachesTheServer) {
  open(request(proxy.url()));
  ASSERT_TRUE(until_open());
  socket->send("hello");
  ASSERT_TRUE(until([&] { return !server.texts().empty(); }));
  server.send("hello yourself");
  ASSERT_TRUE(until([&] { return !seen.texts.empty(); }));
  EXPECT_EQ(server.header("Authorization"), "Token hush");
  ASSERT_EQ(proxy.requests().size(), 1u);
  EXPECT_TRUE(proxy.requests()[0].starts_with("CONNECT captions.example:443 HTTP/1."));
  EXPECT_EQ(proxy.requests()[0].find("hush"), std::string::npos);
}

TEST_F(Proxied, KnowsTheSocketUnderneath) {
  open(request(proxy.url()));
  ASSERT_TRUE(until_open());
  EXPECT_GT(socket->traffic().acknowledged, 0u);
}

TEST_F(Proxied, SaysItsNameAndPassword) {
  proxy.protect("me@corp:p:ss w@rd");
  open(request(proxy.url("me%40corp:p:ss%20w%40rd")));
  ASSERT_TRUE(until_open());
  ASSERT_EQ(proxy.requests().size(), 2u);  // only when asked for them
  EXPECT_EQ(proxy.requests()[0].find("Proxy-Authorization"), std::string::npos);
  EXPECT_TRUE(proxy.requests()[1].starts_with("CONNECT captions.example:443 HTTP/1."));
  EXPECT_EQ(server.header("Proxy-Authorization"), "(none)");
}

// Once: it does not get better.
TEST_F(Proxied, IsRefusedWithAWrongPassword) {
  proxy.protect("me:right");
  Loss loss = refused(request(proxy.url("me:wrong")));
  EXPECT_EQ(loss.cause, Cause::Proxy);
  EXPECT_EQ(loss.http_status, 407);
  EXPECT_EQ(proxy.requests().size(), 2u);
  EXPECT_NE(advice(loss).find("name and a password (407)"), std::string::npos) << advice(loss);
  EXPECT_EQ((advice(loss) + details(loss)).find("wrong"), std::string::npos);
}

TEST_F(Proxied, IsRefusedWithoutAPassword) {
  proxy.protect("me:right");
  Loss loss = refused(request(proxy.url()));
  EXPECT_EQ(loss.cause, Cause::Proxy);
  EXPECT_EQ(loss.http_status, 407);
  EXPECT_EQ(proxy.requests().size(), 1u);
}

TEST_F(Proxied, TellsTheProxysRefusalFromTheServers) {
  proxy.refuse("403 Not to strangers");
  Loss loss = refused(request(proxy.url()));
  EXPECT_EQ(loss.cause, Cause::Proxy);
  EXPECT_EQ(loss.http_status, 403);
  EXPECT_EQ(loss.text, "Forbidden");
  EXPECT_EQ(classify(loss, {}), FaultClass::Config);

  seen = Recorder{};
  proxy.refuse("");
  server.refuse("/elsewhere", {403, {}, ""});
  open(request(proxy.url(), "wss://captions.example/elsewhere"));
  ASSERT_TRUE(until_lost());
  EXPECT_EQ(seen.losses[0].cause, Cause::Http);
  EXPECT_EQ(seen.losses[0].http_status, 403);
}

TEST_F(Proxied, TriesAgainWhenTheProxyFails) {
  proxy.refuse("503 Service Unavailable");
  Loss loss = refused(request(proxy.url()));
  EXPECT_EQ(loss.cause, Cause::Proxy);
  EXPECT_EQ(classify(loss, {}), FaultClass::Transient);
}

TEST_F(Proxied, LooksAtTheServersCertificate) {
  Request other = request(proxy.url(), "wss://example.com/v1/listen");
  Loss loss = refused(other);
  EXPECT_EQ(loss.cause, Cause::Certificate);
  EXPECT_EQ(loss.distrust, Distrust::OtherHost);
}

TEST_F(Proxied, FindsNoProxy) {
  std::string url = TestProxy(server.url()).url();
  loop.drain();
  EXPECT_EQ(refused(request(url)).cause, Cause::Connect);
}

// A proxy that would answer is not asked.
TEST_F(Proxied, GoesAroundTheProxyWhereItMay) {
  TestServer plain;
  for (const Route& route :
       {Route{.via = Route::Via::Direct}, Route{.via = Route::Via::Proxy,
                                          .proxy = proxy.url(),
                                          .exceptions = {"example.com", "127.0.0.0/8"}}}) {
    seen = Recorder{};
    Request request{plain.url(), {}};
    request.route = route;
    open(request);
    EXPECT_TRUE(until_open());
  }
  EXPECT_TRUE(proxy.requests().empty());
}

}  // namespace
}  // namespace dg
