// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/captiontext.h"

#include <iterator>

#include <glib.h>

#include "plugin/ptr.h"

namespace dg {
namespace {

// White, yellow, cyan, green, in this order:
// https://www.bbc.co.uk/accessibility/forproducts/guides/subtitles
constexpr const char* kColors[] = {"#FFFFFF", "#FFFF00", "#00FFFF", "#00FF00"};

std::string markup_of(const Line& line, SpeakerLabels labels) {
  Ptr<char> escaped(g_markup_escape_text(line.text.c_str(), -1));
  if (labels != SpeakerLabels::Color || !line.speaker) return escaped.get();
  auto number = static_cast<std::size_t>(*line.speaker);
  std::string color = kColors[number % std::size(kColors)];
  return "<span foreground=\"" + color + "\">" + escaped.get() + "</span>";
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
