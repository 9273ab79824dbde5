// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace dg::server {

// A certificate for these host names and addresses, signed by an authority that signs nothing
// else. All PEM; made anew each time and kept nowhere.
struct Certificate {
  std::string authority;  // what a client must trust
  std::string certificate;
  std::string key;
};

Result<Certificate> make_certificate(const std::vector<std::string>& names);

}  // namespace dg::server
