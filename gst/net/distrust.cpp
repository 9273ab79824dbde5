// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/distrust.h"

#include <utility>

namespace dg {
namespace {

struct Row {
  GTlsCertificateFlags flag;
  Distrust distrust;
  const char* words;
};

// Of several, the first is what to do something about: a certificate of nobody knows whom says
// little of its dates.
constexpr Row kRows[] = {
    {G_TLS_CERTIFICATE_REVOKED, Distrust::Revoked, "it was revoked"},
    {G_TLS_CERTIFICATE_UNKNOWN_CA, Distrust::UnknownAuthority, "its authority is unknown"},
    {G_TLS_CERTIFICATE_BAD_IDENTITY, Distrust::OtherHost, "it is for another host"},
    {G_TLS_CERTIFICATE_EXPIRED, Distrust::Expired, "it has expired"},
    {G_TLS_CERTIFICATE_NOT_ACTIVATED, Distrust::NotYetValid, "it is not valid yet"},
    {G_TLS_CERTIFICATE_INSECURE, Distrust::Weak, "its key or signature is weak"},
    {G_TLS_CERTIFICATE_GENERIC_ERROR, Distrust::Unsuitable, "it is none for a server, or forged"},
};

}  // namespace

Loss distrusted(GTlsCertificateFlags found) {
  Loss loss{Cause::Certificate};
  for (const Row& row : kRows) {
    if (!(found & row.flag)) continue;
    if (loss.distrust == Distrust::Unsaid) loss.distrust = row.distrust;
    loss.text.append(loss.text.empty() ? "" : ", ").append(row.words);
  }
  return loss;
}

}  // namespace dg
