// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/wordsmeta.h"

namespace dg {
namespace {

gboolean copy_field(GQuark field, const GValue* value, gpointer to) {
  gst_structure_id_set_value(static_cast<GstStructure*>(to), field, value);
  return TRUE;
}

// A part of the text is not made of all of its words, so only whole copies keep them.
gboolean transform(GstBuffer* to, GstCustomMeta* meta, GstBuffer*, GQuark type, gpointer data,
                   gpointer) {
  if (!GST_META_TRANSFORM_IS_COPY(type)) return FALSE;
  if (static_cast<GstMetaTransformCopy*>(data)->region) return TRUE;
  GstCustomMeta* copy = gst_buffer_add_custom_meta(to, kWordsMeta);
  gst_structure_foreach(gst_custom_meta_get_structure(meta), copy_field,
                        gst_custom_meta_get_structure(copy));
  return TRUE;
}

}  // namespace

void register_words_meta() {
  static const char* no_tags[] = {nullptr};
  static const GstMetaInfo* once =
      gst_meta_register_custom(kWordsMeta, no_tags, transform, nullptr, nullptr);
  static_cast<void>(once);
}

void add_words_meta(GstBuffer* buffer, const SpokenText& text, const RunningTime& running_time) {
  GstCustomMeta* meta = gst_buffer_add_custom_meta(buffer, kWordsMeta);
  Fields fields(gst_custom_meta_get_structure(meta));
  put_words(fields, text.words, running_time);
  fields.known_number("speaker", text.speaker)
      .number("channel", text.channel)
      .real("confidence", text.confidence)
      .flag("continued", text.continued);
}

}  // namespace dg
