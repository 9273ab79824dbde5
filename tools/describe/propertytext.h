// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

#include <gst/gst.h>

namespace dg {

// Text as code in Markdown; nothing for nothing.
std::string code(std::string_view text);

// "guint, 0 to 20", or "`none` `dash`" for the words of an enum. A range that is the type's own
// is left out.
std::string property_type(GParamSpec* spec);
// Nothing for an empty text, an empty array, or no object.
std::string property_default(GParamSpec* spec);
// "read, write; READY": who may use it, and the highest state in which it may be changed.
std::string property_access(const GParamSpec* spec);

}  // namespace dg
