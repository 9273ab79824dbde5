// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/command.h"

namespace dg {

std::string keep_alive_command() {
  return R"({"type":"KeepAlive"})";
}

std::string finalize_command(std::optional<int> channel) {
  if (!channel) return R"({"type":"Finalize"})";
  return R"({"type":"Finalize","channel":)" + std::to_string(*channel) + "}";
}

std::string close_stream_command() {
  return R"({"type":"CloseStream"})";
}

std::string configure_command(bool numerals) {
  return std::string(R"({"type":"Configure","features":{"numerals":)") +
         (numerals ? "true" : "false") + "}}";
}

}  // namespace dg
