// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/slatecomposer.h"

namespace dg {

// Subtitles: cues of a few lines, broken where it reads well. What is known before it is due is one
// caption a cue; what falls due before is shown as it is known, and grows in place. The rules are
// those of the BBC's and Netflix's guides:
// https://www.bbc.co.uk/accessibility/forproducts/guides/subtitles
class CueComposer final : public SlateComposer {
 public:
  using SlateComposer::SlateComposer;

 protected:
  void hear_end() override;
  void compose(const Progress& progress) override;
  void finish(const Progress& progress) override;

 private:
  struct Cue {  // that is on
    Slate::Text text;
    std::string last;        // of its words
    Nanos start{}, until{};  // of the speech
    Nanos reading{};         // how long it takes
    bool grows = false;
    bool speech_ended = false;
  };

  bool step(const Progress& progress);
  bool grow(const Progress& progress);
  void add(Spoken spoken);
  bool joins(const Spoken& spoken) const;
  bool breaks(const Spoken& before, const Spoken& after) const;
  std::size_t complete(const Progress& progress);
  void begin(std::size_t count);
  void end_before(Nanos next);
  Nanos end_of(const Cue& cue) const;
  bool overflows(const Spoken& spoken) const;

  std::size_t open_ = 0;  // so many of the words fit into one, to which more may come
  std::optional<Cue> cue_;
  bool closing_ = false;
};

}  // namespace dg
