// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/recordedmessages.h"

#include <cstdlib>
#include <fstream>

namespace dg {

std::vector<Results> results_in(const std::vector<std::string>& messages) {
  std::vector<Results> out;
  for (const std::string& text : messages) {
    Result<Message> message = parse_message(text);
    if (!message) continue;
    if (auto* results = std::get_if<Results>(&*message)) out.push_back(*results);
  }
  return out;
}

std::vector<Results> recorded(const std::string& name) {
  std::ifstream file(std::string(std::getenv("DG_FIXTURES")) + "/" + name);
  // Some files have what was captured around each message.
  const std::string wrapper = R"("message": )";
  std::vector<std::string> messages;
  for (std::string line; std::getline(file, line);) {
    std::size_t at = line.starts_with(R"({"_source")") ? line.find(wrapper) : std::string::npos;
    if (at != std::string::npos)
      line = line.substr(at + wrapper.size(), line.size() - at - wrapper.size() - 1);
    messages.push_back(line);
  }
  return results_in(messages);
}

}  // namespace dg
