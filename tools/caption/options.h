// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace dg::caption {

enum class Format { Text, Srt, Vtt, Json };

struct Options {
  std::string uri;  // of what is captioned; empty: the microphone
  Format format = Format::Text;
  bool timestamps = false;
  std::string output;  // a file; empty: the standard output
  std::vector<std::pair<std::string, std::string>> properties;  // of deepgramtranscribe
  bool version = false;                                         // nothing but that is wanted
};

// Reads the command line, and GStreamer's options with it. --help ends the program.
Result<Options> parse_options(int argc, char** argv);

}  // namespace dg::caption
