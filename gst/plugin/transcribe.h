// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

GST_ELEMENT_REGISTER_DECLARE(deepgramtranscribe)

GType gst_deepgram_live_transcribe_get_type();
