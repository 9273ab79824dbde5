// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <utility>

#include "core/composer.h"

namespace dg {

// A caption a word, as soon as it is released.
class WordComposer final : public SpokenComposer {
 public:
  WordComposer(const CaptionStyle& style, int channel) : SpokenComposer(style), channel_(channel) {}

  std::optional<Nanos> undecided() const override { return std::nullopt; }
  std::vector<CaptionItem> made() override { return std::exchange(made_, {}); }

 protected:
  void hear(Spoken spoken) override;
  void hear_end() override { made_.emplace_back(SpeechEnd{}); }
  void compose(const Progress&) override {}
  void finish(const Progress&) override {}
  bool lays_out() const override { return false; }

 private:
  const int channel_;
  std::vector<CaptionItem> made_;
};

}  // namespace dg
