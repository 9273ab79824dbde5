// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/track.h"

#include <algorithm>
#include <cassert>
#include <cctype>
#include <utility>

#include "server/search.h"

namespace dg::server {
namespace {

constexpr int kBlocksPerSecond = 20;
constexpr Nanos kWindow = std::chrono::seconds(4);  // then it ends at the next gap
// A window that has no gap for so long ends wherever it is.
constexpr Nanos kLongestWindow = std::chrono::seconds(10);
// Speech has shorter silences inside of its words.
constexpr Nanos kShortestEndpointing = std::chrono::milliseconds(300);

std::string text_of(const std::vector<Word>& words) {
  std::string text;
  for (const Word& word : words) {
    if (!text.empty()) text += ' ';
    text += word.punctuated_word.empty() ? word.word : word.punctuated_word;
  }
  return text;
}

double confidence_of(const std::vector<Word>& words) {
  double sum = 0;
  for (const Word& word : words) sum += word.confidence;
  return words.empty() ? 0 : sum / static_cast<double>(words.size());
}

std::string capitalized(std::string word) {
  if (!word.empty()) word[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
  return word;
}

// "i", "i'm", "i'll" and so on.
bool is_i(const std::string& word) {
  return word == "i" || word.starts_with("i'");
}

}  // namespace

Track::Track(std::unique_ptr<Recognizer> recognizer, int rate, TrackSettings settings,
             Channel channel)
    : recognizer_(std::move(recognizer)),
      clock_{Encoding::Linear16, rate, 1},
      settings_(std::move(settings)),
      channel_(channel),
      endpointer_(rate) {}

std::size_t Track::room() const {
  return static_cast<std::size_t>(block_end() - position_) - pending_.size();
}

void Track::hear(std::span<const std::int16_t> samples, Messages& out) {
  assert(samples.size() <= room());
  bool full = samples.size() == room();
  pending_.insert(pending_.end(), samples.begin(), samples.end());
  if (full) hear_pending(out);
}

void Track::finalize(Messages& out) {
  hear_pending(out);
  grid_ = position_;
  if (settings_.answers_finalize || position_ > window_) settle(position_, Reason::Finalize, out);
}

void Track::close(Messages& out) {
  hear_pending(out);
  if (position_ > window_) settle(position_, Reason::Close, out);
}

void Track::hear_pending(Messages& out) {
  if (pending_.empty()) return;
  hear_block(std::exchange(pending_, {}), out);
}

void Track::hear_block(std::span<const std::int16_t> block, Messages& out) {
  endpointer_.hear(block);
  recognizer_->hear(block);
  position_ += static_cast<std::int64_t>(block.size());
  if (auto onset = endpointer_.take_onset(); onset && settings_.vad_events)
    speech_starts_.push_back(time(*onset));
  if (settings_.speech_starts == SpeechStarts::Normal) say_speech_starts(out);
  spoken_ = spoken_ || endpointer_.speaking();
  decide(out);
}

void Track::decide(Messages& out) {
  if (fell_silent()) {
    endpointer_.rest();
    return settle(position_, Reason::Silence, out);
  }
  if (auto end = end_of_long_window())
    return settle(*end, spoken_ ? Reason::Gap : Reason::Silence, out);
  bool due = position_ - window_ >= length(settings_.interim_step) * (interims_ + 1);
  if (due && settings_.interims) say_interim(out);
}

bool Track::fell_silent() const {
  if (!settings_.endpointing || !spoken_) return false;
  return endpointer_.silence() >= length(std::max(*settings_.endpointing, kShortestEndpointing));
}

std::optional<std::int64_t> Track::end_of_long_window() {
  std::int64_t open = position_ - window_;
  if (open < length(kWindow)) return std::nullopt;
  if (!spoken_ || open >= length(kLongestWindow)) return position_;
  auto gap = recognizer_->gap();
  return gap && *gap > window_ ? gap : std::nullopt;
}

void Track::settle(std::int64_t position, Reason reason, Messages& out) {
  Results final = results(position, recognizer_->settle(position));
  window_ = position;
  interims_ = 0;
  spoken_ = endpointer_.speaking();
  final.is_final = true;
  final.from_finalize = reason == Reason::Finalize;
  final.speech_final =
      reason == Reason::Silence ? settings_.endpointing.has_value() : reason != Reason::Gap;
  punctuate(final);
  if (final.speech_final || !final.words.empty()) sentence_open_ = !final.speech_final;
  say(std::move(final), out);
}

void Track::say_interim(Messages& out) {
  ++interims_;
  Results interim = results(position_, recognizer_->words());
  punctuate(interim);
  say(std::move(interim), out);
}

void Track::say(Results said, Messages& out) {
  said.transcript = text_of(said.words);
  said.confidence = confidence_of(said.words);
  said.search = search(said.words, settings_.search);
  if (!settings_.language.empty() && !said.words.empty()) said.languages = {settings_.language};
  Results heard = said;
  out.push_back(std::move(said));
  if (heard.is_final) say_speech_starts(out);
  say_utterance_end(heard, out);
}

void Track::say_speech_starts(Messages& out) {
  for (Nanos start : std::exchange(speech_starts_, {}))
    out.emplace_back(SpeechStarted{channel_, start});
}

void Track::say_utterance_end(const Results& heard, Messages& out) {
  if (!settings_.utterance_end) return;
  if (auto late = std::exchange(late_utterance_end_, std::nullopt))
    out.emplace_back(UtteranceEnd{channel_, *late});
  if (last_word_end_) {
    Nanos next = heard.words.empty() ? heard.end() : heard.words.front().start;
    if (next - *last_word_end_ >= *settings_.utterance_end) end_utterance(out);
  }
  if (heard.is_final && !heard.words.empty()) last_word_end_ = heard.words.back().end;
}

void Track::end_utterance(Messages& out) {
  Nanos end = *std::exchange(last_word_end_, std::nullopt);
  switch (settings_.utterance_ends) {
    case UtteranceEnds::Normal:
      out.emplace_back(UtteranceEnd{channel_, end});
      return;
    case UtteranceEnds::Late:
      late_utterance_end_ = end;
      return;
    case UtteranceEnds::MinusOne:
      out.emplace_back(UtteranceEnd{channel_, std::nullopt});
      return;
  }
}

Results Track::results(std::int64_t end, std::vector<Word> words) const {
  Results out;
  out.channel = channel_;
  out.start = time(window_);
  out.duration = time(end) - out.start;
  for (Word& word : words) {
    if (settings_.diarize) word.speaker = 0;
    word.language = settings_.language;
  }
  out.words = std::move(words);
  return out;
}

// What the recognizer has punctuated stays as it is.
void Track::punctuate(Results& said) const {
  bool first = !sentence_open_;
  for (Word& word : said.words) {
    bool last = &word == &said.words.back() && said.speech_final;
    if (!settings_.punctuate)
      word.punctuated_word.clear();
    else if (word.punctuated_word.empty())
      word.punctuated_word =
          (first || is_i(word.word) ? capitalized(word.word) : word.word) + (last ? "." : "");
    first = false;
  }
}

std::int64_t Track::block_end() const {
  std::int64_t block = (position_ - grid_) * kBlocksPerSecond / clock_.rate + 1;
  return grid_ + block * clock_.rate / kBlocksPerSecond;
}

Nanos Track::time(std::int64_t position) const {
  return clock_.duration_of(position);
}

std::int64_t Track::length(Nanos time) const {
  return clock_.samples_in(time);
}

}  // namespace dg::server
