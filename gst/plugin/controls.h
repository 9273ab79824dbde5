// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "base/result.h"
#include "core/control.h"

namespace dg {

// What an application asks of an element while it runs: by the action signals `finalize` and
// `configure`, or by custom events, deepgram/finalize and deepgram/configure. An error says what
// they take.

bool is_control(const GstEvent* event);
Result<Control> control_in(const GstEvent* event);
// -1: all channels.
Result<Control> finalize_control(int channel);
// Of any name; it may be null.
Result<Control> configure_control(const GstStructure* structure);

// Each tells whether it was accepted.
using OnFinalize = gboolean (*)(GstElement* self, gint channel);
using OnConfigure = gboolean (*)(GstElement* self, const GstStructure* structure);
void install_control_signals(GObjectClass* klass, OnFinalize on_finalize, OnConfigure on_configure);

// The same, where this gives an element's transcriber.
template <auto transcriber_of>
void install_control_signals(GObjectClass* klass) {
  install_control_signals(
      klass,
      [](GstElement* self, gint channel) noexcept -> gboolean {
        return transcriber_of(self).finalize(channel);
      },
      [](GstElement* self, const GstStructure* structure) noexcept -> gboolean {
        return transcriber_of(self).configure(structure);
      });
}

}  // namespace dg
