// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "core/caption.h"

namespace dg {

// A caption as text buffers have it: plain, or as Pango's markup
// (https://docs.gtk.org/Pango/pango_markup.html) with a colour per speaker where that is asked for.
std::string caption_text(const Caption& caption, bool markup, SpeakerLabels labels);

}  // namespace dg
