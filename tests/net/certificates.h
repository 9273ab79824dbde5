// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include <gio/gio.h>

namespace dg {

// An authority that nobody trusts, made for one test.
class Authority {
 public:
  Authority();
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  // A certificate with its key, for a server with this name or address ("DNS:…", "IP:…").
  GTlsCertificate* issue(const std::string& subject_alternative) const;
  // Trusts this authority only, as long as it lives. Call it once.
  GTlsDatabase* database();

 private:
  struct Parts;
  Parts* parts_;
};

}  // namespace dg
