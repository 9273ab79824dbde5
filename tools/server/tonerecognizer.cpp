// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/tonerecognizer.h"

#include <cmath>
#include <utility>

namespace dg::server {
namespace {

Word word_of(const ToneDecoder::Found& found, int rate) {
  Word word;
  word.word = word.punctuated_word = "w" + std::to_string(found.number);
  double start = found.start / rate;
  word.start = Nanos(std::llround(start * 1e9));
  word.end = Nanos(std::llround((start + tones::kLength) * 1e9));
  word.confidence = 1;
  return word;
}

}  // namespace

void ToneRecognizer::hear(std::span<const std::int16_t> block) {
  heard_ += static_cast<std::int64_t>(block.size());
  for (const ToneDecoder::Found& found : decoder_.hear(block))
    words_.push_back(word_of(found, rate_));
}

std::optional<std::int64_t> ToneRecognizer::gap() {
  return decoder_.decided();
}

std::vector<Word> ToneRecognizer::settle(std::int64_t position) {
  if (position == heard_) decoder_.cut();
  return std::exchange(words_, {});
}

}  // namespace dg::server
