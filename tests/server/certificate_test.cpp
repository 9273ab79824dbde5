// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/certificate.h"

#include <gtest/gtest.h>

#include "server/ptr.h"

namespace dg::server {
namespace {

Ptr<GTlsCertificate> load(const std::string& pem) {
  Ptr<GError> error;
  Ptr<GTlsCertificate> out(g_tls_certificate_new_from_pem(pem.c_str(), -1, Out(error)));
  EXPECT_TRUE(out) << error->message;
  return out;
}

GTlsCertificateFlags verify(GTlsCertificate* certificate, const char* host,
                            GTlsCertificate* authority) {
  Ptr<GSocketConnectable> identity(g_network_address_new(host, 443));
  return g_tls_certificate_verify(certificate, identity.get(), authority);
}

TEST(Certificate, IsTrustedThroughItsAuthorityAlone) {
  auto made = make_certificate({"localhost", "127.0.0.1", "::1"});
  ASSERT_TRUE(made) << made.error().text;
  auto certificate = load(made->certificate + made->key), authority = load(made->authority);
  for (const char* host : {"localhost", "127.0.0.1", "::1"})
    EXPECT_EQ(verify(certificate.get(), host, authority.get()), 0) << host;
  EXPECT_EQ(verify(certificate.get(), "example.com", authority.get()),
            G_TLS_CERTIFICATE_BAD_IDENTITY);
  auto other = make_certificate({"localhost"});
  ASSERT_TRUE(other);
  EXPECT_EQ(verify(certificate.get(), "localhost", load(other->authority).get()),
            G_TLS_CERTIFICATE_UNKNOWN_CA);
}

TEST(Certificate, NeedsAName) {
  EXPECT_FALSE(make_certificate({}));
}

}  // namespace
}  // namespace dg::server
