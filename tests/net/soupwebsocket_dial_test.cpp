// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "net/rawserver.h"
#include "net/socketfixture.h"
#include "net/soupserver.h"
#include "net/stubresolver.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

class Dialing : public SocketTest {
 protected:
  // The loss that a refusal by the server leads to.
  Loss refused(const TestServer::Refusal& refusal) {
    server.refuse("/refused", refusal);
    open(Request{server.url("/refused"), {{"Authorization", "Token hush"}}});
    if (!until_lost()) return {};
    EXPECT_FALSE(seen.opened);
    EXPECT_EQ(seen.losses[0].cause, Cause::Http);
    return seen.losses[0];
  }

  TestServer server;
};

TEST_F(Dialing, SendsQueryAndHeaders) {
  open(Request{server.url("/v1/listen?model=a%20b&keyterm=x&keyterm=%C3%BC"),
               {{"Authorization", "Token hush"}, {"User-Agent", "gst-deepgram/1"}, {"X-A", "1"}}});
  ASSERT_TRUE(until_open());
  EXPECT_EQ(server.query(), "model=a%20b&keyterm=x&keyterm=%C3%BC");
  EXPECT_EQ(server.header("Authorization"), "Token hush");
  EXPECT_EQ(server.header("User-Agent"), "gst-deepgram/1");
  EXPECT_EQ(server.header("X-A"), "1");
  EXPECT_EQ(server.header("Sec-WebSocket-Extensions"), "(none)");
  EXPECT_EQ(server.header("Accept-Encoding"), "(none)");
}

TEST_F(Dialing, GivesTheRequestId) {
  RawServer raw;
  raw.upgrade("dg-request-id: 0caee309\r\n");
  open(raw.url());
  ASSERT_TRUE(until_open());
  EXPECT_EQ(seen.request_id, "0caee309");
}

TEST_F(Dialing, IsRefusedWithTheServicesWords) {
  Loss loss = refused({401,
                       {{"dg-error", "Invalid credentials."},
                        {"dg-request-id", "4711"},
                        {"WWW-Authenticate", "Basic realm=\"x\""}},
                       R"({"err_code":"INVALID_AUTH"})"});
  EXPECT_EQ(loss.http_status, 401);
  EXPECT_EQ(loss.dg_error, "Invalid credentials.");
  EXPECT_EQ(loss.request_id, "4711");
  EXPECT_EQ(loss.text, "Unauthorized");
  EXPECT_FALSE(loss.retry_after);
  EXPECT_EQ(server.refused(), 1);
}

TEST_F(Dialing, IsRefusedForMoney) {
  EXPECT_EQ(refused({402, {{"dg-error", "no credit"}}, ""}).http_status, 402);
}

TEST_F(Dialing, IsRefusedByABrokenServer) {
  EXPECT_EQ(refused({500, {}, "oops"}).http_status, 500);
}

TEST_F(Dialing, IsAnsweredWithoutAnUpgrade) {
  EXPECT_EQ(refused({200, {}, "hello"}).http_status, 200);
}

TEST_F(Dialing, HearsHowLongToWait) {
  EXPECT_EQ(refused({429, {{"Retry-After", "7"}}, ""}).retry_after, 7s);
}

TEST_F(Dialing, HearsUntilWhenToWait) {
  GDateTime* now = g_date_time_new_now_utc();
  GDateTime* then = g_date_time_add_seconds(now, 3600);
  char* date = soup_date_time_to_string(then, SOUP_DATE_HTTP);
  Loss loss = refused({503, {{"Retry-After", date}}, ""});
  g_free(date);
  g_date_time_unref(then);
  g_date_time_unref(now);
  ASSERT_TRUE(loss.retry_after);
  EXPECT_GT(*loss.retry_after, 3500s);
  EXPECT_LE(*loss.retry_after, 3600s);
}

TEST_F(Dialing, DoesNotBelieveAnyWait) {
  EXPECT_EQ(refused({503, {{"Retry-After", "99999999"}}, ""}).retry_after, 24h);
}

TEST_F(Dialing, TakesNoWaitFromNonsense) {
  EXPECT_FALSE(refused({503, {{"Retry-After", "soon"}}, ""}).retry_after);
}

TEST_F(Dialing, TakesNoWaitThatIsOver) {
  EXPECT_EQ(refused({503, {{"Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"}}, ""}).retry_after, 0s);
}

TEST_F(Dialing, KeepsTheKeyOutOfTheServersWords) {
  Loss loss = refused({401, {{"dg-error", "hush is no key, hush"}}, ""});
  EXPECT_EQ(loss.dg_error, "(key) is no key, (key)");
}

TEST_F(Dialing, MakesTheServersWordsValid) {
  RawServer raw;
  raw.answer("HTTP/1.1 400 Bad\xFF Request\r\ndg-error: \xE9t\xE9\r\nContent-Length: 0\r\n\r\n");
  open(raw.url());
  ASSERT_TRUE(until_lost());
  EXPECT_EQ(seen.losses[0].http_status, 400);
  EXPECT_TRUE(g_utf8_validate(seen.losses[0].dg_error.c_str(), -1, nullptr));
  EXPECT_TRUE(g_utf8_validate(seen.losses[0].text.c_str(), -1, nullptr));
}

TEST_F(Dialing, DoesNotWaitForTheBodyOfARefusal) {
  RawServer raw;
  raw.answer("HTTP/1.1 403 Forbidden\r\ndg-error: no\r\nContent-Length: 1000000\r\n\r\nbegin");
  open(raw.url());
  ASSERT_TRUE(until_lost());
  EXPECT_EQ(seen.losses[0].http_status, 403);
  EXPECT_TRUE(until([&] { return raw.at_end(); }));
}

TEST_F(Dialing, DoesNotFollowRedirects) {
  TestServer elsewhere;
  Loss loss = refused({302, {{"Location", "http" + elsewhere.url().substr(2)}}, ""});
  EXPECT_EQ(loss.http_status, 302);
  loop.drain();
  EXPECT_EQ(elsewhere.peer(), nullptr);
  EXPECT_EQ(elsewhere.refused(), 0);
}

TEST_F(Dialing, RefusesAFalseUpgrade) {
  RawServer raw;
  raw.answer(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n");
  open(raw.url());
  ASSERT_TRUE(until_lost());
  EXPECT_EQ(seen.losses[0].cause, Cause::Http);
  EXPECT_EQ(seen.losses[0].http_status, 101);
}

TEST_F(Dialing, SurvivesGarbage) {
  for (const char* garbage : {"\x16\x03\x01 not http\r\n\r\n", "HTTP/1.1 999\r\n\r\n"}) {
    seen = Recorder{};
    RawServer raw;
    raw.answer(garbage);
    open(raw.url());
    EXPECT_TRUE(until([&] { return raw.is_connected(); }));
    raw.close();
    ASSERT_TRUE(until_lost()) << garbage;
    EXPECT_FALSE(seen.opened);
  }
}

TEST_F(Dialing, IsLostWhenTheServerHangsUp) {
  RawServer raw;
  open(raw.url());
  ASSERT_TRUE(until([&] { return raw.received().ends_with("\r\n\r\n"); }));
  raw.close();
  ASSERT_TRUE(until_lost());
  EXPECT_EQ(seen.losses[0].cause, Cause::Lost);
}

TEST_F(Dialing, FindsNobody) {
  std::string url;
  {
    RawServer gone;
    url = gone.url();
  }
  loop.drain();
  open(url);
  ASSERT_TRUE(until_lost());
  EXPECT_EQ(seen.losses[0].cause, Cause::Connect);
  EXPECT_FALSE(seen.losses[0].text.empty());
}

TEST_F(Dialing, FindsNoSuchHost) {
  StubResolver resolver(G_RESOLVER_ERROR_NOT_FOUND);
  open("ws://nobody.invalid/");
  ASSERT_TRUE(until_lost());
  EXPECT_EQ(seen.losses[0].cause, Cause::Resolve);
  EXPECT_NE(seen.losses[0].text.find("nobody.invalid"), std::string::npos);
}

TEST_F(Dialing, FindsNobodyToAskForTheHost) {
  StubResolver resolver(G_RESOLVER_ERROR_TEMPORARY_FAILURE);
  open("ws://nobody.invalid/");
  ASSERT_TRUE(until_lost());
  EXPECT_EQ(seen.losses[0].cause, Cause::Connect);
}

TEST_F(Dialing, RefusesWhatIsNoAddress) {
  open("not a url");
  EXPECT_TRUE(seen.losses.empty());  // never from within the call
  ASSERT_TRUE(until_lost());
  EXPECT_EQ(seen.losses[0].cause, Cause::Settings);
}

TEST_F(Dialing, StopsWhenDestroyedAtOnce) {
  open(server.url());
  socket.reset();
  loop.drain();
  EXPECT_FALSE(seen.opened);
  EXPECT_TRUE(seen.losses.empty());
}

TEST_F(Dialing, StopsWhenDestroyedWhileTheServerIsSilent) {
  RawServer raw;
  open(raw.url());
  ASSERT_TRUE(until([&] { return raw.received().ends_with("\r\n\r\n"); }));
  socket.reset();
  EXPECT_TRUE(until([&] { return raw.at_end(); }));
  EXPECT_TRUE(seen.losses.empty());
}

TEST_F(Dialing, MayEndInTheReportOfItsFailure) {
  server.refuse("/refused", {401, {}, ""});
  seen.at_lost = [this] { socket.reset(); };
  open(server.url("/refused"));
  ASSERT_TRUE(until_lost());
  EXPECT_FALSE(socket);
}

}  // namespace
}  // namespace dg
