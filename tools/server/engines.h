// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <optional>

#include "base/result.h"
#include "server/recognizer.h"
#include "server/serveroptions.h"

namespace dg::server {

// pocketsphinx where it was built in, else tone.
RecognizerKind default_recognizer();

// Where connections get their recognizers. Used on one thread.
class Engines {
 public:
  Engines();
  ~Engines();

  // What is missing for these options.
  std::optional<Error> check(const ServerOptions& options) const;
  // An engine for so many tracks; null when there are not enough decoders for now. Only for
  // recognizers that hear.
  std::unique_ptr<Engine> reserve(const ServerOptions& options, int tracks);

 private:
  struct Pools;
  std::unique_ptr<Pools> pools_;
};

}  // namespace dg::server
