// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/message.h"

namespace dg::server {

// Hears one track of audio and has words for it. Positions are samples since the first one heard.
// What it says depends on the audio and the calls alone, never on time. Used on one thread at a
// time.
class Recognizer {
 public:
  virtual ~Recognizer() = default;

  virtual void hear(std::span<const std::int16_t> block) = 0;
  // The words of the open window, as far as they are known.
  virtual std::vector<Word> words() = 0;
  // A place where the window may end without cutting a word; nothing if there is none yet.
  virtual std::optional<std::int64_t> gap() = 0;
  // Ends the window at `position`, which is a gap or the end of what was heard, and gives its
  // words. What was heard after it belongs to the next window.
  virtual std::vector<Word> settle(std::int64_t position) = 0;
};

// What the recognizers of one connection are made of: one for each of its tracks, on the thread
// that uses them.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::unique_ptr<Recognizer> recognizer(int rate) = 0;
  // Whether hearing takes so long that it must not be done on the loop.
  virtual bool is_slow() const = 0;
};

}  // namespace dg::server
