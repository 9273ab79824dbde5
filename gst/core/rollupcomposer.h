// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/slatecomposer.h"

namespace dg {

// The last lines of what is said, word by word, as live television has them: a new line comes in
// below, and what is shown stays as it is. Cleared when nobody speaks.
class RollUpComposer final : public SlateComposer {
 public:
  using SlateComposer::SlateComposer;

 protected:
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
  bool fits(const Spoken& spoken) const;
  Nanos open_row(const Spoken& spoken);
  void clear();
  Nanos hold_end() const;
  Slate::Text text() const;

  std::deque<Row> rows_;
  Nanos until_{};  // of the speech that is shown
};

}  // namespace dg
