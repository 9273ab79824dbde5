// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/captions.h"

namespace dg {

Word word(const std::string& text, Nanos start, Nanos end, std::optional<int> speaker = {});
// "one two three", each of `length`, one behind the other.
std::vector<Word> words(const std::string& text, Nanos start, Nanos length,
                        std::optional<int> speaker = {});
Revision final(Nanos from, Nanos to, std::vector<Word> words, bool ends_utterance = false);
Revision interim(Nanos from, Nanos to, std::vector<Word> words);
Revision on_channel(int channel, Revision revision);

CaptionStyle style_of(Granularity granularity);

// "one@1000+500" for a caption ("/" between its lines), "gap 0-1000", "end" of speech; times in ms.
using Items = std::vector<std::string>;
Items described(const std::vector<CaptionItem>& items);
// The captions among items.
std::vector<Caption> captions_in(const std::vector<CaptionItem>& items);

}  // namespace dg
