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
  for (const Word& word : words) out.heard.push_back(heard(word));
  out.matches = align(known_, out.heard);
  out.met.resize(words.size());
  out.known_met.resize(known_.size());
  for (const WordMatch& match : out.matches) {
    for (std::size_t i = 0; i < match.before_count; ++i) out.known_met[match.before + i] = true;
    for (std::size_t i = 0; i < match.after_count; ++i) out.met[match.after + i] = true;
  }
  return out;
}

// Whether words were given out in its time that became nothing else.
bool WordRelease::is_covered(const HeardWord& word, const Comparison& with) const {
  Nanos covered{};
  for (std::size_t i = 0; i < given_; ++i)
    if (!with.known_met[i] && !known_[i].by_text_only) covered += known_[i].overlap(word);
  return 2 * covered >= word.length();
}

// The letters of a word that were not given out, if those before them were.
std::optional<Word> WordRelease::rest_of(const WordMatch& match, const Comparison& with,
                                         const Word& word) const {
  std::size_t end = std::min(match.before + match.before_count, given_);
  std::string given;
  for (std::size_t i = match.before; i < end; ++i) given += known_[i].once;
  const std::string& whole = with.heard[match.after].letters;
  if (match.after_count > 1 || given.size() >= whole.size() || !whole.starts_with(given))
    return std::nullopt;
  Word rest = word;
  rest.punctuated_word = behind_letters(text_of(word), given);
  bool same = letters(word.word).starts_with(given);
  rest.word = same ? behind_letters(word.word, given) : rest.punctuated_word;
  rest.start = std::clamp(known_[end - 1].end, word.start, std::max(word.start, word.end));
  return rest;
}

// --- interims

void WordRelease::take_interim(const Revision& revision) {
  if (strategy_ == InterimStrategy::Disabled || revision.to <= Nanos(0)) return;
  std::vector<Word> words;
  if (!revision.words.empty()) words = words_of(revision);
  std::erase_if(words, [this](const Word& word) {
    return (done_ && middle(word) <= *done_) || is_forgotten(word);
  });
  Comparison with = compare(words);

  std::size_t next = 0;  // the first word behind all that was given out
  std::vector<HeardWord> fresh;
  std::vector<Word> waiting;
  for (const WordMatch& match : with.matches) {
    if (match.before >= given_) break;
    next = match.after + match.after_count;
    bool reaches_last = match.before + match.before_count >= given_;
    std::optional<Word> rest = rest_of(match, with, words[match.after]);
    if (rest && reaches_last) waiting.push_back(*std::move(rest));
    revise(match, with.heard[match.after]);
  }
  while (next < words.size() && !with.met[next] && is_covered(with.heard[next], with)) ++next;
  for (; next < words.size(); ++next) waiting.push_back(std::move(words[next]));
  for (const Word& word : waiting) fresh.push_back(heard(word));

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
  bool begun = known.once.starts_with(word.letters) || word.letters.starts_with(known.once);
  if (begun && known.once != word.letters) return;  // the rest may have been given out
  known.letters = word.letters;
  known.start = word.start;
  known.end = word.end;
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
  for (std::size_t i = 0; i < waiting; ++i) say(waiting_[i], false);
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
    for (const Word& word : words) say(word, true);
  } else {
    std::erase_if(words, [this](const Word& word) { return is_forgotten(word); });
    Comparison with = compare(words);
    auto match = with.matches.begin();
    for (std::size_t i = 0; i < words.size(); ++i) {
      while (match != with.matches.end() && match->after + match->after_count <= i) ++match;
      bool given = match != with.matches.end() && match->after <= i && match->before < given_;
      if (given && match->after == i) confirm(*match, with, words[i]);
      if (given || (!with.met[i] && is_covered(with.heard[i], with))) continue;
      say(words[i], true);
    }
    settle(with, revision.to);
  }
  if (!revision.ends_utterance) return;
  if (words.empty())
    end_heard(revision.to);
  else
    end_speech(words.back().end);
}

void WordRelease::confirm(const WordMatch& match, Comparison& with, const Word& word) {
  if (auto rest = rest_of(match, with, word)) {
    say(*rest, true);
    return;
  }
  std::size_t end = std::min(match.before + match.before_count, given_);
  std::string given, whole;
  for (std::size_t i = match.before; i < end; ++i) given += known_[i].once;
  for (std::size_t i = 0; i < match.after_count; ++i) whole += with.heard[match.after + i].letters;
  if (given == whole) return;
  if (!given.starts_with(whole)) {
    corrected_ += static_cast<unsigned>(end - match.before);
    return;
  }
  // "may" of "maybe": the rest may be the first word of the next final.
  HeardWord& rest = known_[end - 1];
  rest.letters = rest.once = given.substr(whole.size());
  rest.start = word.end;
  rest.end = std::max(rest.end, rest.start);
  rest.by_text_only = true;
  with.known_met[end - 1] = false;
}

// A final was told up to here: what was given out before and is not in it will not come, but at
// the border. What waits before will not come either.
void WordRelease::settle(const Comparison& with, Nanos to) {
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
    if (middle(waiting_[i]) <= to) continue;
    waiting.push_back(std::move(waiting_[i]));
    left.push_back(std::move(known_[given_ + i]));
  }
  known_ = std::move(left);
  given_ = given;
  waiting_ = std::move(waiting);
  done_ = to;
  if (forgotten_ && (forgotten_->to <= to || forgotten_->from > to + kFarthest)) forgotten_.reset();
}

// --- what is said

void WordRelease::say(const Word& word, bool final) {
  if (speech_end_ && word.start >= *speech_end_) end_speech(*speech_end_);
  latest_ = speaking_ ? std::max(latest_, word.start) : word.start;
  speaking_ = true;
  said_.emplace_back(SaidWord{word, final});
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
