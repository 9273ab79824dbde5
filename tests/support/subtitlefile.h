// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/nanos.h"
#include "base/result.h"

namespace dg {

struct Subtitle {
  Nanos start{}, end{};
  std::vector<std::string> lines;  // as a viewer sees them

  std::string text() const;  // its lines, with a blank between them
};
using Subtitles = std::vector<Subtitle>;

// Read as the strictest player does: an error says what another might forgive.
Result<Subtitles> parse_srt(std::string_view file);
Result<Subtitles> parse_webvtt(std::string_view file);

}  // namespace dg
