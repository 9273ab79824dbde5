// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string_view>

namespace dg {

// How good a place between two words is for a break; the later the better.
enum class BreakPlace {
  Bad,       // tears apart what belongs together, such as an article and its noun
  Poor,      // nothing speaks for it
  Phrase,    // before a conjunction, a preposition, a relative or "he" and the like
  Clause,    // behind a comma and the like
  Sentence,  // behind a sentence
};

BreakPlace break_between(std::string_view before, std::string_view after);

}  // namespace dg
