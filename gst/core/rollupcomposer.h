// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/composer.h"
#include "core/slate.h"

namespace dg {

// The last lines of what is said, word by word, as live television has them: a new line comes in
// below, and what is shown stays as it is. Cleared when nobody speaks.
class RollUpComposer final : public SpokenComposer {
 public:
  RollUpComposer(const CaptionStyle& style, int channel)
      : SpokenComposer(style), slate_(channel, style.min_duration) {}

  std::optional<Nanos> undecided() const override;
  std::vector<CaptionItem> made() override { return slate_.made(); }

 protected:
  void hear(Spoken spoken) override { words_.push_back(std::move(spoken)); }
  void hear_end() override;
  void compose(const Progress& progress) override;
  void finish(const Progress& progress) override;

 private:
  struct Row {
    Line line;
    std::size_t columns = 0;
    std::string last;  // of its words
    std::vector<Word> words;
    Nanos complete{};  // when its last word came
  };

  void add(Spoken spoken);
  Nanos open_row(const Spoken& spoken);
  void clear();
  Nanos hold_end() const;
  Slate::Text text() const;

  std::deque<Spoken> words_;  // that are not shown yet
  std::deque<Row> rows_;
  Nanos until_{};  // of the speech that is shown
  Slate slate_;
};

}  // namespace dg
