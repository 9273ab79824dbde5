// SPDX-License-Identifier: LGPL-2.1-or-later
// A service that says of each sample what is in it, and connections that are lost at any moment:
// each word comes once, in order. There is one every 100 samples on each channel. Audio comes and
// goes in steps of which none is within a millisecond of the middle of a word, where there is no
// telling.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/backlog.h"
#include "core/timeline.h"
#include "core/transcript.h"
#include "fuzz/bytes.h"
#include "fuzz/target.h"

namespace dg {
namespace {

using testing::Bytes;
using testing::require;

constexpr AudioFormat kFormat{Encoding::Mulaw, 1000, 1};  // a sample a millisecond
constexpr std::int64_t kGrid = 100, kWordStart = 20, kWordLength = 60, kStep = 4;

// What is said on one channel; the words of each lie elsewhere.
struct Speech {
  Position offset = 0;

  Position start_of(std::int64_t word) const { return offset + word * kGrid + kWordStart; }
  // The first word whose middle is at `position` or behind it.
  std::int64_t word_at(Position position) const {
    Position first = offset + kWordStart + kWordLength / 2;
    return std::max<Position>(position - first + kGrid - 1, 0) / kGrid;
  }
  // The last gap between words up to `position`.
  Position gap_before(Position position) const {
    return position < offset ? 0 : offset + (position - offset) / kGrid * kGrid;
  }
};

// As the service prints it.
Nanos as_float(std::int64_t samples) {
  auto seconds = static_cast<float>(std::max<std::int64_t>(samples, 0)) / 1000;
  return Nanos(std::llround(static_cast<double>(seconds) * 1e9));
}

class Conversation {
 public:
  explicit Conversation(Bytes& in)
      : in_(in), announced_(in.flag()), channels_(static_cast<std::size_t>(in.number(1, 3))) {
    for (Channel& channel : channels_)
      channel.speech.offset = 8 * kStep * (&channel - channels_.data());
    connect(0);
  }

  void run() {
    while (!in_.empty()) act();
    write(backlog_.ahead_before(backlog_.end()));
    close();
    for (const Channel& channel : channels_)
      require(channel.next == channel.speech.word_at(backlog_.end()), "no word is lost");
    require(transcript_.cut() == backlog_.end(), "in the end all is settled");
  }

 private:
  struct Channel {
    Speech speech;
    std::int64_t next = 0;  // the word that is to be told next
    Position done = 0;      // the service's finals on this connection end here
  };

  void act() {
    switch (in_.byte()) {
      case 'a':
        return accept(in_.number(1, 511) * kStep);
      case 'h':  // a hole, or a jump back
        pts_ = std::max(pts_ + Nanos(in_.number(-5000, 60'000) * 1'000'000), Nanos(0));
        return;
      case 'w':
        return write(in_.number(1, 63) * kStep);
      case 'i':
        return say(false, Position(in_.number(0, 2047)));
      case 'f':
        return say(true, Position(in_.number(0, 2047)));
      case 's':
        return timeline_.split();
      case 't':
        return backlog_.settle(transcript_.cut());
      case 'x':
        return connect(transcript_.cut());
      case 'y':  // further back than it must, though not to what is over
        return connect(std::max(transcript_.cut() - in_.number(0, 511) * kStep, closed_));
      case 'c':
        close();
        return connect(backlog_.cursor());
      default:
        return;
    }
  }

  void accept(std::int64_t samples) {
    backlog_.append({pts_, kFormat, std::vector<std::byte>(static_cast<std::size_t>(samples))});
    pts_ += kFormat.duration_of(samples);
  }

  void write(std::int64_t samples) {
    while (samples > 0) {
      auto slice = backlog_.ahead(samples);
      if (!slice) return;
      require(slice->from == base_ + timeline_.samples(), "nothing is left out");
      timeline_.sent(slice->from, slice->pts, slice->samples);
      written_ = std::max(written_, slice->from + slice->samples);
      samples -= slice->samples;
      backlog_.written(slice->samples);
    }
  }

  void connect(Position from) {
    backlog_.rewind(from);
    base_ = backlog_.cursor();
    require(base_ <= transcript_.cut(), "a replay begins at the cut or before it");
    timeline_ = Timeline(kFormat);
    if (auto slice = backlog_.ahead(1)) timeline_.sent(slice->from, slice->pts, 0);
    transcript_.connected(announced_ ? static_cast<int>(channels_.size()) : 1);
    for (Channel& channel : channels_) channel.done = base_;
  }

  // What the service makes of `samples` more on one channel, or up to the word that is not whole.
  void say(bool is_final, std::int64_t samples) {
    Channel& channel = channels_[static_cast<std::size_t>(
        in_.number(0, static_cast<std::int64_t>(channels_.size()) - 1))];
    Position heard = base_ + timeline_.samples();
    Position to = channel.speech.gap_before(std::min(channel.done + samples, heard));
    if (to > channel.done) tell(channel, is_final, to);
  }

  void tell(Channel& channel, bool is_final, Position to) {
    Results results;
    results.channel = {static_cast<int>(&channel - channels_.data()),
                       static_cast<int>(channels_.size())};
    results.is_final = is_final;
    results.start = as_float(channel.done - base_);
    results.duration = as_float(to - base_) - results.start;
    const Speech& speech = channel.speech;
    for (auto i = speech.word_at(channel.done); i < speech.word_at(to); ++i) {
      Word word;
      word.word = word.punctuated_word = std::to_string(i);
      word.start = as_float(speech.start_of(i) - base_);
      word.end = as_float(std::min(speech.start_of(i) + kWordLength, to) - base_);
      results.words.push_back(std::move(word));
    }
    Position cut = transcript_.cut();
    Revision revision = transcript_.take(results, timeline_);
    require(transcript_.cut() >= cut, "the cut never goes back");
    require(transcript_.cut() <= written_, "the cut is in what was sent");
    if (!is_final) return;
    channel.done = to;
    for (const Word& word : revision.words)
      require(word.word == std::to_string(channel.next++), "each word comes once, in order");
  }

  // The service says the rest of what it heard.
  void close() {
    timeline_.split();
    for (Channel& channel : channels_) tell(channel, true, base_ + timeline_.samples());
    closed_ = backlog_.cursor();
    require(transcript_.finish(closed_).empty(), "nothing is left when all is final");
  }

  Bytes& in_;
  const bool announced_;  // how many channels there are, before the first result
  std::vector<Channel> channels_;
  Nanos pts_{};
  Backlog backlog_;
  Transcript transcript_;
  Timeline timeline_{kFormat};
  Position base_ = 0;     // of the connection's first sample
  Position closed_ = 0;   // of what all is said
  Position written_ = 0;  // the end of what was sent on any
};

}  // namespace
}  // namespace dg

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dg::testing::Bytes in(data, size);
  dg::Conversation(in).run();
  return 0;
}
