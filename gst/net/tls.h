// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>

#include <gio/gio.h>

namespace dg {

// Whom a connection trusts, and who shows a certificate of ours. core passes it on, unseen.
struct Tls {
  std::shared_ptr<GTlsDatabase> database;        // null: the system's
  std::shared_ptr<GTlsInteraction> interaction;  // null: nobody is asked for a certificate
};

}  // namespace dg
