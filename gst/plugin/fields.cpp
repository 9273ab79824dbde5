// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/fields.h"

#include <algorithm>

namespace dg {
namespace {

GValue text_value(const std::string& text) {
  GValue value = G_VALUE_INIT;
  g_value_init(&value, G_TYPE_STRING);
  g_value_take_string(&value, g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
  return value;
}

}  // namespace

Items::Items(std::size_t room) {
  gst_value_array_init(&array_, static_cast<guint>(room));
}

Items::~Items() {
  if (G_IS_VALUE(&array_)) g_value_unset(&array_);
}

Items& Items::add(const std::string& text) {
  GValue item = text_value(text);
  gst_value_array_append_and_take_value(&array_, &item);
  return *this;
}

Items& Items::add(Ptr<GstStructure> structure) {
  GValue item = G_VALUE_INIT;
  g_value_init(&item, GST_TYPE_STRUCTURE);
  g_value_take_boxed(&item, structure.release());
  gst_value_array_append_and_take_value(&array_, &item);
  return *this;
}

Fields::Fields(const char* name)
    : owned_(gst_structure_new_empty(name)), structure_(owned_.get()) {}

Fields& Fields::text(const char* field, const std::string& value) {
  GValue held = text_value(value);
  gst_structure_take_value(structure_, field, &held);
  return *this;
}

Fields& Fields::known_text(const char* field, const std::string& value) {
  return value.empty() ? *this : text(field, value);
}

Fields& Fields::flag(const char* field, bool value) {
  gst_structure_set(structure_, field, G_TYPE_BOOLEAN, gboolean{value}, nullptr);
  return *this;
}

Fields& Fields::number(const char* field, int value) {
  gst_structure_set(structure_, field, G_TYPE_INT, value, nullptr);
  return *this;
}

Fields& Fields::known_number(const char* field, std::optional<int> value) {
  return value ? number(field, *value) : *this;
}

Fields& Fields::count(const char* field, unsigned value) {
  gst_structure_set(structure_, field, G_TYPE_UINT, value, nullptr);
  return *this;
}

Fields& Fields::total(const char* field, std::uint64_t value) {
  gst_structure_set(structure_, field, G_TYPE_UINT64, value, nullptr);
  return *this;
}

Fields& Fields::known_count(const char* field, int value) {
  return value > 0 ? count(field, static_cast<unsigned>(value)) : *this;
}

Fields& Fields::real(const char* field, double value) {
  gst_structure_set(structure_, field, G_TYPE_DOUBLE, value, nullptr);
  return *this;
}

Fields& Fields::time(const char* field, GstClockTime value) {
  gst_structure_set(structure_, field, GST_TYPE_CLOCK_TIME, value, nullptr);
  return *this;
}

Fields& Fields::time(const char* field, Nanos value) {
  return time(field, static_cast<GstClockTime>(std::max(value, Nanos::zero()).count()));
}

Fields& Fields::known_time(const char* field, std::optional<Nanos> value) {
  return value ? time(field, *value) : *this;
}

Fields& Fields::structure(const char* field, Ptr<GstStructure> value) {
  GValue held = G_VALUE_INIT;
  g_value_init(&held, GST_TYPE_STRUCTURE);
  g_value_take_boxed(&held, value.release());
  gst_structure_take_value(structure_, field, &held);
  return *this;
}

Fields& Fields::items(const char* field, Items&& items) {
  gst_structure_take_value(structure_, field, &items.array_);
  return *this;
}

}  // namespace dg
