// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/nanos.h"
#include "core/message.h"
#include "core/position.h"
#include "core/timeline.h"

namespace dg {

// What a channel's audio from `from` to `to` was understood as; an interim may be revised. All
// times are timestamps; those of a time that is over (pack_before()) are zero or less.
struct Revision {
  int channel = 0;
  Nanos from{}, to{};
  bool final = false;
  bool ends_utterance = false;  // the speaker stopped here
  bool belated = false;     // not for the service: its audio had waited, or its final never came
  bool catches_up = false;  // an interim of a replay that knows less than the one before
  double confidence = 0;
  std::string transcript;
  std::vector<Word> words;
  std::vector<Position> middles;  // of the words
  std::string request_id;

  // Takes the words before `position` out, as a revision of their own.
  Revision take_before(Position position);
  // Gives its words, which are of times that are over, places in a row that ends at `time`.
  void pack_before(Nanos time);
};

// Follows what was said: which words are new, and up to where, per channel, the service has made up
// its mind (the cut). Words that were given out are not given out again after a replay. Used on
// the network thread only.
class Transcript {
 public:
  // A new connection begins, with this many channels or more.
  void connected(int channels);
  // What is new in a result of the newest connection; `heard` is what was sent there.
  Revision take(const Results& results, const Timeline& heard);
  // The service is done with all that was sent: all of it is settled. Gives the interims that were
  // never made final.
  std::vector<Revision> finish(Position written);
  // No word before `position` is wanted any more.
  void settle(Position position);
  // The speaker stopped.
  void end_utterance(int channel);

  // Where a replay starts: the earliest cut of all channels.
  Position cut() const;
  // Of one channel.
  Position cut(int channel) const;
  int channels() const { return static_cast<int>(channels_.size()); }
  // Whether somebody speaks, by what was said last.
  bool is_speaking() const;
  int duplicate_words() const { return duplicates_; }

 private:
  struct Channel {
    Position cut = 0;
    Position told = 0;  // what lies before it came on an earlier connection, or is not wanted
    bool speaking = false;
    bool catching_up = false;  // the interim came on an earlier connection
    std::optional<Revision> interim;
    std::optional<Results> said;  // the last final of this connection that said something
  };

  void expect(int channels);
  Channel& channel_of(const Results& results);
  void add_words(Revision& to, const Results& results, const Channel& channel,
                 const Timeline& heard);

  std::vector<Channel> channels_{1};
  Position told_ = 0;  // the same for a channel that was not heard of yet
  int duplicates_ = 0;
};

// The words' texts, joined by blanks.
std::string joined(const std::vector<Word>& words);

}  // namespace dg
