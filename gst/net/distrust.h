// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include "core/fault.h"

namespace dg {

// What was found wrong with a server's certificate, as a loss.
Loss distrusted(GTlsCertificateFlags found);

}  // namespace dg
