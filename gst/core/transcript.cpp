// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/transcript.h"

#include <algorithm>

namespace dg {
namespace {

// Deepgram takes no more: https://developers.deepgram.com/docs/multichannel
constexpr int kMostChannels = 20;

bool is_same(const Word& a, const Word& b) {
  return a.start == b.start && a.end == b.end && a.word == b.word;
}

// How many words a result begins with that the final `said` said: all of them, if it is said again.
std::size_t words_said_again(const Results& results, const std::optional<Results>& said) {
  if (!said || results.start != said->start) return 0;
  auto first_new = std::mismatch(results.words.begin(), results.words.end(), said->words.begin(),
                                 said->words.end(), is_same)
                       .first;
  return static_cast<std::size_t>(first_new - results.words.begin());
}

bool is_said_again(const Results& text, const std::optional<Results>& said) {
  return said && said->words.empty() && text.start == said->start &&
         text.duration == said->duration && text.transcript == said->transcript;
}

}  // namespace

std::string joined(const std::vector<Word>& words) {
  std::string text;
  for (const Word& word : words) {
    if (!text.empty()) text += ' ';
    text += word.punctuated_word;
  }
  return text;
}

Revision Revision::take_before(Position position) {
  auto first_after = std::lower_bound(middles.begin(), middles.end(), position);
  auto count = first_after - middles.begin();
  Revision before = *this;
  before.words.assign(words.begin(), words.begin() + count);
  before.middles.assign(middles.begin(), first_after);
  words.erase(words.begin(), words.begin() + count);
  middles.erase(middles.begin(), first_after);
  if (!words.empty()) {
    before.transcript = joined(before.words);
    // Words need not lie within what the service says of their result.
    before.to = std::max(before.from, words.front().start);
    from = words.front().start;
    to = std::max(to, from);
    before.ends_utterance = false;
  }
  if (count > 0 || words.empty()) transcript = joined(words);
  if (words.empty()) from = to;
  return before;
}

void Revision::pack_before(Nanos time) {
  Nanos length = words.empty() ? to - from : Nanos(0);
  to = time;
  time -= length;
  for (auto word = words.rbegin(); word != words.rend(); ++word) {
    Nanos duration = word->end - word->start;
    word->end = time;
    word->start = time -= duration;
  }
  from = time;
}

void Transcript::connected(int channels) {
  expect(channels);
  told_ = cut();
  for (Channel& channel : channels_) {
    channel.told = channel.cut;
    channel.speaking = false;
    channel.catching_up = channel.interim.has_value();
    channel.said.reset();
  }
}

// There may be more than was said: the url can ask for them too.
void Transcript::expect(int channels) {
  auto count = static_cast<std::size_t>(std::clamp(channels, 1, kMostChannels));
  if (channels_.size() < count)
    channels_.resize(count, Channel{cut(), told_, false, false, {}, {}});
}

Transcript::Channel& Transcript::channel_of(const Results& results) {
  int index = std::clamp(results.channel.index, 0, kMostChannels - 1);
  expect(std::max(results.channel.count, index + 1));
  return channels_[static_cast<std::size_t>(index)];
}

Revision Transcript::take(const Results& results, const Timeline& heard) {
  Channel& channel = channel_of(results);
  Revision revision;
  revision.channel = static_cast<int>(&channel - channels_.data());
  revision.final = results.is_final;
  revision.ends_utterance = results.is_final && (results.speech_final || results.from_finalize);
  revision.confidence = results.confidence;
  revision.request_id = results.request_id;
  if (auto place = heard.place(results.start, results.end())) {
    revision.from = place->start;
    revision.to = place->end;
  }
  add_words(revision, results, channel, heard);
  if (!revision.transcript.empty() || revision.ends_utterance)
    channel.speaking = !revision.ends_utterance;
  bool behind = channel.catching_up && channel.interim && revision.to < channel.interim->to;
  if (!results.is_final) {
    revision.catches_up = behind;
    channel.catching_up = behind;
    if (!behind) channel.interim = revision;
    return revision;
  }
  channel.catching_up = false;
  channel.interim.reset();
  if (!results.transcript.empty()) channel.said = results;
  if (auto end = heard.position_at(results.end())) channel.cut = std::max(channel.cut, *end);
  return revision;
}

void Transcript::add_words(Revision& to, const Results& results, const Channel& channel,
                           const Timeline& heard) {
  // What a replay repeats is told apart on the service's own clock, so that words are compared
  // with each other and not with a mapping of theirs.
  const Nanos done = heard.time_of(channel.told);
  auto repeated = [done](Nanos middle) { return done > Nanos(0) && middle <= done; };
  to.words.reserve(results.words.size());
  to.middles.reserve(results.words.size());
  const std::size_t again = words_said_again(results, channel.said);
  for (std::size_t i = 0; i < results.words.size(); ++i) {
    const Word& word = results.words[i];
    auto place = heard.place(word.start, word.end);
    if (!place) continue;
    if (i < again || repeated(word.start + (word.end - word.start) / 2)) {
      duplicates_ += results.is_final;
      continue;
    }
    Word placed = word;
    placed.start = place->start;
    placed.end = place->end;
    to.words.push_back(std::move(placed));
    to.middles.push_back(place->middle);
  }
  bool known = results.words.empty() && (repeated(results.start + results.duration / 2) ||
                                         is_said_again(results, channel.said));
  bool whole = to.words.size() == results.words.size() && !known;
  to.transcript = whole ? results.transcript : joined(to.words);
}

std::vector<Revision> Transcript::finish(Position written) {
  std::vector<Revision> left;
  for (Channel& channel : channels_) {
    std::optional<Revision> interim = std::exchange(channel.interim, std::nullopt);
    if (!interim || interim->transcript.empty()) continue;
    interim->final = interim->ends_utterance = true;
    left.push_back(std::move(*interim));
  }
  settle(written);
  return left;
}

void Transcript::settle(Position position) {
  told_ = std::max(told_, position);
  for (Channel& channel : channels_) {
    channel.cut = std::max(channel.cut, position);
    channel.told = std::max(channel.told, position);
    if (!channel.interim) continue;
    channel.interim->take_before(position);
    if (channel.interim->words.empty()) channel.interim.reset();
  }
  bool alike = std::all_of(channels_.begin(), channels_.end(), [&](const Channel& channel) {
    return channel.cut == position && !channel.interim;
  });
  if (alike) channels_.resize(1);  // what comes may have fewer
}

void Transcript::end_utterance(int channel) {
  auto index = static_cast<std::size_t>(channel);
  if (index < channels_.size()) channels_[index].speaking = false;
}

bool Transcript::is_speaking() const {
  return std::any_of(channels_.begin(), channels_.end(),
                     [](const Channel& channel) { return channel.speaking; });
}

Position Transcript::cut() const {
  return std::min_element(channels_.begin(), channels_.end(),
                          [](auto& a, auto& b) { return a.cut < b.cut; })
      ->cut;
}

// One that was not heard of yet would begin where all are.
Position Transcript::cut(int channel) const {
  auto index = static_cast<std::size_t>(channel);
  return index < channels_.size() ? channels_[index].cut : cut();
}

}  // namespace dg
