// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/caption.h"
#include "core/transcript.h"
#include "core/wordrelease.h"

namespace dg {

// How far time is, for who shows text.
struct Progress {
  Nanos settled{};             // nothing new will begin before
  std::optional<Nanos> limit;  // live: what begins before cannot wait
  Nanos due{};                 // live: interims of before are given out
  Nanos slice_to{};            // live: what is on is given out up to here
  Nanos position{};            // nothing may begin before

  // Up to where it is decided what is shown.
  Nanos decided() const { return limit ? std::max(*limit, settled) : settled; }
  // Whether nobody spoke after `time`, as far as one waits for that: words may come late.
  bool quiet_since(Nanos time) const {
    return settled > time || (limit && *limit > time + std::chrono::seconds(2));
  }
};

// Makes captions of what is said on one channel. Used by the task of the source pad only.
class Composer {
 public:
  virtual ~Composer() = default;
  virtual void take(const Revision& revision) = 0;
  // Makes what can be made now.
  virtual void advance(const Progress& progress) = 0;
  // Nothing more comes: no text stays behind.
  virtual void close(const Progress& progress) = 0;
  // From where on it may still show something of what it took; nothing if it has nothing.
  virtual std::optional<Nanos> undecided() const = 0;
  // Captions and SpeechEnds that were made, in order.
  virtual std::vector<CaptionItem> made() = 0;
  virtual unsigned corrected() const { return 0; }
};

std::unique_ptr<Composer> make_composer(const CaptionStyle& style, int channel);

// A word that is to be shown.
struct Spoken {
  Word word;
  std::string text;  // of the word, or a piece of it, with a label in front
  Nanos at{}, until{};
  bool whole = true;         // else more of the word follows
  bool completes = false;    // it is the rest of the one before
  bool ends_speech = false;  // the speaker stopped behind it
};

// A composer that goes by what was released, word by word.
class SpokenComposer : public Composer {
 public:
  explicit SpokenComposer(const CaptionStyle& style) : style_(style), release_(style.interims) {}

  void take(const Revision& revision) final;
  void advance(const Progress& progress) final;
  void close(const Progress& progress) final;
  unsigned corrected() const final { return release_.corrected(); }

 protected:
  virtual void hear(Spoken spoken) = 0;
  virtual void hear_end() = 0;
  virtual void compose(const Progress& progress) = 0;
  virtual void finish(const Progress& progress) = 0;
  // Whether words are cut that are longer than a line, and labelled.
  virtual bool lays_out() const { return true; }

  const CaptionStyle& style() const { return style_; }

 private:
  void listen(const Progress& progress);
  void hear(const SaidWord& said, Nanos at);

  const CaptionStyle style_;
  WordRelease release_;
  std::optional<int> speaker_;  // who spoke last
};

}  // namespace dg
