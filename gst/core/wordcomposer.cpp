// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/wordcomposer.h"

#include <algorithm>

namespace dg {

void WordComposer::hear(Spoken spoken) {
  Caption caption;
  caption.pts = spoken.at;
  caption.duration = std::max(spoken.until - spoken.at, kShortestText);
  caption.lines = {{std::move(spoken.text), spoken.word.speaker}};
  caption.fresh = 1;
  caption.channel = channel_;
  caption.speaker = spoken.word.speaker;
  caption.confidence = spoken.word.confidence;
  caption.words.push_back(std::move(spoken.word));
  made_.emplace_back(std::move(caption));
}

}  // namespace dg
