// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include "base/ptr.h"
#include "net/ptr.h"

namespace dg {

// Databases of roots that all connections share, for clients: OpenSSL looks at the server. GIO's
// own give each connection a copy of the roots, which is megabytes. They refuse what GIO's refuse
// (docs/architecture.md has the one exception), and may be asked by any thread.

// Trusts the certificates of a PEM file; null if it holds none.
Ptr<GTlsDatabase> trust_store(const char* file);

// Trusts the system's roots, where OpenSSL looks for them: SSL_CERT_FILE and SSL_CERT_DIR go before
// the built-in places. Null if there are none.
Ptr<GTlsDatabase> make_system_trust_store();

// The one that the process has, made with the first call; lives for ever.
GTlsDatabase* system_trust_store();

}  // namespace dg
