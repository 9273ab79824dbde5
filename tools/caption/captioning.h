// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "caption/options.h"
#include "caption/printer.h"
#include "caption/ptr.h"
#include "caption/terminal.h"

namespace dg::caption {

// Runs the pipeline from the input to what is written. On the main thread, in the default context.
class Captioning {
 public:
  enum class Outcome { Complete, Failed, Aborted };

  // The error says what is missing, or which property is wrong.
  static Result<std::unique_ptr<Captioning>> make(const Options& options);
  ~Captioning();
  Captioning(const Captioning&) = delete;
  Captioning& operator=(const Captioning&) = delete;

  // Until all is written, something goes wrong, or two signals came (SIGINT, SIGTERM).
  Outcome run();

 private:
  Captioning() = default;
  std::optional<Error> build(const Options& options);
  std::optional<Error> set(const std::string& property, const std::string& value);

  void take(GstMessage* message);
  void take_results(const GstStructure* results);
  void complain(const char* kind, const char* text);
  void end(Outcome outcome);
  void end_input();
  void show_progress();

  Ptr<GMainLoop> loop_{g_main_loop_new(nullptr, FALSE)};
  Ptr<GstElement> pipeline_, transcribe_;
  std::unique_ptr<Printer> printer_;  // none if elements write
  Terminal terminal_;
  bool is_live_ = false, ends_ = false;
  Outcome outcome_ = Outcome::Complete;
};

}  // namespace dg::caption
