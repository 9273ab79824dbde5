// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/wordrelease.h"

#include <algorithm>
#include <utility>

#include "core/letters.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

// A word that two interims have at the same place, and that is as old as this, is stable.
constexpr Nanos kSamePlace = 150ms;
constexpr Nanos kStableAge = 1s;
// A word at the border of two finals may be in the later one, though its time says otherwise.
constexpr Nanos kBorder = 300ms;
// What the begin of a result may lie before the end of the one before.
constexpr Nanos kRounding = 10ms;
// No interim reaches so far: it is another time that begins there.
constexpr Nanos kFarthest = 30s;
// Minutes of speech without a final.
constexpr std::size_t kMostUnconfirmed = 500;

const std::string& text_of(const Word& word) {
  return word.punctuated_word.empty() ? word.word : word.punctuated_word;
}

Nanos middle(const Word& word) {
  return word.start + (word.end - word.start) / 2;
}

HeardWord heard(const Word& word) {
  std::string text = letters(text_of(word));
  return {text, word.start, std::max(word.start, word.end), text, false};
}

std::vector<HeardWord> heard(const std::vector<Word>& words) {
  std::vector<HeardWord> out;
  out.reserve(words.size());
  for (const Word& word : words) out.push_back(heard(word));
  return out;
}

// Whether one of them begins as the other was given out.
bool begin_alike(const HeardWord& given, const HeardWord& now) {
  return given.once.starts_with(now.letters) || now.letters.starts_with(given.once);
}

// The word without its first letters.
Word behind(const Word& word, const std::string& begun) {
  Word rest = word;
  rest.punctuated_word = behind_letters(text_of(word), begun);
  bool same = letters(word.word).starts_with(begun);
  rest.word = same ? behind_letters(word.word, begun) : rest.punctuated_word;
  return rest;
}

std::vector<Word> words_of(const Revision& revision) {
  if (!revision.words.empty() || revision.transcript.empty()) {
    std::vector<Word> words = revision.words;
    std::erase_if(words, [](const Word& word) { return text_of(word).empty(); });
    return words;
  }
  Word whole;
  whole.word = whole.punctuated_word = revision.transcript;
  whole.start = revision.from;
  whole.end = revision.to;
  whole.confidence = revision.confidence;
  return {whole};
}

// An end of speech that came by itself says nothing of the words before it.
bool is_end_alone(const Revision& revision) {
  return revision.ends_utterance && revision.from == revision.to && revision.words.empty() &&
         revision.transcript.empty();
}

}  // namespace

void WordRelease::take(const Revision& revision) {
  if (!revision.final)
    take_interim(revision);
  else if (is_end_alone(revision))
    end_heard(revision.to);
  else
    take_final(revision);
  if (speech_end_ && !is_open_before(*speech_end_)) end_speech(*speech_end_);
}

std::vector<Said> WordRelease::said() {
  return std::exchange(said_, {});
}

WordRelease::Comparison WordRelease::compare(const std::vector<Word>& words) const {
  Comparison out;
  out.heard = heard(words);
  out.matches = align(known_, given_, out.heard);
  out.met.resize(words.size());
  out.known_met.resize(known_.size());
  for (const WordMatch& match : out.matches) {
    for (std::size_t i = 0; i < match.before_count; ++i) out.known_met[match.before + i] = true;
    for (std::size_t i = 0; i < match.after_count; ++i) out.met[match.after + i] = true;
  }
  return out;
}

// Whether words were given out in its time that became nothing else, or that became another word
// and took more time than that one ("alright", "all right").
bool WordRelease::is_covered(const HeardWord& word, const Comparison& with) const {
  Nanos covered{};
  for (std::size_t i = 0; i < given_; ++i)
    if (!with.known_met[i] && !known_[i].by_text_only) covered += known_[i].overlap(word);
  for (const WordMatch& match : with.matches) {
    if (match.before >= given_) break;
    const HeardWord &known = known_[match.before], &became = with.heard[match.after];
    if (begin_alike(known, became)) continue;
    covered += std::min(known.length() - known.overlap(became), known.overlap(word));
  }
  return 2 * covered >= word.length();
}

// Whether a word is no longer new, or comes too late: what is behind it was given out, and the
// interim has not heard so far again.
bool WordRelease::is_passed(std::size_t index, const Comparison& with) const {
  const HeardWord& word = with.heard[index];
  for (std::size_t i = 0; i < given_; ++i)
    if (!with.known_met[i] && known_[i].start > word.middle()) return true;
  return !with.met[index] && is_covered(word, with);
}

// What was not given out of words that begin with what was.
WordRelease::Rest WordRelease::rest_of(const WordMatch& match, const Comparison& with,
                                       const std::vector<Word>& words) const {
  std::size_t end = std::min(match.before + match.before_count, given_);
  std::string given;
  for (std::size_t i = match.before; i < end; ++i) given += known_[i].once;
  Rest rest;
  for (std::size_t i = match.after; i < match.after + match.after_count; ++i) {
    const std::string& text = with.heard[i].letters;
    bool begun = !given.empty();
    if (begun && given.starts_with(text)) {
      given.erase(0, text.size());
      continue;
    }
    if (!text.starts_with(given)) return {};
    Word word = words[i];
    if (begun) {
      Nanos latest = std::max(word.start, middle(word));
      word = behind(word, std::exchange(given, ""));
      word.start = std::clamp(known_[end - 1].end, word.start, latest);
    }
    if (is_covered(heard(word), with)) continue;
    rest.completes = rest.completes || begun;
    rest.words.push_back(std::move(word));
  }
  return rest;
}

// --- interims

void WordRelease::take_interim(const Revision& revision) {
  if (strategy_ == InterimStrategy::Disabled || revision.to <= Nanos(0)) return;
  std::vector<Word> words;
  if (!revision.words.empty()) words = words_of(revision);
  // One that begins where the final ended has none of the final's words, wherever they are.
  bool overlaps = done_ && revision.from + kRounding < *done_;
  std::erase_if(words, [&](const Word& word) {
    return (overlaps && middle(word) <= *done_) || is_forgotten(word);
  });
  Comparison with = compare(words);

  std::size_t next = 0;  // the first word behind all that was given out
  Rest rest;
  for (const WordMatch& match : with.matches) {
    if (match.before >= given_) break;
    next = match.after + match.after_count;
    bool reaches_last = match.before + match.before_count >= given_;
    if (reaches_last) rest = rest_of(match, with, words);
    revise(match, with.heard[match.after]);
  }
  while (next < words.size() && is_passed(next, with)) ++next;
  std::vector<Word> waiting = std::move(rest.words);
  for (; next < words.size(); ++next) waiting.push_back(std::move(words[next]));
  std::vector<HeardWord> fresh = heard(waiting);
  if (rest.completes) fresh.front().completes = true;

  std::size_t stable = strategy_ == InterimStrategy::Stable ? agreed(fresh, revision.to) : 0;
  known_.resize(given_);
  known_.insert(known_.end(), fresh.begin(), fresh.end());
  waiting_ = std::move(waiting);
  give(stable);
}

// Follows a given out word, so that the next result is compared with what it was last.
void WordRelease::revise(const WordMatch& match, const HeardWord& word) {
  if (match.before_count > 1 || match.after_count > 1) return;
  HeardWord& known = known_[match.before];
  if (known.once == word.letters) {
    known.start = word.start;
    known.end = word.end;
  } else if (begin_alike(known, word) ||  // the rest may have been given out
             2 * known.overlap(word) < std::max(known.length(), word.length())) {
    return;
  }
  known.letters = word.letters;
  known.by_text_only = false;
}

// How many waiting words are as two interims in a row have them.
std::size_t WordRelease::agreed(const std::vector<HeardWord>& fresh, Nanos to) const {
  std::size_t count = 0;
  for (; count < std::min(fresh.size(), waiting_.size()); ++count) {
    const HeardWord& before = known_[given_ + count];
    const HeardWord& now = fresh[count];
    bool same =
        before.letters == now.letters && std::chrono::abs(before.start - now.start) <= kSamePlace;
    if (!same || now.end > to - kStableAge) break;
  }
  return count;
}

void WordRelease::due(Nanos limit) {
  if (strategy_ == InterimStrategy::Disabled) return;
  // Times need not be in order, but what was spoken before goes before.
  auto last = std::find_if(waiting_.rbegin(), waiting_.rend(),
                           [limit](const Word& word) { return word.start <= limit; });
  give(static_cast<std::size_t>(waiting_.rend() - last));
  if (speech_end_ && !is_open_before(*speech_end_)) end_speech(*speech_end_);
}

void WordRelease::give(std::size_t waiting) {
  for (std::size_t i = 0; i < waiting; ++i)
    say({std::move(waiting_[i]), false, known_[given_ + i].completes});
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(waiting));
  given_ += waiting;
  forget();
}

void WordRelease::forget() {
  if (given_ <= kMostUnconfirmed) return;
  std::size_t count = given_ - kMostUnconfirmed;
  if (!forgotten_) forgotten_ = Span{known_.front().middle(), known_.front().middle()};
  for (std::size_t i = 0; i < count; ++i) {
    forgotten_->from = std::min(forgotten_->from, known_[i].middle());
    forgotten_->to = std::max(forgotten_->to, known_[i].middle());
  }
  known_.erase(known_.begin(), known_.begin() + static_cast<std::ptrdiff_t>(count));
  given_ -= count;
}

bool WordRelease::is_forgotten(const Word& word) const {
  return forgotten_ && middle(word) >= forgotten_->from && middle(word) <= forgotten_->to;
}

// --- finals

void WordRelease::take_final(const Revision& revision) {
  std::vector<Word> words = words_of(revision);
  if (revision.to <= Nanos(0)) {  // of a time that is over
    for (const Word& word : words) say({word});
  } else {
    std::erase_if(words, [this](const Word& word) { return is_forgotten(word); });
    Comparison with = compare(words);
    auto match = with.matches.begin();
    for (std::size_t i = 0; i < words.size(); ++i) {
      while (match != with.matches.end() && match->after + match->after_count <= i) ++match;
      bool known = match != with.matches.end() && match->after <= i;
      bool given = known && match->before < given_;
      if (known && match->after == i) confirm(*match, with, words);
      if (given || (!with.met[i] && is_covered(with.heard[i], with))) continue;
      say({words[i]});
    }
    settle(with, revision);
  }
  if (!revision.ends_utterance) return;
  if (words.empty())
    end_heard(revision.to);
  else
    end_speech(words.back().end);
}

void WordRelease::confirm(const WordMatch& match, Comparison& with,
                          const std::vector<Word>& words) {
  bool given = match.before < given_;
  Rest rest;
  if (given) rest = rest_of(match, with, words);
  for (std::size_t i = 0; i < rest.words.size(); ++i)
    say({rest.words[i], true, i == 0 && rest.completes});
  std::size_t end = match.before + match.before_count, last = match.after + match.after_count - 1;
  if (given) end = std::min(end, given_);
  std::string known, whole;
  for (std::size_t i = match.before; i < end; ++i) known += known_[i].once;
  for (std::size_t i = match.after; i <= last; ++i) whole += with.heard[i].letters;
  std::size_t more = known.size() - std::min(whole.size(), known.size());
  if (known == whole || !rest.words.empty()) return;
  if (known.starts_with(whole) && more < known_[end - 1].once.size()) {
    leave_rest(end - 1, known.substr(whole.size()), with.heard[last].end);
    with.known_met[end - 1] = false;
  } else if (given) {
    corrected_ += static_cast<unsigned>(end - match.before);
  }
}

// "may" of "maybe": the rest may be the first word of the next final.
void WordRelease::leave_rest(std::size_t index, const std::string& letters, Nanos from) {
  HeardWord& rest = known_[index];
  std::string begun = rest.once.substr(0, rest.once.size() - letters.size());
  rest.letters = rest.once = letters;
  rest.start = from;
  rest.end = std::max(rest.end, from);
  rest.by_text_only = true;
  if (index < given_) return;
  rest.completes = true;
  Word& waiting = waiting_[index - given_];
  waiting = behind(waiting, begun);
  waiting.start = rest.start;
  waiting.end = rest.end;
}

// What was given out in a final's time and is not in it will not come, nor what waits there; but at
// the border it may be in the next one.
void WordRelease::settle(const Comparison& with, const Revision& final) {
  Nanos to = final.to;
  std::vector<HeardWord> left;
  for (std::size_t i = 0; i < given_; ++i) {
    if (with.known_met[i]) continue;
    HeardWord& word = known_[i];
    Nanos middle = word.middle();
    if (middle <= to - kBorder || word.start > to + kFarthest) {
      ++corrected_;
      continue;
    }
    word.by_text_only = word.by_text_only || middle <= to;
    left.push_back(std::move(word));
  }
  std::size_t met = 0;
  for (std::size_t i = given_; i < known_.size(); ++i)
    if (with.known_met[i]) met = i + 1 - given_;
  std::vector<Word> waiting;
  std::size_t given = left.size();
  for (std::size_t i = met; i < waiting_.size(); ++i) {
    if (middle(waiting_[i]) <= (final.ends_utterance ? to : to - kBorder)) continue;
    waiting.push_back(std::move(waiting_[i]));
    left.push_back(std::move(known_[given_ + i]));
    left.back().by_text_only = left.back().middle() <= to;
  }
  known_ = std::move(left);
  given_ = given;
  waiting_ = std::move(waiting);
  done_ = to;
  if (forgotten_ && (forgotten_->to <= to || forgotten_->from > to + kFarthest)) forgotten_.reset();
}

// --- what is said

void WordRelease::say(SaidWord said) {
  Nanos start = said.word.start;
  if (speech_end_ && start >= *speech_end_) end_speech(*speech_end_);
  latest_ = speaking_ ? std::max(latest_, start) : start;
  speaking_ = true;
  said_.emplace_back(std::move(said));
}

// The service says so when it hears it, which may be before the words are final, or when the next
// ones were said.
void WordRelease::end_heard(Nanos at) {
  if (speaking_ && at < latest_) return;
  if (is_open_before(at))
    speech_end_ = at;
  else
    end_speech(at);
}

void WordRelease::end_speech(Nanos at) {
  speech_end_.reset();
  if (std::exchange(speaking_, false)) said_.emplace_back(SpeechEnd{at});
}

bool WordRelease::is_open_before(Nanos time) const {
  return std::any_of(known_.begin(), known_.end(),
                     [time](const HeardWord& word) { return word.start < time; });
}

}  // namespace dg
