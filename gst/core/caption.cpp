// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/caption.h"

#include <algorithm>
#include <numeric>

namespace dg {

std::string Caption::fresh_text() const {
  if (words.empty()) {  // as it is shown, but in one line
    std::string all = text();
    std::replace(all.begin(), all.end(), '\n', ' ');
    return all;
  }
  std::vector<std::string> texts;
  for (std::size_t i = words.size() - fresh; i < words.size(); ++i)
    texts.push_back(words[i].punctuated_word);
  return written(texts);
}

Granularity resolved(Granularity granularity, bool live, Nanos latency) {
  if (granularity != Granularity::Auto) return granularity;
  return live && latency < std::chrono::seconds(6) ? Granularity::RollUp : Granularity::Cue;
}

std::string Caption::text() const {
  std::string text;
  for (const Line& line : lines) {
    if (!text.empty()) text += '\n';
    text += line.text;
  }
  return text;
}

std::string clean(std::string_view text) {
  std::string out;
  for (char c : text) {
    bool line = c == '\n';
    bool blank = line || static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
    if (!blank) {
      out += c;
      while (out.ends_with("-->")) out.erase(out.size() - 2, 1);
    } else if (!out.empty() && out.back() != '\n') {
      if (out.back() == ' ') out.pop_back();
      out += line ? '\n' : ' ';
    }
  }
  while (!out.empty() && (out.back() == ' ' || out.back() == '\n')) out.pop_back();
  return out;
}

std::string speaker_label(SpeakerLabels labels, std::optional<int> speaker,
                          std::optional<int> before) {
  if (!speaker || speaker == before) return "";
  switch (labels) {
    case SpeakerLabels::None:
    case SpeakerLabels::Color:
      return "";
    case SpeakerLabels::Dash:
      return "- ";
    case SpeakerLabels::Name:
      return "Speaker " + std::to_string(*speaker) + ": ";
  }
  return "";
}

double mean_confidence(const std::vector<Word>& words) {
  if (words.empty()) return 0;
  double sum = std::accumulate(words.begin(), words.end(), 0.0,
                               [](double to, const Word& word) { return to + word.confidence; });
  return sum / static_cast<double>(words.size());
}

}  // namespace dg
