// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/search.h"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace dg::server {
namespace {

std::vector<std::string> split(const std::string& query) {
  std::istringstream in(query);
  std::vector<std::string> parts;
  for (std::string part; in >> part;) {
    for (char& c : part) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    parts.push_back(part);
  }
  return parts;
}

Hit hit(std::vector<Word>::const_iterator from, std::size_t count) {
  Hit out{from->confidence, from->start, (from + static_cast<std::ptrdiff_t>(count) - 1)->end, ""};
  for (std::size_t i = 0; i < count; ++i, ++from) {
    out.confidence = std::min(out.confidence, from->confidence);
    out.snippet += (i ? " " : "") + from->word;
  }
  return out;
}

}  // namespace

std::vector<Search> search(const std::vector<Word>& words,
                           const std::vector<std::string>& queries) {
  std::vector<Search> out;
  auto same = [](const Word& word, const std::string& part) { return word.word == part; };
  for (const std::string& query : queries) {
    Search found{query, {}};
    std::vector<std::string> parts = split(query);
    for (auto at = words.begin(); !parts.empty(); ++at) {
      at = std::search(at, words.end(), parts.begin(), parts.end(), same);
      if (at == words.end()) break;
      found.hits.push_back(hit(at, parts.size()));
    }
    out.push_back(std::move(found));
  }
  return out;
}

}  // namespace dg::server
