// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <span>

#include "core/message.h"
#include "plugin/results.h"

namespace dg {

// What a text buffer was made of, for applications that want more than its text.
struct SpokenText {
  std::span<const Word> words;
  std::optional<int> speaker;  // the one speaker of all the words
  int channel = 0;
  double confidence = 0;   // the mean of the words' own
  bool continued = false;  // goes on showing the text of the buffer before
};

inline constexpr const char* kWordsMeta = "DeepgramWordsMeta";

// Makes the meta known; before the first add_words_meta(). Thread-safe.
void register_words_meta();

// Attaches the meta to a writable buffer: a GstStructure {words, speaker, channel, confidence,
// continued}; its words are those of `deepgram/results`.
void add_words_meta(GstBuffer* buffer, const SpokenText& text, const RunningTime& running_time);

}  // namespace dg
