// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "base/result.h"
#include "caption/options.h"
#include "caption/ptr.h"

namespace dg::caption {

// Writes a line for each final result.
class Printer {
 public:
  // To options.output, or to the standard output.
  static Result<std::unique_ptr<Printer>> make(const Options& options);

  // A `deepgram/results`.
  void print(const GstStructure* results);
  // Nothing follows; whether all is written.
  bool finish();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  Printer(std::FILE* file, const Options& options)
      : file_(file), format_(options.format), timestamps_(options.timestamps) {}

  std::unique_ptr<std::FILE, Close> file_;
  const Format format_;
  const bool timestamps_;
  bool complete_ = true;
};

// One object, without a line's end: transcript, start, end (seconds of the input), confidence,
// channel, words.
std::string json_of(const GstStructure* results);

// "Hello there. [2.5 - 4.26]", as Deepgram's starter kit has it.
std::string text_of(const GstStructure* results, bool timestamps);

}  // namespace dg::caption
