// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/breakplace.h"
#include "core/script.h"
#include "core/wordpieces.h"

namespace dg {

// The room for a text.
struct TextBox {
  std::size_t line_length = 42;  // in columns
  std::size_t lines = 2;
};

// The index of the first word of each line, for as few lines as hold the words, of about the same
// length and broken where it reads well. Nothing if the words do not fit, or if there are none.
std::optional<std::vector<std::size_t>> balanced_lines(std::span<const std::string> words,
                                                       const TextBox& box);

// How many of the words make a text of their own: all, if they fit and are no more than `most`. If
// not, then as many as fit, ended where it reads well without leaving the box nearly empty; at
// least one, even if it is wider than the box.
std::size_t words_that_fit(std::span<const std::string> words, const TextBox& box,
                           std::size_t most);

}  // namespace dg
