// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "base/result.h"
#include "server/serveroptions.h"

namespace dg::server {

enum class Task { Serve, Transcribe, WriteTones, ShowVersion };
enum class TextFormat { Text, Json, Words };

// What the command line asks for.
struct Arguments {
  Task task = Task::Serve;
  ServerOptions server;
  bool quiet = false;
  std::string authority_file;  // where to write whom clients must trust

  std::string file;  // to transcribe or to write
  TextFormat format = TextFormat::Text;
  std::string query;  // for transcribing, as in a URL
  double seconds = 0;
  int rate = 16000;
};

// An error is one line. --help prints and exits by itself.
Result<Arguments> parse_arguments(int argc, char** argv);

}  // namespace dg::server
