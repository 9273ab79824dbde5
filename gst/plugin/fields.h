// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/nanos.h"
#include "plugin/ptr.h"

namespace dg {

// A GstValueArray in the making, for one field.
class Items {
 public:
  explicit Items(std::size_t room);
  ~Items();
  Items(const Items&) = delete;
  Items& operator=(const Items&) = delete;

  Items& add(const std::string& text);
  Items& add(Ptr<GstStructure> structure);

 private:
  friend class Fields;
  GValue array_ = G_VALUE_INIT;
};

// A GstStructure in the making, in the types that our messages have. What the service sent may be
// any bytes, and GStreamer refuses a string that is not UTF-8: such bytes become U+FFFD here.
class Fields {
 public:
  // A new structure, for take().
  explicit Fields(const char* name);
  // One that belongs to something else, such as a meta's.
  explicit Fields(GstStructure* borrowed) : structure_(borrowed) {}

  Fields& text(const char* field, const std::string& value);
  // Leaves the field out when there is nothing to say.
  Fields& known_text(const char* field, const std::string& value);
  Fields& flag(const char* field, bool value);
  Fields& number(const char* field, int value);
  Fields& known_number(const char* field, std::optional<int> value);
  Fields& count(const char* field, unsigned value);
  Fields& total(const char* field, std::uint64_t value);
  // For what is 0 as long as it is not known.
  Fields& known_count(const char* field, int value);
  Fields& real(const char* field, double value);
  Fields& time(const char* field, GstClockTime value);
  Fields& time(const char* field, Nanos value);
  Fields& known_time(const char* field, std::optional<Nanos> value);
  Fields& structure(const char* field, Ptr<GstStructure> value);
  Fields& items(const char* field, Items&& items);

  Ptr<GstStructure> take() { return std::move(owned_); }

 private:
  Ptr<GstStructure> owned_;
  GstStructure* structure_;
};

}  // namespace dg
