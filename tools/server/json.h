// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "server/ptr.h"

namespace dg::server {

// Parses what others have written: one object or array. json-glib is shown nothing that it cannot
// stand (core/jsonscan.h); an error names the line.
Result<Ptr<JsonNode>> parse_json(std::string_view text);

// Members of an object, by what they are; nothing if they are not there or something else.
std::optional<std::string> string_in(JsonObject* object, const char* key);
std::optional<double> number_in(JsonObject* object, const char* key);
std::optional<bool> bool_in(JsonObject* object, const char* key);
JsonObject* object_in(JsonObject* object, const char* key);
JsonArray* array_in(JsonObject* object, const char* key);

}  // namespace dg::server
