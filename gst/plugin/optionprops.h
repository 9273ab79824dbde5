// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include <gst/gst.h>

#include "core/option.h"

namespace dg {

// The rows of an option table as GObject properties.

// One property a row; a property's id is first_id + row.
void install_option_properties(GObjectClass* klass, guint first_id, OptionTable table);

// For a value of such a property's type.
OptionValue option_from_gvalue(const GValue* value);
void option_to_gvalue(const OptionValue& option, GValue* value);

// The type of this name, made of the values if there is none; they live as long as it.
GType enum_type(const char* name, const GEnumValue* values);

}  // namespace dg
