// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/transcript.h"

#include <algorithm>

namespace dg {
namespace {

// Deepgram takes no more: https://developers.deepgram.com/docs/multichannel
constexpr int kMostChannels = 20;

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
    before.to = words.front().start;
    from = words.front().start;
  }
  if (count > 0 || words.empty()) transcript = joined(words);
  if (words.empty()) from = to;
  return before;
}

void Transcript::connected(int channels) {
  Position start = cut();
  channels_.resize(static_cast<std::size_t>(std::clamp(channels, 1, kMostChannels)),
                   Channel{start, {}, {}});
  for (Channel& channel : channels_) channel.heard = {};
}

Transcript::Channel& Transcript::channel_of(const Results& results) {
  int count =
      std::clamp(std::max(results.channel.count, results.channel.index + 1), 1, kMostChannels);
  if (static_cast<int>(channels_.size()) < count)
    channels_.resize(static_cast<std::size_t>(count), Channel{cut(), {}, {}});
  int index = std::clamp(results.channel.index, 0, count - 1);
  return channels_[static_cast<std::size_t>(index)];
}

Revision Transcript::take(const Results& results, const Timeline& heard) {
  Channel& channel = channel_of(results);
  // What a replay repeats is told apart on the service's own clock, so that words are compared
  // with each other and not with a mapping of theirs.
  Nanos done = std::max(channel.heard, heard.time_of(channel.cut));
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
  add_words(revision, results, heard, done);
  if (!results.is_final) {
    channel.interim = revision;
    return revision;
  }
  channel.interim.reset();
  channel.heard = std::max(channel.heard, results.end());
  if (auto end = heard.position_at(results.end())) channel.cut = std::max(channel.cut, *end);
  return revision;
}

void Transcript::add_words(Revision& to, const Results& results, const Timeline& heard,
                           Nanos done) {
  for (const Word& word : results.words) {
    auto place = heard.place(word.start, word.end);
    if (!place) continue;
    if (word.start + (word.end - word.start) / 2 <= done) {
      duplicates_ += results.is_final;
      continue;
    }
    Word placed = word;
    placed.start = place->start;
    placed.end = place->end;
    to.words.push_back(std::move(placed));
    to.middles.push_back(place->middle);
  }
  bool repeated = results.words.empty() && results.start + results.duration / 2 < done;
  bool whole = to.words.size() == results.words.size() && !repeated;
  to.transcript = whole ? results.transcript : joined(to.words);
}

std::vector<Revision> Transcript::finish(Position written) {
  std::vector<Revision> left;
  for (Channel& channel : channels_) {
    std::optional<Revision> interim = std::exchange(channel.interim, std::nullopt);
    if (!interim) continue;
    if (!interim->words.empty()) interim->take_before(channel.cut);  // was flushed, or replayed
    if (interim->transcript.empty()) continue;
    interim->final = interim->promoted = interim->ends_utterance = true;
    left.push_back(std::move(*interim));
  }
  settle(written);
  return left;
}

void Transcript::settle(Position position) {
  for (Channel& channel : channels_) channel.cut = std::max(channel.cut, position);
}

Position Transcript::cut() const {
  return std::min_element(channels_.begin(), channels_.end(),
                          [](auto& a, auto& b) { return a.cut < b.cut; })
      ->cut;
}

}  // namespace dg
