// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "core/message.h"

namespace dg::server {

// The model that answers a request for `requested`, by the names that responses have. Its uuid is
// always the same for the same name.
Model served_model(const std::string& requested);

}  // namespace dg::server
