// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/endpoint.h"

#include <string>

#include <gtest/gtest.h>

#include "core/listen.h"

namespace dg {
namespace {

constexpr AudioFormat kMono{Encoding::Linear16, 16000, 1};
constexpr const char* kTable = "model=nova-3&punctuate=true&interim_results=true";
constexpr const char* kAudio = "encoding=linear16&sample_rate=16000&channels=1";

Target target(std::string url) {
  Target target;
  target.url = std::move(url);
  return target;
}

std::variant<Request, Loss> made(const Target& target, const Options& options) {
  return make_request(target, options, kMono);
}

std::variant<Request, Loss> made(const Target& target) {
  return made(target, Options(kListenOptions));
}

Request request(const Target& target) {
  auto outcome = made(target);
  if (auto* loss = std::get_if<Loss>(&outcome)) {
    ADD_FAILURE() << target.url << ": " << loss->text;
    return {};
  }
  return std::get<Request>(outcome);
}

Loss loss(const Target& target) {
  auto outcome = made(target);
  if (auto* loss = std::get_if<Loss>(&outcome)) return *loss;
  ADD_FAILURE() << target.url << ": a request";
  return {};
}

std::string query(const Target& target) {
  std::string url = request(target).url;
  return url.substr(url.find('?') + 1);
}

std::string header(const Request& request, std::string_view name) {
  for (auto& [key, value] : request.headers)
    if (key == name) return value;
  return "(none)";
}

std::string authorization(const Target& target) {
  return header(request(target), "Authorization");
}

// --- the address

TEST(Endpoint, DialsDeepgramByDefault) {
  Target deepgram;
  deepgram.api_key = "k";
  EXPECT_EQ(request(deepgram).url,
            std::string("wss://api.deepgram.com/v1/listen?") + kTable + "&" + kAudio);
}

TEST(Endpoint, TakesAnyHostPortAndPath) {
  for (auto [url, begin] : {
           std::pair{"ws://127.0.0.1:8080", "ws://127.0.0.1:8080/v1/listen?"},
           std::pair{"wss://[::1]:443/x/y", "wss://[::1]:443/x/y?"},
           std::pair{"WS://LocalHost/", "ws://localhost/?"},
           std::pair{"wss://example.com/a%2Fb#part", "wss://example.com/a%2Fb?"},
           std::pair{"ws://example.com?", "ws://example.com/v1/listen?"},
       })
    EXPECT_EQ(request(target(url)).url, std::string(begin) + kTable + "&" + kAudio) << url;
}

// https://developers.deepgram.com/reference/custom-endpoints, and servers of one's own.
TEST(Endpoint, TakesOtherRegionsAndServers) {
  for (std::string host : {"api.eu.deepgram.com", "api.au.deepgram.com", "api.in.deepgram.com",
                           "deepgram.corp:8443", "[2001:db8::1]:8443"}) {
    Target to = target("wss://" + host);
    to.api_key = "pk";
    EXPECT_EQ(request(to).url, "wss://" + host + "/v1/listen?" + kTable + "&" + kAudio);
    EXPECT_EQ(authorization(to), "Token pk");
  }
  EXPECT_EQ(loss(target("wss://api.eu.deepgram.com")).cause, Cause::NoKey);
  EXPECT_EQ(authorization(target("wss://deepgram.corp")), "(none)");
}

TEST(Endpoint, RefusesOtherUrls) {
  for (auto [url, text] : {
           std::pair{"https://api.deepgram.com", "url must begin with wss:// or ws://, not https:"},
           std::pair{"api.deepgram.com", "url is not a URL"},
           std::pair{"", "url is not a URL"},
           std::pair{"wss://ho st/", "url has a blank in its host"},
           std::pair{"wss://h%0d%0aX:1/", "url has a blank in its host"},
           std::pair{"wss://host:port/", "url is not a URL"},
           std::pair{"wss:///v1/listen", "url names no host"},
           std::pair{"wss:host", "url names no host"},
       }) {
    EXPECT_EQ(loss(target(url)).cause, Cause::Settings) << url;
    EXPECT_EQ(loss(target(url)).text, text) << url;
  }
}

TEST(Endpoint, RefusesUserInfoWithoutPrintingIt) {
  for (const char* url :
       {"wss://me:hush@example.com/", "wss://hush@example.com/", "ws://:hush@localhost"}) {
    EXPECT_EQ(loss(target(url)).cause, Cause::Settings);
    EXPECT_EQ(loss(target(url)).text.find("hush"), std::string::npos);
    EXPECT_NE(loss(target(url)).text.find("user name"), std::string::npos);
  }
}

// --- the query

TEST(Endpoint, KeepsTheUrlsOwnQueryFirst) {
  EXPECT_EQ(query(target("ws://h/?a=1&b=%20x&&c")),
            std::string("a=1&b=%20x&c&") + kTable + "&" + kAudio);
}

TEST(Endpoint, LetsTheUrlReplaceTheTable) {
  EXPECT_EQ(query(target("ws://h/?model=nova-2&m%6Fdel=x")),
            std::string("model=nova-2&model=x&punctuate=true&interim_results=true&") + kAudio);
}

// What goes together is a matter of what is sent, wherever it is from.
TEST(Endpoint, ChecksTheWholeRequest) {
  Options options(kListenOptions);
  options.set("keywords", std::vector<std::string>{"x"});
  EXPECT_EQ(std::get<Loss>(made(target("ws://h/"), options)).text,
            "keywords is not for nova-3 models: use keyterm");
  EXPECT_TRUE(std::holds_alternative<Request>(made(target("ws://h/?model=nova-2"), options)));
  Target older = target("ws://h/");
  older.extra_params = {{"model", "nova-2"}};
  EXPECT_TRUE(std::holds_alternative<Request>(made(older, options)));

  Target events = target("ws://h/?utterance%5Fend_ms=1000");
  EXPECT_TRUE(std::holds_alternative<Request>(made(events)));
  events.extra_params = {{"interim_results", "false"}};
  EXPECT_EQ(loss(events).text, "utterance-end-ms needs interim-results=true");
  EXPECT_EQ(loss(events).cause, Cause::Settings);
  EXPECT_EQ(loss(target("ws://h/?keyterm=x&model=base")).text,
            "keyterm is for nova-3 models only: use keywords");
}

// There the service may be asked for what no property takes.
TEST(Endpoint, LeavesTheValuesOfExtraParamsToTheService) {
  Target to = target("ws://h/");
  to.extra_params = {{"endpointing", "90000"}, {"diarize_model", "v2"}, {"tag", ""}};
  EXPECT_NE(query(to).find("&endpointing=90000&diarize_model=v2&tag="), std::string::npos);
}

TEST(Endpoint, LetsExtraParamsReplaceTheTable) {
  Target to = target("ws://h/");
  to.extra_params = {{"model", "a b"}, {"new_one", "ü&="}, {"new_one", "2"}};
  EXPECT_EQ(query(to), std::string("punctuate=true&interim_results=true&") + kAudio +
                           "&model=a%20b&new_one=%C3%BC%26%3D&new_one=2");
}

TEST(Endpoint, PrefersTheUrlToExtraParams) {
  Target to = target("ws://h/?model=mine");
  to.extra_params = {{"model", "other"}, {"x", "1"}};
  EXPECT_EQ(query(to),
            std::string("model=mine&punctuate=true&interim_results=true&") + kAudio + "&x=1");
}

TEST(Endpoint, LetsTheCapsSayWhatTheAudioIs) {
  Target to = target("ws://h/?sample_rate=8000&encoding=flac");
  to.extra_params = {{"channels", "6"}};
  EXPECT_EQ(query(to), std::string(kTable) + "&" + kAudio);
}

TEST(Endpoint, RefusesOptionsThatDoNotGoTogether) {
  Options options(kListenOptions);
  options.set("utterance_end_ms", 500);
  auto outcome = made(target("ws://localhost"), options);
  ASSERT_TRUE(std::holds_alternative<Loss>(outcome));
  EXPECT_EQ(std::get<Loss>(outcome).cause, Cause::Settings);
  EXPECT_EQ(std::get<Loss>(outcome).text, "utterance-end-ms must be from 1000 to 5000, not 500");
}

// --- the key

TEST(Key, PrefersTokensAndProperties) {
  Target to;
  to.environment_api_key = "ek";
  EXPECT_EQ(authorization(to), "Token ek");
  to.environment_access_token = "et";
  EXPECT_EQ(authorization(to), "Bearer et");
  to.api_key = "pk";
  EXPECT_EQ(authorization(to), "Token pk");
  to.access_token = "pt";
  EXPECT_EQ(authorization(to), "Bearer pt");
}

TEST(Key, OfAPropertyGoesToAnyHostOverTls) {
  Target to = target("wss://example.com");
  to.api_key = "pk";
  EXPECT_EQ(authorization(to), "Token pk");
}

TEST(Key, OfTheEnvironmentGoesToDeepgramAndLoopbackOnly) {
  for (const char* url :
       {"wss://api.deepgram.com", "wss://deepgram.com", "wss://api.eu.deepgram.com",
        "wss://api.au.deepgram.com", "wss://api.in.deepgram.com", "wss://API.Deepgram.COM",
        "wss://api.deepgram.com.", "ws://localhost:1", "ws://127.0.0.1", "ws://127.8.9.10",
        "ws://[::1]", "wss://localhost"}) {
    Target to = target(url);
    to.environment_api_key = "ek";
    EXPECT_EQ(authorization(to), "Token ek") << url;
  }
  for (const char* url :
       {"wss://example.com", "wss://notdeepgram.com", "wss://deepgram.com.evil.org",
        "wss://127.0.0.1.evil.org", "wss://localhost.evil.org", "wss://[::2]", "wss://128.0.0.1",
        "wss://0.0.0.0", "wss://10.0.0.1"}) {
    Target to = target(url);
    to.environment_api_key = "ek";
    to.environment_access_token = "et";
    EXPECT_EQ(authorization(to), "(none)") << url;
  }
}

TEST(Key, NeverGoesInTheClearToAnotherMachine) {
  for (const char* url :
       {"ws://example.com", "ws://127.0.0.1.evil.org", "ws://192.168.0.1", "ws://[fe80::1]"}) {
    Target to = target(url);
    to.api_key = "pk";
    EXPECT_EQ(authorization(to), "(none)") << url;
    to.api_key = "";
    to.extra_headers = {{"authorization", "Basic pk"}};
    for (auto& [name, value] : request(to).headers) EXPECT_EQ(value.find("pk"), value.npos) << url;
  }
  Target loopback = target("ws://127.0.0.1:9");
  loopback.access_token = "pt";
  EXPECT_EQ(authorization(loopback), "Bearer pt");
}

TEST(Key, IsNeededByDeepgramAlone) {
  EXPECT_EQ(loss(Target{}).cause, Cause::NoKey);
  EXPECT_EQ(authorization(target("wss://example.com")), "(none)");
  Target clear = target("ws://api.deepgram.com");
  clear.api_key = "pk";
  EXPECT_EQ(loss(clear).cause, Cause::NoKey);
  EXPECT_EQ(loss(clear).text, "a key is sent over wss:// only");
}

TEST(Key, MustBeOneVisibleWord) {
  for (const char* bad : {"hush\n", "\rhush", "hu sh", "hu\tsh", "hush\x7f", "h\xC3\xBCsh"}) {
    Target to;
    to.api_key = bad;
    EXPECT_EQ(loss(to).cause, Cause::Settings);
    EXPECT_EQ(loss(to).text,
              "api-key has a character that no key has, perhaps a line break at its end");
    to = Target{};
    to.environment_access_token = bad;
    EXPECT_TRUE(loss(to).text.starts_with("DEEPGRAM_ACCESS_TOKEN has")) << loss(to).text;
  }
}

// --- the way

TEST(Way, IsByTheProxy) {
  Target to = target("wss://example.com");
  to.proxies = {.property = "http://me:hush@proxy:1"};
  EXPECT_EQ(request(to).route.proxy, "http://proxy:1");
  EXPECT_EQ(request(to).route.password, "hush");
  to.proxies = {.https_proxy = "secure:1", .http_proxy = "plain:2"};
  EXPECT_EQ(request(to).route.proxy, "http://secure:1");
  to.url = "ws://example.com";
  EXPECT_EQ(request(to).route.proxy, "http://plain:2");
}

// A secret may go there in the clear, and a proxy is another machine.
TEST(Way, ToLoopbackIsNeverByAProxy) {
  for (const char* url : {"ws://127.0.0.1:1", "ws://[::1]", "ws://localhost", "wss://localhost"}) {
    Target to = target(url);
    to.api_key = "pk";
    EXPECT_EQ(request(to).route.via, Route::Via::Direct) << url;
    to.proxies = {.property = "http://proxy:1", .http_proxy = "plain:2", .all_proxy = "any:3"};
    EXPECT_EQ(request(to).route.via, Route::Via::Direct) << url;
  }
}

TEST(Way, MustBeOne) {
  Target to = target("wss://example.com");
  to.proxies.property = "ftp://me:hush@proxy";
  EXPECT_EQ(loss(to).cause, Cause::Settings);
  EXPECT_TRUE(loss(to).text.starts_with("proxy must begin with")) << loss(to).text;
  EXPECT_EQ(loss(to).text.find("hush"), std::string::npos);
}

// --- the headers

TEST(Headers, GoOutAsGiven) {
  Target to = target("wss://example.com");
  to.user_agent = "gst-deepgram/1";
  to.extra_headers = {{"X-A", "1"}, {"X-B", ""}};
  auto out = request(to);
  EXPECT_EQ(header(out, "User-Agent"), "gst-deepgram/1");
  EXPECT_EQ(header(out, "X-A"), "1");
  EXPECT_EQ(header(out, "X-B"), "");
  EXPECT_EQ(out.headers.size(), 3u);
}

TEST(Headers, ReplaceTheUserAgent) {
  Target to = target("wss://example.com");
  to.user_agent = "ours";
  to.extra_headers = {{"user-agent", "theirs"}};
  EXPECT_EQ(request(to).headers.size(), 1u);
  EXPECT_EQ(header(request(to), "user-agent"), "theirs");
}

TEST(Headers, MayBringAnotherAuthorization) {
  Target to;
  to.environment_api_key = "ek";
  to.extra_headers = {{"AUTHORIZATION", "Basic abc"}};
  EXPECT_EQ(authorization(to), "Basic abc");
  EXPECT_EQ(request(to).headers.size(), 1u);
  to.api_key = "pk";
  EXPECT_EQ(loss(to).cause, Cause::Settings);
  EXPECT_EQ(loss(to).text, "extra-headers has an Authorization beside api-key or access-token");
}

TEST(Headers, CannotSmuggle) {
  for (auto [name, value] :
       {std::pair{"X", "a\r\nEvil: 1"}, std::pair{"X", "a\n"}, std::pair{"X", "a\x7f"},
        std::pair{"X\r\nEvil", "1"}, std::pair{"X:", "1"}, std::pair{"", "1"},
        std::pair{"X Y", "1"}, std::pair{"Host", "x"}, std::pair{"upgrade", "x"},
        std::pair{"Connection", "close"}, std::pair{"Content-Length", "1"},
        std::pair{"Transfer-Encoding", "chunked"}, std::pair{"Sec-WebSocket-Protocol", "token"},
        std::pair{"sec-websocket-extensions", "permessage-deflate"},
        std::pair{"Authorization", "Basic\nx"}}) {
    Target to = target("wss://example.com");
    to.extra_headers = {{name, value}};
    EXPECT_EQ(loss(to).cause, Cause::Settings) << name;
    EXPECT_TRUE(loss(to).text.starts_with("extra-headers ")) << name;
  }
  Target to = target("wss://example.com");
  to.user_agent = "a\r\nEvil: 1";
  EXPECT_EQ(loss(to).text, "user-agent has a control character");
}

// --- for logs

TEST(Shown, HasNoSecrets) {
  EXPECT_EQ(shown("wss://me:hush@h:8/p?model=x&token=hush&y#hush"), "wss://h:8/p?model&token&y");
  EXPECT_EQ(shown("wss://h"), "wss://h");
  for (const char* url : {"not a url: hush", "localhost:8080", "wss:hush", "wss:/hush"})
    EXPECT_EQ(shown(url), "a malformed URL");
}

}  // namespace
}  // namespace dg
