// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "core/caption.h"
#include "core/endpoint.h"
#include "core/listen.h"
#include "core/option.h"
#include "net/limits.h"

namespace dg {

// What an element does when there will be no connection any more.
enum class OnFailure { Error, Continue };

// The values of an element's properties. The defaults of the properties are those here.
struct Settings {
  Options options{kListenOptions};
  Target target{.user_agent = "gst-deepgram/" PACKAGE_VERSION};
  Limits limits;
  OnFailure failure = OnFailure::Error;
  CaptionStyle captions;
  Nanos lateness{};
  bool post_messages = true;
  bool post_raw = false;
};

// What they ask of a connection.
Query query_of(const Settings& settings);

// Installs one property a row of the listen options and one a setting; those that speak of text
// only for an element that has a text pad.
enum class Has { TextPad, NoTextPad };
void install_settings(GObjectClass* klass, Has text_pad);

// False if the property is not one of the settings.
bool set_setting(Settings& settings, const GParamSpec* spec, const GValue* value);
bool get_setting(const Settings& settings, const GParamSpec* spec, GValue* value);

}  // namespace dg
