// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "base/nanos.h"
#include "core/message.h"
#include "core/transcript.h"
#include "core/wordalign.h"

namespace dg {

enum class InterimStrategy { Disabled, Deadline, Stable };

// A word that is given out, for good.
struct SaidWord {
  Word word;
  bool final = true;       // it is the service's last word; else an interim's
  bool completes = false;  // it is the rest of the one before: "tions" of "captions"
};

// The speaker stopped: all words before were said.
struct SpeechEnd {
  Nanos at{};
};

using Said = std::variant<SaidWord, SpeechEnd>;

// Decides which words of a channel are said, each once. Used by the task of the source pad only.
//
// What was given out of an interim is unconfirmed until a final has it. Each result is aligned with
// the words known so far, the unconfirmed ones and those of the last interim that wait, and what
// then is left of it is new. A word that was given out is neither taken back nor given out again,
// whatever it becomes.
class WordRelease {
 public:
  explicit WordRelease(InterimStrategy strategy) : strategy_(strategy) {}

  // A final gives out at once what was not given out before; an interim replaces the one before.
  void take(const Revision& revision);
  // Live: what begins at or before `limit` cannot wait.
  void due(Nanos limit);
  // What was given out since the last call, in order.
  std::vector<Said> said();
  // Words that were given out of an interim and that the final has otherwise (another text, or not
  // at all).
  unsigned corrected() const { return corrected_; }

 private:
  struct Span {
    Nanos from, to;
  };

  // Known words and those of a result, and which are which.
  struct Comparison {
    std::vector<HeardWord> heard;
    std::vector<WordMatch> matches;
    std::vector<bool> met, known_met;  // which words of each are in a match
  };

  // What was not given out of words that were begun.
  struct Rest {
    std::vector<Word> words;
    bool completes = false;  // the first of them a word that was
  };

  Comparison compare(const std::vector<Word>& words) const;
  bool is_covered(const HeardWord& word, const Comparison& with) const;
  bool is_passed(std::size_t index, const Comparison& with) const;
  Rest rest_of(const WordMatch& match, const Comparison& with,
               const std::vector<Word>& words) const;

  void take_interim(const Revision& revision);
  void revise(const WordMatch& match, const HeardWord& word);
  std::size_t agreed(const std::vector<HeardWord>& fresh, Nanos to) const;
  void take_final(const Revision& revision);
  void confirm(const WordMatch& match, Comparison& with, const std::vector<Word>& words);
  void leave_rest(std::size_t index, const std::string& letters, Nanos from);
  void settle(const Comparison& with, const Revision& final);
  void forget();
  bool is_forgotten(const Word& word) const;

  void give(std::size_t waiting);
  void say(SaidWord said);
  void end_heard(Nanos at);
  void end_speech(Nanos at);
  bool is_open_before(Nanos time) const;

  const InterimStrategy strategy_;
  // In spoken order: first the given out and unconfirmed ones, then those that wait.
  std::vector<HeardWord> known_;
  std::size_t given_ = 0;          // how many of them were given out
  std::vector<Word> waiting_;      // the others
  std::optional<Nanos> done_;      // the end of the last final
  std::optional<Span> forgotten_;  // given out in such numbers that no trace of them is kept
  std::vector<Said> said_;
  unsigned corrected_ = 0;

  bool speaking_ = false;            // something was said since the last end of speech
  Nanos latest_{};                   // the start of the latest of it
  std::optional<Nanos> speech_end_;  // it ended here, but not all that was said before is out
};

}  // namespace dg
