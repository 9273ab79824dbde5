// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/certificates.h"

#include <cstdio>
#include <memory>
#include <unistd.h>

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
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  ASSERT_TRUE(extension) << value;
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Valid from an hour ago for a day; not signed yet.
Certificate unsigned_certificate(EVP_PKEY* key, const char* name, long serial) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86400);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
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

std::string pem(X509* certificate) {
  return pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

std::string pem(EVP_PKEY* key) {
  return pem([&](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

}  // namespace

struct Authority::Parts {
  Key key{EVP_EC_gen("P-256")};
  Certificate certificate = unsigned_certificate(key.get(), "gst-deepgram test authority", 1);
  std::string file;  // of the database, which reads it again for each connection
};

Authority::Authority() : parts_(new Parts) {
  X509* self = parts_->certificate.get();
  X509_set_issuer_name(self, X509_get_subject_name(self));
  extend(self, self, NID_basic_constraints, "critical,CA:TRUE");
  extend(self, self, NID_key_usage, "critical,keyCertSign,cRLSign");
  EXPECT_NE(X509_sign(self, parts_->key.get(), EVP_sha256()), 0);
}

Authority::~Authority() {
  if (!parts_->file.empty()) std::remove(parts_->file.c_str());
  delete parts_;
}

GTlsCertificate* Authority::issue(const std::string& subject_alternative) const {
  Key key(EVP_EC_gen("P-256"));
  X509* issuer = parts_->certificate.get();
  Certificate certificate = unsigned_certificate(key.get(), "gst-deepgram test server", 2);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
  extend(certificate.get(), issuer, NID_subject_alt_name, subject_alternative);
  extend(certificate.get(), issuer, NID_ext_key_usage, "serverAuth");
  EXPECT_NE(X509_sign(certificate.get(), parts_->key.get(), EVP_sha256()), 0);
  std::string both = pem(certificate.get()) + pem(key.get());
  GTlsCertificate* made = g_tls_certificate_new_from_pem(both.c_str(), -1, nullptr);
  EXPECT_TRUE(made);
  return made;
}

GTlsDatabase* Authority::database() {
  char* path = nullptr;
  int file = g_file_open_tmp("gst-deepgram-XXXXXX.pem", &path, nullptr);
  EXPECT_GE(file, 0);
  close(file);
  std::string text = pem(parts_->certificate.get());
  EXPECT_TRUE(g_file_set_contents(path, text.data(), static_cast<gssize>(text.size()), nullptr));
  GTlsDatabase* database = g_tls_file_database_new(path, nullptr);
  EXPECT_TRUE(database);
  parts_->file = path;
  g_free(path);
  return database;
}

}  // namespace dg
