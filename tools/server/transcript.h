// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "server/arguments.h"

namespace dg::server {

// What the recognizer makes of a WAV file: the very results that a client would get which sends
// it and asks for `arguments.query`. One line a final result in text and json; in text a line a
// word after it as well; in words nothing but those.
Result<std::string> transcribe(const Arguments& arguments);

// Writes the words of the recognizer tone.
std::optional<Error> write_tones(const Arguments& arguments);

}  // namespace dg::server
