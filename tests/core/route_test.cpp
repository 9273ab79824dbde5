// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/route.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace dg {
namespace {

using Via = Route::Via;

Route route(const Proxies& proxies, bool secure = true) {
  auto outcome = route_by(proxies, secure);
  if (outcome) return *outcome;
  ADD_FAILURE() << outcome.error().text;
  return {};
}

std::string error(const Proxies& proxies) {
  auto outcome = route_by(proxies, true);
  return outcome ? "a route by " + outcome->proxy : outcome.error().text;
}

TEST(Route, IsTheSystemsWithoutAProxy) {
  EXPECT_EQ(route({}).via, Via::System);
  EXPECT_EQ(route({.no_proxy = "*"}).via, Via::System);
}

TEST(Route, IsByTheProxyOfTheProperty) {
  for (auto [text, url] : {
           std::pair{"http://proxy:3128", "http://proxy:3128"},
           std::pair{"http://proxy", "http://proxy:80"},
           std::pair{"proxy:3128", "http://proxy:3128"},
           std::pair{"192.0.2.1:3128", "http://192.0.2.1:3128"},
           std::pair{"http://[2001:db8::1]:3128/", "http://[2001:db8::1]:3128"},
           std::pair{"HTTP://proxy:1/", "http://proxy:1"},
           std::pair{"https://proxy", "https://proxy:443"},
           std::pair{"socks5://proxy", "socks5://proxy:1080"},
       }) {
    Route found = route({.property = text});
    EXPECT_EQ(found.via, Via::Proxy);
    EXPECT_EQ(found.proxy, url);
    EXPECT_EQ(found.user + found.password, "");
  }
}

TEST(Route, KeepsNameAndPasswordApart) {
  Route found = route({.property = "http://me%40corp:p%3Ass@proxy:3128"});
  EXPECT_EQ(found.proxy, "http://proxy:3128");
  EXPECT_EQ(found.user, "me@corp");
  EXPECT_EQ(found.password, "p:ss");
  EXPECT_EQ(route({.property = "me@proxy:1"}).user, "me");
}

// GIO takes them from the URL, where libsoup has no part in it.
TEST(Route, LeavesNameAndPasswordToOtherProtocols) {
  Route found = route({.property = "socks5://me:p%40ss@proxy"});
  EXPECT_EQ(found.proxy, "socks5://me:p%40ss@proxy:1080");
  EXPECT_EQ(found.password, "p@ss");
}

TEST(Route, IsByTheEnvironmentsProxyForItsKind) {
  Proxies all{.https_proxy = "secure:1", .http_proxy = "plain:2", .all_proxy = "any:3"};
  EXPECT_EQ(route(all, true).proxy, "http://secure:1");
  EXPECT_EQ(route(all, false).proxy, "http://plain:2");
  EXPECT_EQ(route({.http_proxy = "plain:2"}, true).via, Via::System);
  EXPECT_EQ(route({.https_proxy = "secure:1"}, false).via, Via::System);
  EXPECT_EQ(route({.http_proxy = "plain:2", .all_proxy = "any:3"}, true).proxy, "http://any:3");
  EXPECT_EQ(route({.all_proxy = "any:3"}, false).proxy, "http://any:3");
}

TEST(Route, PrefersTheProperty) {
  Proxies both{.property = "mine:1", .https_proxy = "other:2", .no_proxy = "example.com,*"};
  EXPECT_EQ(route(both).proxy, "http://mine:1");
  EXPECT_TRUE(route(both).exceptions.empty());
  both.property = "direct://";
  EXPECT_EQ(route(both).via, Via::Direct);
}

TEST(Route, HasTheExceptionsOfTheEnvironment) {
  Proxies proxies{.https_proxy = "proxy:1", .no_proxy = " example.com, .corp,10.0.0.0/8 ,,[::1]"};
  EXPECT_EQ(route(proxies).exceptions,
            (std::vector<std::string>{"example.com", ".corp", "10.0.0.0/8", "[::1]"}));
  proxies.no_proxy = "example.com,*";
  EXPECT_EQ(route(proxies).via, Via::Direct);
}

TEST(Route, RefusesWhatIsNoProxy) {
  for (const char* bad : {"http://", "://", "http://pro xy", "http://proxy:port", "http://a%0Ab:1",
                          "http://me:1/sh@proxy", "http://me:1?sh@proxy", "http://me:1#sh@proxy",
                          "http://proxy:1/path"})
    EXPECT_EQ(error({.property = bad}), "proxy is no proxy: give http://host:port") << bad;
  EXPECT_EQ(error({.property = "ftp://me:hush@proxy"}),
            "proxy must begin with http://, https://, socks4:// or socks5://");
  EXPECT_EQ(error({.https_proxy = "http://me:hush@:1"}),
            "https_proxy is no proxy: give http://host:port");
  EXPECT_TRUE(error({.all_proxy = "ftp://proxy"}).starts_with("all_proxy must"));
}

TEST(Route, IsShownWithoutThePassword) {
  for (auto [proxy, shown] : {
           std::pair{"", ""},
           std::pair{"proxy:3128", "proxy:3128"},
           std::pair{"http://proxy:3128", "http://proxy:3128"},
           std::pair{"http://me:hush@proxy:3128", "http://me@proxy:3128"},
           std::pair{"me:hush@proxy", "http://me@proxy"},
           std::pair{"socks5://me%40corp:hush@proxy", "socks5://me%40corp@proxy"},
           std::pair{"http://me:hu@sh@proxy", "(hidden)"},
           std::pair{"http://me:hush@pro:xy", "(hidden)"},
           std::pair{"http://me:1/sh@proxy", "(hidden)"},
           std::pair{":hush@", "(hidden)"},
       })
    EXPECT_EQ(without_password(proxy), shown) << proxy;
}

}  // namespace
}  // namespace dg
