// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/truststore.h"

#include <cstring>
#include <string>
#include <utility>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace dg {

// clang-format off
template <> struct Unref<GByteArray>     { void operator()(GByteArray* p) const { g_byte_array_unref(p); } };
template <> struct Unref<GDir>           { void operator()(GDir* p) const { g_dir_close(p); } };
template <> struct Unref<STACK_OF(X509)> { void operator()(STACK_OF(X509)* p) const { sk_X509_pop_free(p, X509_free); } };
template <> struct Unref<TLS_FEATURE>    { void operator()(TLS_FEATURE* p) const { TLS_FEATURE_free(p); } };
template <> struct Unref<X509>           { void operator()(X509* p) const { X509_free(p); } };
template <> struct Unref<X509_STORE>     { void operator()(X509_STORE* p) const { X509_STORE_free(p); } };
template <> struct Unref<X509_STORE_CTX> { void operator()(X509_STORE_CTX* p) const { X509_STORE_CTX_free(p); } };
// clang-format on

namespace {

// RSA of 2048 bits and more, signatures with SHA-2: what OpenSSL itself asks of TLS on Debian.
constexpr int kSecurityLevel = 2;
// More than any authority needs, and fewer than GnuTLS takes.
constexpr int kMostIntermediates = 10;

using Flags = GTlsCertificateFlags;

Flags operator|(Flags a, Flags b) {
  return static_cast<Flags>(static_cast<int>(a) | static_cast<int>(b));
}

// --- what OpenSSL says, in GIO's words

Flags flag_of(int error) {
  switch (error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_INVALID_CA:
      return G_TLS_CERTIFICATE_UNKNOWN_CA;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return G_TLS_CERTIFICATE_BAD_IDENTITY;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return G_TLS_CERTIFICATE_NOT_ACTIVATED;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return G_TLS_CERTIFICATE_EXPIRED;
    case X509_V_ERR_CERT_REVOKED:
      return G_TLS_CERTIFICATE_REVOKED;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return G_TLS_CERTIFICATE_INSECURE;
    default:
      return G_TLS_CERTIFICATE_GENERIC_ERROR;
  }
}

// Notes what is wrong and has OpenSSL go on, so that all of it is told.
int note(int fine, X509_STORE_CTX* context) noexcept {
  auto* found = static_cast<Flags*>(X509_STORE_CTX_get_app_data(context));
  if (!fine) *found = *found | flag_of(X509_STORE_CTX_get_error(context));
  return 1;
}

// --- what is asked of it

// What OpenSSL complains of meanwhile is not left to whoever looks into its queue next.
class QuietErrors {
 public:
  QuietErrors() { ERR_set_mark(); }
  ~QuietErrors() { ERR_pop_to_mark(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
};

Ptr<X509> parsed(GTlsCertificate* certificate) {
  GByteArray* array = nullptr;
  g_object_get(certificate, "certificate", &array, nullptr);
  Ptr<GByteArray> bytes(array);
  if (!bytes) return nullptr;
  const unsigned char* data = bytes->data;
  return Ptr<X509>(d2i_X509(nullptr, &data, static_cast<long>(bytes->len)));
}

// Those that came with the server's own; null if one is none.
Ptr<STACK_OF(X509)> intermediates_of(GTlsCertificate* leaf) {
  Ptr<STACK_OF(X509)> out(sk_X509_new_null());
  for (auto* next = g_tls_certificate_get_issuer(leaf); next;
       next = g_tls_certificate_get_issuer(next)) {
    Ptr<X509> certificate = parsed(next);
    if (!certificate || sk_X509_push(out.get(), certificate.get()) <= 0) return nullptr;
    static_cast<void>(certificate.release());
  }
  return out;
}

std::string host_of(GSocketConnectable* identity) {
  if (G_IS_NETWORK_ADDRESS(identity))
    return g_network_address_get_hostname(G_NETWORK_ADDRESS(identity));
  if (G_IS_NETWORK_SERVICE(identity))
    return g_network_service_get_domain(G_NETWORK_SERVICE(identity));
  if (!G_IS_INET_SOCKET_ADDRESS(identity)) return "";
  GInetAddress* address = g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(identity));
  return Ptr<char>(g_inet_address_to_string(address)).get();
}

// False if no certificate can be for this host.
bool ask_for(const std::string& host, X509_VERIFY_PARAM* parameters) {
  if (g_hostname_is_ip_address(host.c_str()))
    return X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1;
  Ptr<char> name(g_hostname_to_ascii(host.c_str()));
  if (!name || !*name || *name == '.') return false;  // OpenSSL would take a dot for any name
  // The common name is no host name: RFC 9525, section 2.
  X509_VERIFY_PARAM_set_hostflags(
      parameters, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return X509_VERIFY_PARAM_set1_host(parameters, name.get(), std::strlen(name.get())) == 1;
}

// Such a certificate is good only together with an OCSP answer in the handshake (RFC 7633), which
// GIO shows to nobody.
bool needs_stapled_answer(X509* certificate) {
  constexpr long kStatusRequest = 5;
  Ptr<TLS_FEATURE> features(
      static_cast<TLS_FEATURE*>(X509_get_ext_d2i(certificate, NID_tlsfeature, nullptr, nullptr)));
  for (int i = 0; features && i < sk_ASN1_INTEGER_num(features.get()); ++i)
    if (ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features.get(), i)) == kStatusRequest) return true;
  return false;
}

Flags verify(X509_STORE* roots, GTlsCertificate* chain, GSocketConnectable* identity) {
  QuietErrors quiet;
  Ptr<X509> leaf = parsed(chain);
  Ptr<STACK_OF(X509)> intermediates = intermediates_of(chain);
  Ptr<X509_STORE_CTX> context(X509_STORE_CTX_new());
  if (!leaf || !intermediates || !context ||
      !X509_STORE_CTX_init(context.get(), roots, leaf.get(), intermediates.get()) ||
      !X509_STORE_CTX_set_default(context.get(), "ssl_server"))
    return G_TLS_CERTIFICATE_GENERIC_ERROR;
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);
  X509_VERIFY_PARAM_set_depth(parameters, kMostIntermediates);
  // As GnuTLS: what is in the store is trusted, whether it signed itself or not.
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  Flags found = G_TLS_CERTIFICATE_NO_FLAGS;
  if (identity && !ask_for(host_of(identity), parameters)) found = G_TLS_CERTIFICATE_BAD_IDENTITY;
  if (needs_stapled_answer(leaf.get())) found = found | G_TLS_CERTIFICATE_GENERIC_ERROR;
  X509_STORE_CTX_set_app_data(context.get(), &found);
  X509_STORE_CTX_set_verify_cb(context.get(), note);
  if (X509_verify_cert(context.get()) != 1 && found == G_TLS_CERTIFICATE_NO_FLAGS)
    return G_TLS_CERTIFICATE_GENERIC_ERROR;
  return found;
}

// --- where the roots are

bool has_files(const char* folders) {
  Ptr<char*> names(g_strsplit(folders, G_SEARCHPATH_SEPARATOR_S, -1));
  for (char** name = names.get(); *name; ++name) {
    Ptr<GDir> folder(g_dir_open(*name, 0, nullptr));
    if (folder && g_dir_read_name(folder.get())) return true;
  }
  return false;
}

// A folder is looked into when there is a certificate to verify, a file was read already.
bool has_roots(X509_STORE* store) {
  if (sk_X509_OBJECT_num(X509_STORE_get0_objects(store)) > 0) return true;
  const char* folders = g_getenv(X509_get_default_cert_dir_env());
  return has_files(folders ? folders : X509_get_default_cert_dir());
}

}  // namespace
}  // namespace dg

// --- the database

G_DECLARE_FINAL_TYPE(GstDeepgramLiveTrustStore, gst_deepgram_live_trust_store, GST,
                     DEEPGRAM_LIVE_TRUST_STORE, GTlsDatabase)

struct _GstDeepgramLiveTrustStore {
  GTlsDatabase parent;
  X509_STORE* roots;
};

G_DEFINE_FINAL_TYPE(GstDeepgramLiveTrustStore, gst_deepgram_live_trust_store, G_TYPE_TLS_DATABASE)

static void gst_deepgram_live_trust_store_init(GstDeepgramLiveTrustStore*) {}

static void gst_deepgram_live_trust_store_class_init(GstDeepgramLiveTrustStoreClass* klass) {
  G_OBJECT_CLASS(klass)->finalize = [](GObject* self) noexcept {
    X509_STORE_free(GST_DEEPGRAM_LIVE_TRUST_STORE(self)->roots);
    G_OBJECT_CLASS(gst_deepgram_live_trust_store_parent_class)->finalize(self);
  };
  G_TLS_DATABASE_CLASS(klass)->verify_chain =
      [](GTlsDatabase* self, GTlsCertificate* chain, const gchar* purpose,
         GSocketConnectable* identity, GTlsInteraction*, GTlsDatabaseVerifyFlags,
         GCancellable* cancellable, GError** error) noexcept {
        if (g_cancellable_set_error_if_cancelled(cancellable, error) ||
            !g_str_equal(purpose, G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER))
          return G_TLS_CERTIFICATE_GENERIC_ERROR;
        return dg::verify(GST_DEEPGRAM_LIVE_TRUST_STORE(self)->roots, chain, identity);
      };
}

namespace dg {
namespace {

Ptr<GTlsDatabase> database_of(Ptr<X509_STORE> roots) {
  auto* made = static_cast<GstDeepgramLiveTrustStore*>(
      g_object_new(gst_deepgram_live_trust_store_get_type(), nullptr));
  made->roots = roots.release();
  return Ptr<GTlsDatabase>(G_TLS_DATABASE(made));
}

}  // namespace

Ptr<GTlsDatabase> trust_store(const char* file) {
  QuietErrors quiet;
  Ptr<X509_STORE> roots(X509_STORE_new());
  if (!roots || !X509_STORE_load_file(roots.get(), file)) return nullptr;
  return database_of(std::move(roots));
}

Ptr<GTlsDatabase> make_system_trust_store() {
  QuietErrors quiet;
  Ptr<X509_STORE> roots(X509_STORE_new());
  if (!roots || !X509_STORE_set_default_paths(roots.get()) || !has_roots(roots.get()))
    return nullptr;
  return database_of(std::move(roots));
}

GTlsDatabase* system_trust_store() {
  static GTlsDatabase* const store = make_system_trust_store().release();
  return store;
}

}  // namespace dg
