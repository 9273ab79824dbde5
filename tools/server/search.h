// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <vector>

#include "core/message.h"

namespace dg::server {

// Where each query is said among `words`, letter for letter but for case.
std::vector<Search> search(const std::vector<Word>& words, const std::vector<std::string>& queries);

}  // namespace dg::server
