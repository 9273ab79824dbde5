// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "core/wordrelease.h"

namespace dg {

// Words as a test writes them: "may@1000+200 be@1200+200", times in milliseconds.
inline std::vector<Word> words_in(std::istream& text) {
  std::vector<Word> out;
  for (std::string item; text >> item;) {
    std::size_t at = item.rfind('@'), plus = item.rfind('+');
    Word word;
    word.word = word.punctuated_word = item.substr(0, at);
    word.start = std::chrono::milliseconds(std::stol(item.substr(at + 1)));
    word.end = word.start + std::chrono::milliseconds(std::stol(item.substr(plus + 1)));
    out.push_back(word);
  }
  return out;
}

inline std::vector<Word> words_in(const std::string& text) {
  std::istringstream in(text);
  return words_in(in);
}

// Does what a line says:
//   i 0 2000 may@1000+200   an interim, from and to
//   f 0 2000 may@1000+200   a final; F if it ends the utterance
//   e 2000                  the end of an utterance, which came by itself
//   d 1500                  what begins up to here is due
inline void step(WordRelease& release, const std::string& line) {
  std::istringstream in(line);
  char what{};
  long from{}, to{};
  in >> what >> from;
  if (what == 'd') return release.due(std::chrono::milliseconds(from));
  Revision revision;
  if (what == 'e')
    to = from;
  else
    in >> to;
  revision.from = std::chrono::milliseconds(from);
  revision.to = std::chrono::milliseconds(to);
  revision.final = what != 'i';
  revision.ends_utterance = what == 'F' || what == 'e';
  revision.words = words_in(in);
  revision.transcript = joined(revision.words);
  release.take(revision);
}

// "may~ be |": a word of an interim, a word of a final, and the end of speech.
inline std::string described(const std::vector<Said>& said) {
  std::string out;
  for (const Said& item : said) {
    if (!out.empty()) out += ' ';
    if (auto* word = std::get_if<SaidWord>(&item))
      out += word->word.punctuated_word + (word->final ? "" : "~");
    else
      out += '|';
  }
  return out;
}

}  // namespace dg
