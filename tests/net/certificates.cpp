// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/certificates.h"

#include <cstdio>
#include <unistd.h>
#include <utility>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace dg {
namespace {

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Bio = std::unique_ptr<BIO, Free>;

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  ASSERT_TRUE(extension) << value;
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Key new_key(CertificateWords::Key kind) {
  bool rsa = kind == CertificateWords::Key::Rsa1024;
  Key key(rsa ? EVP_RSA_gen(1024) : EVP_EC_gen("P-256"));
  EXPECT_TRUE(key);
  return key;
}

Certificate unsigned_certificate(EVP_PKEY* key, const CertificateWords& words) {
  static long serial = 0;
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), words.from);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), words.until);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(words.name.c_str()), -1, -1, 0);
  return certificate;
}

template <class Write>
std::string pem(Write write) {
  Bio bio(BIO_new(BIO_s_mem()));
  EXPECT_EQ(write(bio.get()), 1);
  char* data = nullptr;
  long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem(EVP_PKEY* key) {
  return pem([&](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

}  // namespace

CertificateWords CertificateWords::authority(std::string name) {
  CertificateWords words;
  words.name = std::move(name);
  words.alternatives = words.purpose = "";
  words.constraints = "critical,CA:TRUE";
  words.usage = "critical,keyCertSign,cRLSign";
  return words;
}

struct Credential::Parts {
  Key key;
  Certificate certificate;
};

Credential::Credential(const CertificateWords& words) : Credential(words, nullptr) {}

Credential::Credential(const CertificateWords& words, const Parts* issuer) {
  auto made = std::make_shared<Parts>();
  made->key = new_key(words.key);
  made->certificate = unsigned_certificate(made->key.get(), words);
  X509* subject = made->certificate.get();
  X509* signer = issuer ? issuer->certificate.get() : subject;
  X509_set_issuer_name(subject, X509_get_subject_name(signer));
  extend(subject, signer, NID_basic_constraints, words.constraints);
  extend(subject, signer, NID_key_usage, words.usage);
  extend(subject, signer, NID_ext_key_usage, words.purpose);
  extend(subject, signer, NID_subject_alt_name, words.alternatives);
  extend(subject, signer, NID_name_constraints, words.permitted);
  extend(subject, signer, NID_tlsfeature, words.features);
  Key forger = words.forged ? new_key(words.key) : nullptr;
  EVP_PKEY* signs = forger ? forger.get() : issuer ? issuer->key.get() : made->key.get();
  EXPECT_NE(X509_sign(subject, signs, EVP_get_digestbyname(words.digest)), 0) << words.digest;
  parts_ = std::move(made);
}

Credential Credential::issue(const CertificateWords& words) const {
  return {words, parts_.get()};
}

std::string Credential::pem() const {
  return dg::pem([&](BIO* bio) { return PEM_write_bio_X509(bio, parts_->certificate.get()); });
}

GTlsCertificate* Credential::certificate(const std::vector<Credential>& chain) const {
  GTlsCertificate* issuer = nullptr;
  GType type = g_tls_backend_get_certificate_type(g_tls_backend_get_default());
  for (std::size_t i = chain.size(); i > 0; --i) {
    gpointer made = g_initable_new(type, nullptr, nullptr, "certificate-pem",
                                   chain[i - 1].pem().c_str(), "issuer", issuer, nullptr);
    g_clear_object(&issuer);
    issuer = G_TLS_CERTIFICATE(made);
  }
  gpointer made =
      g_initable_new(type, nullptr, nullptr, "certificate-pem", pem().c_str(), "private-key-pem",
                     dg::pem(parts_->key.get()).c_str(), "issuer", issuer, nullptr);
  g_clear_object(&issuer);
  EXPECT_TRUE(made);
  return G_TLS_CERTIFICATE(made);
}

CertificateFile::CertificateFile(const std::vector<Credential>& content) {
  char* path = nullptr;
  int file = g_file_open_tmp("gst-deepgram-XXXXXX.pem", &path, nullptr);
  EXPECT_GE(file, 0);
  close(file);
  path_ = path;
  g_free(path);
  std::string text;
  for (const Credential& credential : content) text += credential.pem();
  EXPECT_TRUE(
      g_file_set_contents(path_.c_str(), text.data(), static_cast<gssize>(text.size()), nullptr));
}

CertificateFile::~CertificateFile() {
  std::remove(path_.c_str());
}

Authority::Authority(std::string name)
    : root_(CertificateWords::authority(std::move(name))), file_({root_}) {}

GTlsCertificate* Authority::issue(const std::string& subject_alternative) const {
  CertificateWords words;
  words.alternatives = subject_alternative;
  return root_.issue(words).certificate();
}

GTlsDatabase* Authority::database() const {
  GTlsDatabase* database = g_tls_file_database_new(file_.path(), nullptr);
  EXPECT_TRUE(database);
  return database;
}

}  // namespace dg
