// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "core/composer.h"
#include "core/slate.h"

namespace dg {

// How long it takes to read so much, where the speech leaves that: 20 characters a second.
inline Nanos time_to_read(std::size_t columns) {
  return std::chrono::milliseconds(1000) / 20 * static_cast<Nanos::rep>(columns);
}

// A composer that shows what is on for a while.
class SlateComposer : public SpokenComposer {
 public:
  SlateComposer(const CaptionStyle& style, int channel)
      : SpokenComposer(style), slate_(channel, style.min_duration) {}

  std::optional<Nanos> undecided() const final;
  std::vector<CaptionItem> made() final { return slate_.made(); }

 protected:
  void hear(Spoken spoken) final;
  void hear_end() override;
  // How many columns more a text takes behind `last` in a line, and with what between them.
  static const char* between(const std::string& last, const Spoken& spoken);
  static std::size_t columns_behind(const std::string& last, const Spoken& spoken);

  std::deque<Spoken> words_;  // that are not shown yet
  Slate slate_;
};

}  // namespace dg
