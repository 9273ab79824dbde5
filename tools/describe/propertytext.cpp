// SPDX-License-Identifier: LGPL-2.1-or-later
#include "describe/propertytext.h"

#include <concepts>
#include <limits>
#include <span>

#include "plugin/ptr.h"

namespace dg {
namespace {

std::string serialized(const GValue* value) {
  Ptr<char> text(gst_value_serialize(value));
  return text ? text.get() : "";
}

std::string number_text(std::integral auto number) {
  return std::to_string(number);
}

std::string number_text(std::floating_point auto number) {
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  return g_ascii_formatd(text, sizeof text, "%.6g", number);
}

// GLib's names, but for the two that few would know.
std::string type_text(GType type) {
  if (type == G_TYPE_BOOLEAN) return "boolean";
  if (type == G_TYPE_STRING) return "string";
  return g_type_name(type);
}

// For each of GLib's GParamSpecInt, GParamSpecUInt and so on, which share no type.
template <class NumberSpec>
std::string ranged(const NumberSpec* spec) {
  using Limits = std::numeric_limits<decltype(spec->minimum)>;
  std::string text = g_type_name(spec->parent_instance.value_type);
  bool bounded_above = spec->maximum != Limits::max();
  if (!bounded_above && spec->minimum == Limits::lowest()) return text;
  if (!bounded_above) return text + ", from " + number_text(spec->minimum);
  return text + ", " + number_text(spec->minimum) + " to " + number_text(spec->maximum);
}

std::string words_of(const GEnumClass* klass) {
  std::string text;
  for (const GEnumValue& value : std::span(klass->values, klass->n_values))
    text += (text.empty() ? "" : " ") + code(value.value_nick);
  return text;
}

std::string words_of(const GFlagsClass* klass) {
  std::string text;
  for (const GFlagsValue& value : std::span(klass->values, klass->n_values))
    text += (text.empty() ? "" : " + ") + code(value.value_nick);
  return text;
}

}  // namespace

std::string code(std::string_view text) {
  return text.empty() ? "" : "`" + std::string(text) + "`";
}

std::string property_type(GParamSpec* spec) {
  if (auto* redirect = g_param_spec_get_redirect_target(spec)) return property_type(redirect);
  if (G_IS_PARAM_SPEC_INT(spec)) return ranged(G_PARAM_SPEC_INT(spec));
  if (G_IS_PARAM_SPEC_UINT(spec)) return ranged(G_PARAM_SPEC_UINT(spec));
  if (G_IS_PARAM_SPEC_INT64(spec)) return ranged(G_PARAM_SPEC_INT64(spec));
  if (G_IS_PARAM_SPEC_UINT64(spec)) return ranged(G_PARAM_SPEC_UINT64(spec));
  if (G_IS_PARAM_SPEC_FLOAT(spec)) return ranged(G_PARAM_SPEC_FLOAT(spec));
  if (G_IS_PARAM_SPEC_DOUBLE(spec)) return ranged(G_PARAM_SPEC_DOUBLE(spec));
  if (G_IS_PARAM_SPEC_ENUM(spec)) return words_of(G_PARAM_SPEC_ENUM(spec)->enum_class);
  if (G_IS_PARAM_SPEC_FLAGS(spec)) return words_of(G_PARAM_SPEC_FLAGS(spec)->flags_class);
  if (GST_IS_PARAM_SPEC_ARRAY_LIST(spec)) {
    GParamSpec* item = GST_PARAM_SPEC_ARRAY_LIST(spec)->element_spec;
    return "array" + (item ? " of " + property_type(item) : "");
  }
  return type_text(spec->value_type);
}

std::string property_default(GParamSpec* spec) {
  if (!(spec->flags & G_PARAM_READABLE)) return "";
  const GValue* value = g_param_spec_get_default_value(spec);
  if (G_VALUE_HOLDS_STRING(value)) {
    const char* text = g_value_get_string(value);
    return code(text ? text : "");
  }
  if (G_VALUE_HOLDS_DOUBLE(value)) return code(number_text(g_value_get_double(value)));
  if (G_VALUE_HOLDS_FLOAT(value)) return code(number_text(g_value_get_float(value)));
  if (G_VALUE_HOLDS(value, GST_TYPE_ARRAY) && gst_value_array_get_size(value) == 0) return "";
  bool empty = g_value_fits_pointer(value) && !g_value_peek_pointer(value);
  return empty ? "" : code(serialized(value));
}

std::string property_access(const GParamSpec* spec) {
  std::string text = spec->flags & G_PARAM_READABLE ? "read" : "";
  if (spec->flags & G_PARAM_WRITABLE) text += text.empty() ? "write" : ", write";
  if (spec->flags & G_PARAM_CONSTRUCT_ONLY) text += " once, when made";
  if (spec->flags & GST_PARAM_MUTABLE_PLAYING)
    text += "; PLAYING";
  else if (spec->flags & GST_PARAM_MUTABLE_PAUSED)
    text += "; PAUSED";
  else if (spec->flags & GST_PARAM_MUTABLE_READY)
    text += "; READY";
  if (spec->flags & GST_PARAM_CONTROLLABLE) text += "; controllable";
  if (spec->flags & G_PARAM_DEPRECATED) text += "; deprecated";
  return text;
}

}  // namespace dg
