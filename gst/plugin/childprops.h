// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace dg {

// Properties of a bin that are those of its children: they are handed on and stored nowhere else.

enum class Child { Transcribe, Look };

// One property for each of the common ones of deepgramtranscribe, whose class is `transcribe`, and
// one for each that says how textoverlay draws. What textoverlay's are is known without it: its
// plugin cannot be loaded while ours is.
void install_child_properties(GObjectClass* klass, GObjectClass* transcribe);

// Whose property it is.
Child child_of(const GParamSpec* spec);

// Of the child that has it.
void set_child_property(GObject* child, const GParamSpec* spec, const GValue* value);
void get_child_property(GObject* child, const GParamSpec* spec, GValue* value);

// Gives a new child the defaults of the bin's properties.
void set_child_defaults(GObject* child, Child which, GObjectClass* klass);

}  // namespace dg
