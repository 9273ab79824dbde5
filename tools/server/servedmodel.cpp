// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/servedmodel.h"

#include "server/ptr.h"

namespace dg::server {
namespace {

std::string uuid_of(const std::string& name) {
  Ptr<char> sum(g_compute_checksum_for_string(G_CHECKSUM_MD5, name.c_str(), -1));
  std::string hex = sum.get();
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-4" + hex.substr(13, 3) + "-8" +
         hex.substr(17, 3) + "-" + hex.substr(20, 12);
}

// "nova-3-medical" without "nova-3" is "medical".
std::string kind_of(const std::string& requested, const std::string& family) {
  return requested.size() > family.size() ? requested.substr(family.size() + 1) : "general";
}

}  // namespace

Model served_model(const std::string& requested) {
  Model model;
  model.version = "2026-01-01.0";
  model.arch = requested.substr(0, requested.find('-'));
  model.name = kind_of(requested, model.arch);
  if (requested.starts_with("nova-3")) {
    model.arch = "nova-3";
    model.name = kind_of(requested, model.arch) + "-nova-3";
  } else if (requested.starts_with("nova-2")) {
    model.arch = "nova-2";
    model.name = "2-" + kind_of(requested, model.arch) + "-nova";
  } else if (requested.empty()) {
    model.arch = "base";
  }
  model.uuid = uuid_of(model.name + "/" + model.arch);
  return model;
}

}  // namespace dg::server
