// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/optionprops.h"

#include "base/overloaded.h"

namespace dg {
namespace {

constexpr auto kFlags = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                 GST_PARAM_MUTABLE_PLAYING);

const char* blurb_of(const OptionSpec& spec) {
  const char* when = spec.configures ? "behind the audio that was taken so far"
                                     : "from the speaker's next pause, on another connection";
  return g_intern_string((std::string(spec.blurb) + ". A change holds " + when).c_str());
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
  const char* blurb = blurb_of(spec);
  return std::visit(overloaded{
                        [&](const Flag& shape) {
                          return g_param_spec_boolean(name, name, blurb, shape.initial, kFlags);
                        },
                        [&](const Count& shape) {
                          return g_param_spec_int(name, name, blurb, -1, shape.max, -1, kFlags);
                        },
                        [&](const Text& shape) {
                          return g_param_spec_string(name, name, blurb, shape.initial, kFlags);
                        },
                        [&](const Choice& shape) {
                          return g_param_spec_enum(name, name, blurb, choice_type(spec, shape), 0,
                                                   kFlags);
                        },
                        [&](const List&) {
                          auto* item = g_param_spec_string("item", "item", "One item", "", kFlags);
                          return gst_param_spec_array(name, name, blurb, item, kFlags);
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
