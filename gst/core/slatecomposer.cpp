// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/slatecomposer.h"

#include <algorithm>
#include <utility>

namespace dg {

std::optional<Nanos> SlateComposer::undecided() const {
  if (!slate_.blank()) return slate_.position();
  if (!words_.empty()) return words_.front().at;
  return std::nullopt;
}

// What was begun and is not shown yet is shown whole.
void SlateComposer::hear(Spoken spoken) {
  bool joins = spoken.completes && !words_.empty() &&
               columns(words_.back().text + spoken.text) <= style().box.line_length;
  if (!joins) return words_.push_back(std::move(spoken));
  Spoken& begun = words_.back();
  begun.text += spoken.text;
  begun.word.word += spoken.word.word;
  begun.word.punctuated_word += spoken.word.punctuated_word;
  begun.word.end = spoken.word.end;
  begun.until = std::max(begun.until, spoken.until);
}

void SlateComposer::hear_end() {
  if (words_.empty())
    slate_.end_speech();
  else
    words_.back().ends_speech = true;
}

const char* SlateComposer::between(const std::string& last, const Spoken& spoken) {
  return !spoken.completes && blank_between(last, spoken.text) ? " " : "";
}

std::size_t SlateComposer::columns_behind(const std::string& last, const Spoken& spoken) {
  return columns(between(last, spoken)) + columns(spoken.text);
}

}  // namespace dg
