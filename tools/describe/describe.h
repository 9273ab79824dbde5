// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "base/result.h"

namespace dg {

// The reference of one element in Markdown, from what its class registered: metadata, pads,
// properties and signals of its own. The same on every machine with the same element.
Result<std::string> describe_element(const std::string& factory_name);

}  // namespace dg
