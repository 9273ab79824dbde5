// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/composer.h"

#include <algorithm>
#include <utility>

#include "base/overloaded.h"
#include "core/cuecomposer.h"
#include "core/rollupcomposer.h"
#include "core/utterancecomposer.h"
#include "core/wordcomposer.h"

namespace dg {

std::unique_ptr<Composer> make_composer(const CaptionStyle& style, int channel) {
  switch (style.granularity) {
    case Granularity::Auto:
    case Granularity::Cue:
      return std::make_unique<CueComposer>(style, channel);
    case Granularity::Word:
      return std::make_unique<WordComposer>(style, channel);
    case Granularity::RollUp:
      return std::make_unique<RollUpComposer>(style, channel);
    case Granularity::Utterance:
      return std::make_unique<UtteranceComposer>(style, channel);
  }
  return nullptr;
}

void SpokenComposer::take(const Revision& revision) {
  release_.take(revision);
}

void SpokenComposer::advance(const Progress& progress) {
  listen(progress);
  compose(progress);
}

void SpokenComposer::close(const Progress& progress) {
  listen(progress);
  finish(progress);
}

void SpokenComposer::listen(const Progress& progress) {
  if (progress.limit) release_.due(progress.due);
  bool arrival = style_.timing == Timing::Arrival && progress.limit;
  for (Said& said : release_.said())
    std::visit(overloaded{
                   [&](SaidWord& is) {
                     is.word.punctuated_word = clean(is.word.punctuated_word);
                     if (is.word.punctuated_word.empty()) return;
                     hear(is, arrival ? *progress.limit : is.word.start);
                   },
                   [&](SpeechEnd&) { hear_end(); },
               },
               said);
}

// Of one line: what the words of a text do not hold is put between them later.
void SpokenComposer::hear(const SaidWord& said, Nanos at) {
  const Word& word = said.word;
  Spoken spoken;
  spoken.word = word;
  spoken.at = at;
  spoken.completes = said.completes;
  Nanos length = std::max(word.end - word.start, Nanos(0));
  if (!lays_out()) {
    spoken.text = word.punctuated_word;
    spoken.until = at + length;
    hear(std::move(spoken));
    return;
  }
  std::string text = speaker_label(style_.labels, word.speaker, speaker_) + word.punctuated_word;
  if (word.speaker) speaker_ = word.speaker;
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::vector<std::string> parts = pieces(text, style_.box.line_length);
  for (std::string& part : parts) part = clean(part);
  std::erase(parts, "");
  auto count = static_cast<Nanos::rep>(parts.size());
  for (Nanos::rep i = 0; i < count; ++i) {
    spoken.text = std::move(parts[static_cast<std::size_t>(i)]);
    spoken.at = at + length * i / count;
    spoken.until = at + length * (i + 1) / count;
    spoken.whole = i + 1 == count;
    hear(spoken);
    spoken.completes = false;
  }
}

}  // namespace dg
