// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/route.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <glib.h>

#include "base/ptr.h"

namespace dg {

template <>
struct Unref<GUri> {
  void operator()(GUri* uri) const { g_uri_unref(uri); }
};

namespace {

// That GIO and libsoup speak, with the ports that they have if none is given.
struct Scheme {
  std::string_view name;
  int port;
};
constexpr std::array<Scheme, 6> kSchemes{{{"http", 80},
                                          {"https", 443},
                                          {"socks", 1080},
                                          {"socks4", 1080},
                                          {"socks4a", 1080},
                                          {"socks5", 1080}}};

// A proxy, and where it was given.
struct Given {
  const char* as;
  std::string text;
};

std::string or_empty(const char* text) {
  return text ? text : "";
}

// Whether it is a host and no more. What stands behind one, and an @ in it, may be of a password
// that was not encoded.
bool is_host(GUri* uri) {
  std::string host = or_empty(g_uri_get_host(uri)), path = g_uri_get_path(uri);
  auto strange = [](unsigned char c) { return c <= 0x20 || c == 0x7F || c == '@'; };
  return !host.empty() && std::none_of(host.begin(), host.end(), strange) &&
         (path.empty() || path == "/") && !g_uri_get_query(uri) && !g_uri_get_fragment(uri);
}

// Null if it is no proxy.
Ptr<GUri> parsed(const std::string& proxy) {
  std::string url = proxy.find("://") == proxy.npos ? "http://" + proxy : proxy;
  Ptr<GUri> uri(g_uri_parse(url.c_str(), G_URI_FLAGS_HAS_PASSWORD, nullptr));
  if (uri && !is_host(uri.get())) uri.reset();
  return uri;
}

std::string joined(GUri* uri, const char* user, const char* password, int port) {
  gchar* text = g_uri_join_with_user(G_URI_FLAGS_NONE, g_uri_get_scheme(uri), user, password,
                                     nullptr, g_uri_get_host(uri), port, "", nullptr, nullptr);
  std::string out = text;
  g_free(text);
  return out;
}

Given given_for(const Proxies& proxies, bool secure) {
  if (!proxies.property.empty()) return {"proxy", proxies.property};
  if (secure && !proxies.https_proxy.empty()) return {"https_proxy", proxies.https_proxy};
  if (!secure && !proxies.http_proxy.empty()) return {"http_proxy", proxies.http_proxy};
  return {"all_proxy", proxies.all_proxy};
}

std::vector<std::string> items(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    std::size_t end = std::min(list.find_first_of(", \t"), list.size());
    if (end > 0) out.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return out;
}

Result<Route> route_through(const Given& given) {
  auto wrong = [&](const char* text) { return Error{given.as + std::string(text)}; };
  Ptr<GUri> uri = parsed(given.text);
  if (!uri) return wrong(" is no proxy: give http://host:port");
  const char *scheme = g_uri_get_scheme(uri.get()), *user = g_uri_get_user(uri.get()),
             *password = g_uri_get_password(uri.get());
  auto* known = std::find_if(kSchemes.begin(), kSchemes.end(),
                             [&](const Scheme& one) { return one.name == scheme; });
  if (known == kSchemes.end())
    return wrong(" must begin with http://, https://, socks4:// or socks5://");
  int port = g_uri_get_port(uri.get()) < 0 ? known->port : g_uri_get_port(uri.get());
  bool speaks_http = known->name == "http";  // then libsoup asks for them
  Route route{Route::Via::Proxy};
  route.proxy =
      joined(uri.get(), speaks_http ? nullptr : user, speaks_http ? nullptr : password, port);
  route.user = or_empty(user);
  route.password = or_empty(password);
  return route;
}

}  // namespace

Result<Route> route_by(const Proxies& proxies, bool secure) {
  Given given = given_for(proxies, secure);
  if (given.text.empty()) return Route{};
  if (given.text.starts_with("direct://")) return Route{Route::Via::Direct};
  Result<Route> route = route_through(given);
  if (!route || !proxies.property.empty()) return route;
  route->exceptions = items(proxies.no_proxy);
  if (std::find(route->exceptions.begin(), route->exceptions.end(), "*") != route->exceptions.end())
    return Route{Route::Via::Direct};
  return route;
}

std::string without_password(const std::string& proxy) {
  if (proxy.find('@') == proxy.npos) return proxy;
  Ptr<GUri> uri = parsed(proxy);
  if (!uri) return "(hidden)";
  return joined(uri.get(), g_uri_get_user(uri.get()), nullptr, g_uri_get_port(uri.get()));
}

}  // namespace dg
