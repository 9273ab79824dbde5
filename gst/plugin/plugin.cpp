// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>

#include "plugin/overlay.h"
#include "plugin/sink.h"
#include "plugin/transcribe.h"
#include "plugin/wordsmeta.h"

GST_DEBUG_CATEGORY(deepgram_live_debug);

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(deepgram_live_debug, "deepgramlive", 0, "Deepgram live captions");
  dg::register_words_meta();
  return GST_ELEMENT_REGISTER(deepgramtranscribe, plugin) &&
         GST_ELEMENT_REGISTER(deepgramsink, plugin) &&
         GST_ELEMENT_REGISTER(deepgramoverlay, plugin);
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, deepgramlive,
                  "Live captions and transcripts by Deepgram's live API", plugin_init,
                  PACKAGE_VERSION, "LGPL", PACKAGE, "https://developers.deepgram.com")
