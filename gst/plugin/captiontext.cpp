// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/captiontext.h"

#include <iterator>
#include <string_view>

namespace dg {
namespace {

// White, yellow, cyan, green, in this order:
// https://www.bbc.co.uk/accessibility/forproducts/guides/subtitles
constexpr const char* kColors[] = {"#FFFFFF", "#FFFF00", "#00FFFF", "#00FF00"};

// Quotes stay as they are, unlike g_markup_escape_text() has them: markup ends in WebVTT files,
// too, whose players know these three references and would show "don&#39;t".
std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

std::string markup_of(const Line& line, SpeakerLabels labels) {
  std::string text = escaped(line.text);
  if (labels != SpeakerLabels::Color || !line.speaker) return text;
  auto number = static_cast<std::size_t>(*line.speaker);
  std::string color = kColors[number % std::size(kColors)];
  return "<span foreground=\"" + color + "\">" + text + "</span>";
}

}  // namespace

std::string caption_text(const Caption& caption, bool markup, SpeakerLabels labels) {
  if (!markup) return caption.text();
  std::string text;
  for (const Line& line : caption.lines) {
    if (!text.empty()) text += '\n';
    text += markup_of(line, labels);
  }
  return text;
}

}  // namespace dg
