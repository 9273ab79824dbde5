// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/message.h"
#include "server/audio.h"
#include "server/endpointer.h"
#include "server/recognizer.h"

namespace dg::server {

using Messages = std::vector<Message>;

// How UtteranceEnd goes wrong, as it has been seen to on real streams.
enum class UtteranceEnds { Normal, Late, MinusOne };
// Late: behind the final result of its words.
enum class SpeechStarts { Normal, Late };

// What a client's parameters mean for each of its tracks.
struct TrackSettings {
  bool interims = false, punctuate = false, vad_events = false, diarize = false;
  std::string language;  // of each word, where the client asked for several
  Nanos interim_step = std::chrono::seconds(1);
  std::optional<Nanos> endpointing;    // nothing: silence ends no window
  std::optional<Nanos> utterance_end;  // nothing: none are sent
  UtteranceEnds utterance_ends = UtteranceEnds::Normal;
  SpeechStarts speech_starts = SpeechStarts::Normal;
  bool answers_finalize = true;
  std::vector<std::string> search;
};

// One track of a connection's audio: cuts it into windows, each with interim results and one that
// is final, and all contiguous. What it says is a function of the audio and of where finalize()
// was called, whatever pieces the audio comes in. Used on one thread at a time.
class Track {
 public:
  Track(std::unique_ptr<Recognizer> recognizer, int rate, TrackSettings settings, Channel channel);

  // How much it can hear at a time.
  std::size_t room() const;
  // At most that much.
  void hear(std::span<const std::int16_t> samples, Messages& out);
  void finalize(Messages& out);
  void close(Messages& out);

 private:
  enum class Reason { Gap, Silence, Finalize, Close };

  void hear_pending(Messages& out);
  void hear_block(std::span<const std::int16_t> block, Messages& out);
  void decide(Messages& out);
  bool fell_silent() const;
  std::optional<std::int64_t> end_of_long_window();
  void settle(std::int64_t position, Reason reason, Messages& out);
  void say_interim(Messages& out);
  void say(Results results, Messages& out);
  void say_speech_starts(Messages& out);
  void say_utterance_end(const Results& heard, Messages& out);
  void end_utterance(Messages& out);
  Results results(std::int64_t end, std::vector<Word> words) const;
  void punctuate(Results& said) const;
  std::int64_t block_end() const;
  Nanos time(std::int64_t position) const;
  std::int64_t length(Nanos time) const;

  std::unique_ptr<Recognizer> recognizer_;
  AudioFormat clock_;  // counts the samples of the track
  TrackSettings settings_;
  Channel channel_;
  Endpointer endpointer_;
  Samples pending_;                          // less than a block
  std::int64_t position_ = 0;                // heard, without what is pending
  std::int64_t grid_ = 0;                    // where the blocks are counted from
  std::int64_t window_ = 0;                  // where the open window begins
  std::int64_t interims_ = 0;                // said in the open window
  bool spoken_ = false;                      // there was speech in the open window
  bool sentence_open_ = false;               // the last final ended within speech
  std::vector<Nanos> speech_starts_;         // not told yet
  std::optional<Nanos> last_word_end_;       // final, and without an UtteranceEnd yet
  std::optional<Nanos> late_utterance_end_;  // to be sent with the next results
};

}  // namespace dg::server
