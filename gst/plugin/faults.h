// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "core/fault.h"
#include "core/message.h"

namespace dg {

// A loss as a message on the bus: the only place that posts errors and warnings about one. The
// first text says what to do, the second has the service's own words, and the details structure
// has {http-status-code, close-code, close-reason, dg-error, request-id} as far as they are known.
// Thread-safe; takes no lock of ours.

void post_error(GstElement* element, const Loss& loss);
void post_warning(GstElement* element, const Loss& loss);
// What was changed while the stream runs is not taken, and what held before holds.
void post_refused_change(GstElement* element, const Loss& loss);
// What the service says of a message of ours; the details have {variant, description, message}.
void post_warning(GstElement* element, const ServiceError& error);

}  // namespace dg
