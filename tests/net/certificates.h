// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gio/gio.h>

namespace dg {

// What a certificate says of itself, and how it is signed. "" leaves an extension out; what the
// extensions hold is as in OpenSSL's x509v3_config.
struct CertificateWords {
  enum class Key { P256, Rsa1024 };

  std::string name = "gst-deepgram test server";
  std::string alternatives = "DNS:captions.example";
  std::string constraints;  // basicConstraints
  std::string usage = "digitalSignature";
  std::string purpose = "serverAuth";
  std::string permitted = "";        // nameConstraints
  std::string features = "";         // tlsfeature
  long from = -3600, until = 86400;  // seconds from now
  Key key = Key::P256;
  const char* digest = "SHA256";
  bool forged = false;  // the signature is not the issuer's

  // What an authority says, that issues others.
  static CertificateWords authority(std::string name);
};

// A certificate with its key, made for one test. Copies are the same one.
class Credential {
 public:
  // It signed itself, and nobody trusts it.
  explicit Credential(const CertificateWords& words);
  Credential issue(const CertificateWords& words) const;

  std::string pem() const;
  // With the key, and the certificates that a server sends along, each the issuer of the one
  // before.
  GTlsCertificate* certificate(const std::vector<Credential>& chain = {}) const;

 private:
  struct Parts;
  Credential(const CertificateWords& words, const Parts* issuer);

  std::shared_ptr<const Parts> parts_;
};

// A file of certificates, there as long as this is.
class CertificateFile {
 public:
  explicit CertificateFile(const std::vector<Credential>& content);
  ~CertificateFile();
  CertificateFile(const CertificateFile&) = delete;
  CertificateFile& operator=(const CertificateFile&) = delete;

  const char* path() const { return path_.c_str(); }

 private:
  std::string path_;
};

// An authority that nobody trusts, made for one test.
class Authority {
 public:
  explicit Authority(std::string name = "gst-deepgram test authority");

  // A certificate with its key, for a server with this name or address ("DNS:…", "IP:…").
  GTlsCertificate* issue(const std::string& subject_alternative) const;
  // GIO's own, which trusts this authority only, as long as it lives.
  GTlsDatabase* database() const;
  const char* file() const { return file_.path(); }
  const Credential& root() const { return root_; }

 private:
  Credential root_;
  CertificateFile file_;
};

}  // namespace dg
