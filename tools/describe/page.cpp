// SPDX-License-Identifier: LGPL-2.1-or-later
#include "describe/page.h"

#include <algorithm>

namespace dg {
namespace {

constexpr std::string_view kMark = "<!-- elements -->\n";

}  // namespace

Result<std::string> fill_in(std::string page, const std::string& elements) {
  std::size_t mark = page.find(kMark);
  if (mark == std::string::npos) return Error{"has no line " + std::string(kMark)};
  return page.replace(mark, kMark.size(), elements);
}

std::optional<int> first_difference(std::string_view one, std::string_view other) {
  if (one == other) return std::nullopt;
  auto [end, unused] = std::mismatch(one.begin(), one.end(), other.begin(), other.end());
  return static_cast<int>(std::count(one.begin(), end, '\n')) + 1;
}

}  // namespace dg
