// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/cardholder.h"

G_DECLARE_FINAL_TYPE(CardHolder, card_holder, CARD, HOLDER, GTlsInteraction)

struct _CardHolder {
  GTlsInteraction parent;
  GTlsCertificate* certificate;
};

G_DEFINE_TYPE(CardHolder, card_holder, G_TYPE_TLS_INTERACTION)

static void card_holder_init(CardHolder*) {}

static void card_holder_finalize(GObject* self) {
  g_clear_object(&CARD_HOLDER(self)->certificate);
  G_OBJECT_CLASS(card_holder_parent_class)->finalize(self);
}

static void card_holder_class_init(CardHolderClass* klass) {
  G_OBJECT_CLASS(klass)->finalize = card_holder_finalize;
  G_TLS_INTERACTION_CLASS(klass)->request_certificate =
      [](GTlsInteraction* self, GTlsConnection* connection, GTlsCertificateRequestFlags,
         GCancellable*, GError**) {
        g_tls_connection_set_certificate(connection, CARD_HOLDER(self)->certificate);
        return G_TLS_INTERACTION_HANDLED;
      };
}

namespace dg {

GTlsInteraction* card_holder(GTlsCertificate* certificate) {
  auto* made = static_cast<CardHolder*>(g_object_new(card_holder_get_type(), nullptr));
  made->certificate = G_TLS_CERTIFICATE(g_object_ref(certificate));
  return G_TLS_INTERACTION(made);
}

}  // namespace dg
