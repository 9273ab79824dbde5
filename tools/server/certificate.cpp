// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/certificate.h"

#include <arpa/inet.h>
#include <memory>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace dg::server {
namespace {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* p) const {
    free(p);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Free<X509_free>>;
using Memory = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;

constexpr long kDay = 24L * 60 * 60;

// Signs a certificate: who it is for, and who says so.
struct Request {
  const char* name;
  X509* issuer;  // null: itself
  EVP_PKEY* subject_key;
  EVP_PKEY* issuer_key;
};

bool add(X509* to, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(to, extension.get(), -1);
}

bool set_serial(X509* to) {
  std::uint64_t serial = 0;
  return RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1 &&
         ASN1_INTEGER_set_uint64(X509_get_serialNumber(to), serial >> 1);
}

bool set_name(X509_NAME* name, const char* text) {
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(text), -1, -1, 0);
}

Cert prepare(const Request& request) {
  Cert cert(X509_new());
  X509* issuer = request.issuer ? request.issuer : cert.get();
  bool fine = cert && X509_set_version(cert.get(), 2) && set_serial(cert.get()) &&
              X509_gmtime_adj(X509_getm_notBefore(cert.get()), -kDay) &&
              X509_gmtime_adj(X509_getm_notAfter(cert.get()), 30 * kDay) &&
              X509_set_pubkey(cert.get(), request.subject_key) &&
              set_name(X509_get_subject_name(cert.get()), request.name) &&
              X509_set_issuer_name(cert.get(), X509_get_subject_name(issuer));
  return fine ? std::move(cert) : nullptr;
}

bool is_address(const std::string& name) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, name.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

std::string alternatives(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
  return text;
}

Cert make_authority(EVP_PKEY* key) {
  Cert cert = prepare({"gst-deepgram-server throw-away authority", nullptr, key, key});
  bool fine = cert && add(cert.get(), cert.get(), NID_basic_constraints, "critical,CA:TRUE") &&
              add(cert.get(), cert.get(), NID_key_usage, "critical,keyCertSign,cRLSign") &&
              add(cert.get(), cert.get(), NID_subject_key_identifier, "hash") &&
              X509_sign(cert.get(), key, EVP_sha256());
  return fine ? std::move(cert) : nullptr;
}

Cert make_leaf(const std::vector<std::string>& names, EVP_PKEY* key, X509* authority,
               EVP_PKEY* authority_key) {
  Cert cert = prepare({names.front().c_str(), authority, key, authority_key});
  bool fine = cert && add(cert.get(), authority, NID_basic_constraints, "critical,CA:FALSE") &&
              add(cert.get(), authority, NID_key_usage, "critical,digitalSignature") &&
              add(cert.get(), authority, NID_ext_key_usage, "serverAuth") &&
              add(cert.get(), authority, NID_authority_key_identifier, "keyid") &&
              add(cert.get(), authority, NID_subject_alt_name, alternatives(names)) &&
              X509_sign(cert.get(), authority_key, EVP_sha256());
  return fine ? std::move(cert) : nullptr;
}

template <class Write>
std::string pem(Write write) {
  Memory memory(BIO_new(BIO_s_mem()));
  if (!memory || !write(memory.get())) return "";
  char* text = nullptr;
  long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string pem(X509* cert) {
  return pem([&](BIO* to) { return PEM_write_bio_X509(to, cert); });
}

}  // namespace

Result<Certificate> make_certificate(const std::vector<std::string>& names) {
  if (names.empty()) return Error{"a certificate needs a name"};
  Key authority_key(EVP_EC_gen("P-256")), key(EVP_EC_gen("P-256"));
  if (!authority_key || !key) return Error{"OpenSSL makes no keys"};
  Cert authority = make_authority(authority_key.get());
  Cert leaf =
      authority ? make_leaf(names, key.get(), authority.get(), authority_key.get()) : nullptr;
  if (!leaf) return Error{"OpenSSL makes no certificate for these names"};
  auto write_key = [&](BIO* to) {
    return PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  };
  return Certificate{pem(authority.get()), pem(leaf.get()), pem(write_key)};
}

}  // namespace dg::server
