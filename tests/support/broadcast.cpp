// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/broadcast.h"

#include <iterator>

#include "support/captionscript.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kWord = 1s / 3, kBreath = 10s, kTick = 50ms;
// As the element does.
constexpr Nanos kAhead = 60ms;
constexpr std::uint64_t kInFinal = 9, kInBreath = 27;

// Four breaths, with what languages have: sentences, clauses, numbers, long words.
constexpr const char* kText[] = {
    "The",      "committee", "met",     "on",
    "Tuesday,", "and",       "it",      "decided",
    "that",     "nothing",   "should",  "change",
    "before",   "the",       "end",     "of",
    "the",      "year.",     "Dr.",     "Smith,",
    "who",      "spoke",     "first,",  "was",
    "not",      "of",        "that",    "opinion.",
    "In",       "his",       "view",    "internationalization",
    "costs",    "20",        "percent", "of",
    "what",     "it",        "saves;",  "others",
    "said",     "more.",     "When",    "asked,",
    "he",       "would",     "not",     "say",
    "where",    "the",       "number",  "came",
    "from.",    "We",        "went",    "down",
    "to",       "the",       "harbour", "afterwards",
    "because",  "they",      "had",     "told",
    "us",       "about",     "a",       "ship",
    "that",     "nobody",    "owns,",   "and",
    "sure",     "enough",    "there",   "she",
    "was,",     "green",     "with",    "weed",
    "and",      "leaning",   "against", "the",
    "wall.",    "Nobody",    "on",      "board,",
    "no",       "name",      "on",      "her",
    "bow,",     "and",       "a",       "cat",
    "asleep",   "on",        "the",     "wheel.",
    "What",     "would",     "you",     "have",
    "done?",    "We",        "waited",  "outside.",
};
static_assert(std::size(kText) == 4 * kInBreath);

}  // namespace

Broadcast::Broadcast(CaptionStyle style, bool live, Nanos latency)
    : live_(live), latency_(latency), captions_(style) {
  captions_.restart(0s);
}

Word Broadcast::word_at(std::uint64_t number) {
  Nanos start = number / kInBreath * kBreath + number % kInBreath * 1s / 3;
  int speaker = number / (2 * kInBreath) % 2;
  return word(kText[number % std::size(kText)], start, start + kWord, speaker);
}

Revision Broadcast::result_behind(std::uint64_t number) {
  std::uint64_t first = number - number % kInFinal;
  std::vector<Word> words;
  for (std::uint64_t i = first; i <= number; ++i) words.push_back(word_at(i));
  Nanos from = words.front().start, to = words.back().end;
  if ((number + 1) % kInFinal == 0)
    return final(from, to, std::move(words), (number + 1) % kInBreath == 0);
  std::string& last = words.back().punctuated_word;
  if (number % 4 == 0 && last.size() > 4) words.back().word = last = last.substr(0, 3);
  return interim(from, to, std::move(words));
}

void Broadcast::run_to(Nanos time) {
  for (; word_at(said_).end <= time; ++said_) {
    if (live_)
      for (Nanos now = ticked_ + kTick; now <= word_at(said_).end; now += kTick) tick(now);
    speak();
  }
}

void Broadcast::speak() {
  Revision result = result_behind(said_);
  if (!result.final && !live_) return;
  captions_.take(result);
  if (result.final) captions_.settled(result.to);
  release();
}

void Broadcast::tick(Nanos now) {
  ticked_ = now;
  if (now + kAhead >= latency_) captions_.due(now - latency_ + kAhead, now);
  release();
}

void Broadcast::release() {
  for (const CaptionItem& item : captions_.release())
    if (auto* caption = std::get_if<Caption>(&item)) shown_ += caption->fresh;
}

}  // namespace dg
