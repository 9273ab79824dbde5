// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/captionscript.h"

#include <algorithm>
#include <sstream>

#include "base/overloaded.h"

namespace dg {
namespace {

std::string milliseconds(Nanos time) {
  return std::to_string(time / std::chrono::milliseconds(1));
}

std::string described(const Caption& caption) {
  std::string text = caption.text();
  std::replace(text.begin(), text.end(), '\n', '/');
  text += "@" + milliseconds(caption.pts) + "+" + milliseconds(caption.duration);
  if (caption.late > 0) text += " late";
  if (caption.continued) text += " goes on";
  return text;
}

}  // namespace

Word word(const std::string& text, Nanos start, Nanos end, std::optional<int> speaker) {
  Word out;
  out.word = out.punctuated_word = text;
  out.start = start;
  out.end = end;
  out.speaker = speaker;
  out.confidence = 0.75;
  return out;
}

std::vector<Word> words(const std::string& text, Nanos start, Nanos length,
                        std::optional<int> speaker) {
  std::vector<Word> out;
  std::istringstream in(text);
  for (std::string each; in >> each; start += length)
    out.push_back(word(each, start, start + length, speaker));
  return out;
}

Revision final(Nanos from, Nanos to, std::vector<Word> words, bool ends_utterance) {
  Revision out;
  out.from = from;
  out.to = to;
  out.final = true;
  out.ends_utterance = ends_utterance;
  out.confidence = 0.5;
  out.transcript = joined(words);
  out.words = std::move(words);
  return out;
}

Revision interim(Nanos from, Nanos to, std::vector<Word> words) {
  Revision out = final(from, to, std::move(words));
  out.final = false;
  return out;
}

Revision on_channel(int channel, Revision revision) {
  revision.channel = channel;
  return revision;
}

CaptionStyle style_of(Granularity granularity) {
  CaptionStyle style;
  style.granularity = granularity;
  return style;
}

Items described(const std::vector<CaptionItem>& items) {
  Items out;
  for (const CaptionItem& item : items)
    out.push_back(std::visit(overloaded{
                                 [](const Caption& is) { return described(is); },
                                 [](const Gap& is) {
                                   return "gap " + milliseconds(is.from) + "-" +
                                          milliseconds(is.to);
                                 },
                                 [](const SpeechEnd&) { return std::string("end"); },
                             },
                             item));
  return out;
}

std::vector<Caption> captions_in(const std::vector<CaptionItem>& items) {
  std::vector<Caption> out;
  for (const CaptionItem& item : items)
    if (auto* caption = std::get_if<Caption>(&item)) out.push_back(*caption);
  return out;
}

}  // namespace dg
