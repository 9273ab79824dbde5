// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/optionprops.h"

#include "base/overloaded.h"

namespace dg {
namespace {

GParamFlags flags_of(const OptionSpec& spec) {
  int when = spec.configures ? GST_PARAM_MUTABLE_PLAYING : GST_PARAM_MUTABLE_READY;
  return static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | when);
}

std::string blurb_of(const OptionSpec& spec) {
  const char* when =
      spec.configures ? ". A change holds behind the audio that was taken so far" : "";
  return std::string(spec.blurb) + when;
}

// "callback_method" -> "GstDeepgramLiveCallbackMethod"
std::string type_name(std::string_view key) {
  std::string name = "GstDeepgramLive";
  bool starts_word = true;
  for (char c : key) {
    if (c != '_') name += starts_word ? g_ascii_toupper(c) : c;
    starts_word = c == '_';
  }
  return name;
}

GType choice_type(const OptionSpec& spec, const Choice& shape) {
  std::string name = type_name(spec.key);
  if (GType known = g_type_from_name(name.c_str())) return known;
  auto* values = g_new0(GEnumValue, shape.words.size() + 1);  // lives as long as the type
  for (int i = 0; const char* word : shape.words) {
    values[i] = {i, word, g_ascii_strdown(word, -1)};
    ++i;
  }
  return enum_type(name.c_str(), values);  // NOLINT(clang-analyzer-unix.Malloc)
}

GParamSpec* make_param_spec(const OptionSpec& spec) {
  const char* name = g_intern_string(property_name(spec.key).c_str());
  const char* blurb = g_intern_string(blurb_of(spec).c_str());
  const GParamFlags flags = flags_of(spec);
  return std::visit(overloaded{
                        [&](const Flag& shape) {
                          return g_param_spec_boolean(name, name, blurb, shape.initial, flags);
                        },
                        [&](const Count& shape) {
                          return g_param_spec_int(name, name, blurb, -1, shape.max, -1, flags);
                        },
                        [&](const Text& shape) {
                          return g_param_spec_string(name, name, blurb, shape.initial, flags);
                        },
                        [&](const Choice& shape) {
                          return g_param_spec_enum(name, name, blurb, choice_type(spec, shape), 0,
                                                   flags);
                        },
                        [&](const List&) {
                          auto* item = g_param_spec_string("item", "item", "One item", "", flags);
                          return gst_param_spec_array(name, name, blurb, item, flags);
                        },
                    },
                    spec.shape);
}

std::string text_of(const GValue* value) {
  const char* text = g_value_get_string(value);
  return text ? text : "";
}

void append_text(GValue* array, const std::string& text) {
  GValue item = G_VALUE_INIT;
  g_value_init(&item, G_TYPE_STRING);
  g_value_set_string(&item, text.c_str());
  gst_value_array_append_and_take_value(array, &item);
}

}  // namespace

GType enum_type(const char* name, const GEnumValue* values) {
  GType type = g_type_from_name(name);
  if (type == 0) {
    type = g_enum_register_static(name, values);
    gst_type_mark_as_plugin_api(type, {});
  }
  return type;
}

void install_option_properties(GObjectClass* klass, guint first_id, OptionTable table) {
  for (const OptionSpec& spec : table)
    g_object_class_install_property(klass, first_id++, make_param_spec(spec));
}

OptionValue option_from_gvalue(const GValue* value) {
  if (G_VALUE_HOLDS_BOOLEAN(value)) return g_value_get_boolean(value) == TRUE;
  if (G_VALUE_HOLDS_INT(value)) return g_value_get_int(value);
  if (G_VALUE_HOLDS_ENUM(value)) return g_value_get_enum(value);
  if (G_VALUE_HOLDS_STRING(value)) return text_of(value);
  std::vector<std::string> items;
  for (guint i = 0; i < gst_value_array_get_size(value); ++i)
    items.push_back(text_of(gst_value_array_get_value(value, i)));
  return items;
}

void option_to_gvalue(const OptionValue& option, GValue* value) {
  std::visit(overloaded{
                 [&](bool on) { g_value_set_boolean(value, on); },
                 [&](int n) {
                   if (G_VALUE_HOLDS_ENUM(value))
                     g_value_set_enum(value, n);
                   else
                     g_value_set_int(value, n);
                 },
                 [&](const std::string& text) { g_value_set_string(value, text.c_str()); },
                 [&](const std::vector<std::string>& items) {
                   for (const std::string& item : items) append_text(value, item);
                 },
             },
             option);
}

}  // namespace dg
