// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "core/composer.h"

namespace dg {

// A caption an utterance, when it is over, in the service's own words: for logs and terminals.
class UtteranceComposer final : public Composer {
 public:
  UtteranceComposer(const CaptionStyle& style, int channel) : style_(style), channel_(channel) {}

  void take(const Revision& revision) override;
  void advance(const Progress&) override {}
  void close(const Progress&) override { give(false); }
  std::optional<Nanos> undecided() const override;
  std::vector<CaptionItem> made() override { return std::exchange(made_, {}); }

 private:
  void add(const Revision& revision, const std::string& text);
  void give(bool speech_ended);

  const CaptionStyle style_;
  const int channel_;
  std::optional<Caption> speaking_;  // one that has not ended
  std::optional<int> speaker_;       // of the one before
  std::vector<CaptionItem> made_;
};

}  // namespace dg
