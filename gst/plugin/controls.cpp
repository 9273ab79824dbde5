// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/controls.h"

#include <string>

namespace dg {
namespace {

constexpr char kFinalize[] = "deepgram/finalize", kConfigure[] = "deepgram/configure";
constexpr int kAll = -1, kLastChannel = 19;  // Transcriber::kCaps has no more

bool has_only(const GstStructure* structure, const char* field) {
  int fields = gst_structure_n_fields(structure);
  return fields == 0 || (fields == 1 && gst_structure_has_field(structure, field));
}

Error refused_finalize() {
  return {"finalize takes channel=(int), from -1 (all channels) to " +
          std::to_string(kLastChannel) + ", and nothing else"};
}

Result<Control> finalize_in(const GstStructure* structure) {
  int channel = kAll;
  bool is_there = gst_structure_has_field(structure, "channel");
  bool is_read = gst_structure_get_int(structure, "channel", &channel);
  if (!has_only(structure, "channel") || is_there != is_read) return refused_finalize();
  return finalize_control(channel);
}

}  // namespace

bool is_control(const GstEvent* event) {
  const GstStructure* structure = gst_event_get_structure(const_cast<GstEvent*>(event));
  return structure && (gst_structure_has_name(structure, kFinalize) ||
                       gst_structure_has_name(structure, kConfigure));
}

Result<Control> control_in(const GstEvent* event) {
  const GstStructure* structure = gst_event_get_structure(const_cast<GstEvent*>(event));
  return gst_structure_has_name(structure, kFinalize) ? finalize_in(structure)
                                                      : configure_control(structure);
}

Result<Control> finalize_control(int channel) {
  if (channel < kAll || channel > kLastChannel) return refused_finalize();
  if (channel == kAll) return Control{Control::Finalize{}};
  return Control{Control::Finalize{channel}};
}

Result<Control> configure_control(const GstStructure* structure) {
  gboolean numerals = FALSE;
  if (!structure || !has_only(structure, "numerals") ||
      !gst_structure_get_boolean(structure, "numerals", &numerals))
    return Error{"configure takes numerals=(boolean), and nothing else"};
  return Control{Control::Configure{numerals != FALSE}};
}

void install_control_signals(GObjectClass* klass, OnFinalize on_finalize,
                             OnConfigure on_configure) {
  GType type = G_OBJECT_CLASS_TYPE(klass);
  constexpr auto flags = static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION);
  g_signal_new_class_handler("finalize", type, flags, G_CALLBACK(on_finalize), nullptr, nullptr,
                             nullptr, G_TYPE_BOOLEAN, 1, G_TYPE_INT);
  g_signal_new_class_handler("configure", type, flags, G_CALLBACK(on_configure), nullptr, nullptr,
                             nullptr, G_TYPE_BOOLEAN, 1,
                             GST_TYPE_STRUCTURE | G_SIGNAL_TYPE_STATIC_SCOPE);
}

}  // namespace dg
