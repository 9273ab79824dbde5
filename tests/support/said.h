// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/message.h"
#include "core/timeline.h"

// What a service says, and of what audio, for tests of what becomes of it.
namespace dg {

inline constexpr AudioFormat kMilliseconds{Encoding::Linear16, 1000, 1};  // a sample a millisecond

inline Word word(const std::string& text, Nanos start, Nanos end) {
  Word out;
  out.word = out.punctuated_word = text;
  out.start = start;
  out.end = end;
  return out;
}

inline Results result(bool is_final, Nanos start, Nanos end, std::vector<Word> words) {
  Results out;
  out.start = start;
  out.duration = end - start;
  out.is_final = is_final;
  out.transcript = joined(words);
  out.words = std::move(words);
  return out;
}

inline Results interim(Nanos start, Nanos end, std::vector<Word> words) {
  return result(false, start, end, std::move(words));
}

inline Results final(Nanos start, Nanos end, std::vector<Word> words = {}) {
  return result(true, start, end, std::move(words));
}

inline Results on_channel(int index, int count, Results results) {
  results.channel = {index, count};
  return results;
}

inline Timeline heard(std::int64_t samples, Position position = 0, Nanos pts = Nanos(0)) {
  Timeline timeline(kMilliseconds);
  timeline.sent(position, pts, samples);
  return timeline;
}

}  // namespace dg
