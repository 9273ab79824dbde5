// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

namespace dg {

// One who has this certificate for servers that want one.
GTlsInteraction* card_holder(GTlsCertificate* certificate);

}  // namespace dg
