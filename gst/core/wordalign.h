// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/nanos.h"

namespace dg {

// A word as it was heard, as far as it is compared.
struct HeardWord {
  std::string letters;  // see letters()
  Nanos start{}, end{};
  std::string once;           // what it was heard as before; may be empty
  bool by_text_only = false;  // another word in its time is not what became of it
  bool completes = false;     // it is the rest of a word that was given out

  Nanos middle() const { return start + (end - start) / 2; }
  // In how much of its time, which is a moment at least, the other is heard too.
  Nanos overlap(const HeardWord& other) const;
  Nanos length() const;
};

// Words that are the same ones, heard again: one and one, or several that became one, or were
// divided otherwise.
struct WordMatch {
  std::size_t before = 0, after = 0;  // the first of each
  std::size_t before_count = 1, after_count = 1;
  bool same = true;  // the letters are the same; else one side begins the other, or is another word
};

// Finds, in order, which words of an earlier hearing are which of a later one, by text and time:
// equal letters within about a second of each other, or other letters in the same time. As little
// as possible is left over, and between equal words the nearest is taken. The first `given` of the
// earlier ones were given out: between words about as near, new ones come behind these.
std::vector<WordMatch> align(std::span<const HeardWord> before, std::size_t given,
                             std::span<const HeardWord> after);

}  // namespace dg
