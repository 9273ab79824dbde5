// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

#include "core/message.h"

namespace dg::server {

// The frames of the service, written as it writes them: the keys in its order, and every number a
// 32-bit float, in as few digits as tell it from its neighbours.

std::string write(const Results& results);
std::string write(const Metadata& metadata);
std::string write(const SpeechStarted& event);
std::string write(const UtteranceEnd& event);
std::string write(const ServiceError& error);
std::string write(const Message& message);

// "14.599999"
std::string number(double value);
// With its quotes.
std::string json_string(std::string_view text);

}  // namespace dg::server
