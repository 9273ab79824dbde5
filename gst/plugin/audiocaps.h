// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>

#include <gst/gst.h>

#include "core/audioformat.h"

namespace dg {

// The audio that fixed caps describe; nothing if it cannot be sent.
std::optional<AudioFormat> format_of(const GstCaps* caps);

// How many samples of Opus are in front of the audio, where the caps say so: RFC 7845, section 5.1.
std::int64_t pre_skip_of(const GstCaps* caps);

}  // namespace dg
