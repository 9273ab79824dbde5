// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <type_traits>

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include "base/ptr.h"

namespace dg {

template <>
struct Unref<char> {
  void operator()(char* p) const { g_free(p); }
};
template <>
struct Unref<GError> {
  void operator()(GError* p) const { g_error_free(p); }
};
template <>
struct Unref<GBytes> {
  void operator()(GBytes* p) const { g_bytes_unref(p); }
};
template <>
struct Unref<GUri> {
  void operator()(GUri* p) const { g_uri_unref(p); }
};
template <>
struct Unref<GSource> {
  void operator()(GSource* p) const {
    g_source_destroy(p);
    g_source_unref(p);
  }
};
template <>
struct Unref<GMainContext> {
  void operator()(GMainContext* p) const { g_main_context_unref(p); }
};
template <>
struct Unref<GMainLoop> {
  void operator()(GMainLoop* p) const { g_main_loop_unref(p); }
};
template <>
struct Unref<GDateTime> {
  void operator()(GDateTime* p) const { g_date_time_unref(p); }
};
template <>
struct Unref<GChecksum> {
  void operator()(GChecksum* p) const { g_checksum_free(p); }
};
template <>
struct Unref<GHmac> {
  void operator()(GHmac* p) const { g_hmac_unref(p); }
};
template <>
struct Unref<GOptionContext> {
  void operator()(GOptionContext* p) const { g_option_context_free(p); }
};
template <>
struct Unref<JsonNode> {
  void operator()(JsonNode* p) const { json_node_unref(p); }
};

// Every GObject is let go of in the same way.
struct UnrefObject {
  void operator()(gpointer p) const { g_object_unref(p); }
};
template <>
struct Unref<JsonParser> : UnrefObject {};
template <>
struct Unref<GIOStream> : UnrefObject {};
template <>
struct Unref<GTask> : UnrefObject {};
template <>
struct Unref<GInetAddress> : UnrefObject {};
template <>
struct Unref<GSocket> : UnrefObject {};
template <>
struct Unref<GSocketAddress> : UnrefObject {};
template <>
struct Unref<GSocketClient> : UnrefObject {};
template <>
struct Unref<GSocketConnection> : UnrefObject {};
template <>
struct Unref<GSocketConnectable> : UnrefObject {};
template <>
struct Unref<GTlsCertificate> : UnrefObject {};
template <>
struct Unref<SoupServer> : UnrefObject {};
template <>
struct Unref<SoupServerMessage> : UnrefObject {};
template <>
struct Unref<SoupSession> : UnrefObject {};
template <>
struct Unref<SoupMessage> : UnrefObject {};
template <>
struct Unref<SoupWebsocketConnection> : UnrefObject {};

// One more reference to an object that someone else owns.
template <class T>
Ptr<T> share(T* object) {
  return Ptr<T>(static_cast<T*>(g_object_ref(object)));
}

}  // namespace dg
