// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"

struct ps_decoder_s;

namespace dg::server {

struct FreeDecoder {
  void operator()(ps_decoder_s* decoder) const;
};
using Decoder = std::unique_ptr<ps_decoder_s, FreeDecoder>;

// Decoders of PocketSphinx with its English model. Each takes 91 MB and a third of a second to
// load, so they are used again, and each time as if they were new. Thread-safe.
class DecoderPool {
 public:
  // Why there is no model there, if there is none. "" is where it was installed.
  static std::optional<Error> check(const std::string& model_dir);

  explicit DecoderPool(const std::string& model_dir);

  // Whether so many more can be in use at a time, of `most`; release() gives them back.
  bool reserve(int count, int most) DG_EXCLUDES(mutex_);
  void release(int count) DG_EXCLUDES(mutex_);
  // Loads one if none is free.
  Decoder take() DG_EXCLUDES(mutex_);
  void give_back(Decoder decoder) DG_EXCLUDES(mutex_);

 private:
  Decoder load() const;

  const std::string model_dir_;
  Mutex mutex_;
  int reserved_ DG_GUARDED_BY(mutex_) = 0;
  std::vector<Decoder> free_ DG_GUARDED_BY(mutex_);
};

}  // namespace dg::server
