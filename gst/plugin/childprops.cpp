// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/childprops.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <variant>

#include "base/overloaded.h"
#include "plugin/optionprops.h"

namespace dg {
namespace {

// The kinds of property that say how text is drawn, with the defaults.
struct Text {
  const char* initial;
};
struct Flag {
  bool initial;
};
struct Pixels {
  int initial;
};
struct Place {  // 0 to 1
  double initial;
};
struct Number {
  guint least, most, initial;
};
struct Word {
  GType (*type)();
  int initial;
};

struct Look {
  const char* name;
  std::variant<Text, Flag, Pixels, Place, Number, Word> kind;
  const char* blurb;
};

// The same words and numbers as textoverlay's own.
GType horizontal_type() {
  static const GEnumValue values[] = {{0, "At the left", "left"},
                                      {1, "In the middle", "center"},
                                      {2, "At the right", "right"},
                                      {4, "At xpos, within the picture", "position"},
                                      {0, nullptr, nullptr}};
  return enum_type("GstDeepgramLiveHAlignment", values);
}

GType vertical_type() {
  static const GEnumValue values[] = {{0, "At the bottom, by the letters' feet", "baseline"},
                                      {1, "At the bottom", "bottom"},
                                      {2, "At the top", "top"},
                                      {3, "At ypos, within the picture", "position"},
                                      {4, "In the middle", "center"},
                                      {0, nullptr, nullptr}};
  return enum_type("GstDeepgramLiveVAlignment", values);
}

GType line_type() {
  static const GEnumValue values[] = {{0, "Begin below each other", "left"},
                                      {1, "In the middle of each other", "center"},
                                      {2, "End below each other", "right"},
                                      {0, nullptr, nullptr}};
  return enum_type("GstDeepgramLiveLineAlignment", values);
}

// A line that grows must not move: left, in a region that begins at a fixed place. Text of any
// colour is lost on some picture: it has a box.
const Look kLooks[] = {
    {"font-desc", Text{"Sans"}, "Font, as Pango describes it: \"Sans Bold 18\""},
    {"color", Number{0, G_MAXUINT, 0xffffffff}, "Colour of the text, ARGB"},
    {"outline-color", Number{0, G_MAXUINT, 0xff000000}, "Colour of the letters' outline, ARGB"},
    {"shaded-background", Flag{true}, "Darken the picture in a box behind the text"},
    {"shading-value", Number{1, 255, 160}, "How dark the box is"},
    {"halignment", Word{horizontal_type, 0}, "Where the text is, from left to right"},
    {"valignment", Word{vertical_type, 0}, "Where the text is, from top to bottom"},
    {"line-alignment", Word{line_type, 0}, "How the lines of a text lie to each other"},
    {"xpad", Pixels{25}, "Margin at the left or right, in pixels; a fifth of the width unless set"},
    {"ypad", Pixels{25},
     "Margin at the top or bottom, in pixels; an 18th of the height unless set"},
    {"xpos", Place{0.5}, "Where the text is with halignment=position, from 0 to 1"},
    {"ypos", Place{0.5}, "Where the text is with valignment=position, from 0 to 1"},
    {"silent", Flag{false}, "Show no captions; the picture is not touched"},
};

// Of deepgramtranscribe, those that most need; GstChildProxy has the rest.
const char* const kTranscribe[] = {"url", "api-key", "model", "language", "latency", "failure"};

constexpr auto kAnyTime = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                   GST_PARAM_MUTABLE_PLAYING);

GParamSpec* make_spec(const Look& look) {
  const char *name = look.name, *blurb = look.blurb;
  return std::visit(
      overloaded{
          [&](Text r) { return g_param_spec_string(name, name, blurb, r.initial, kAnyTime); },
          [&](Flag r) { return g_param_spec_boolean(name, name, blurb, r.initial, kAnyTime); },
          [&](Pixels r) {
            return g_param_spec_int(name, name, blurb, 0, G_MAXINT, r.initial, kAnyTime);
          },
          [&](Place r) {
            return g_param_spec_double(name, name, blurb, 0, 1, r.initial, kAnyTime);
          },
          [&](Number r) {
            return g_param_spec_uint(name, name, blurb, r.least, r.most, r.initial, kAnyTime);
          },
          [&](Word r) {
            return g_param_spec_enum(name, name, blurb, r.type(), r.initial, kAnyTime);
          },
      },
      look.kind);
}

// The same property, for another class. A captioned video goes on without captions.
GParamSpec* copy_of(GParamSpec* spec) {
  const char *name = spec->name, *blurb = g_param_spec_get_blurb(spec);
  constexpr const char* kFailure = "failure";
  if (G_IS_PARAM_SPEC_UINT(spec)) {
    auto* number = G_PARAM_SPEC_UINT(spec);
    return g_param_spec_uint(name, name, blurb, number->minimum, number->maximum,
                             number->default_value, spec->flags);
  }
  if (G_IS_PARAM_SPEC_ENUM(spec)) {
    auto* word = G_PARAM_SPEC_ENUM(spec);
    int initial = std::strcmp(name, kFailure) == 0
                      ? g_enum_get_value_by_nick(word->enum_class, "continue")->value
                      : word->default_value;
    return g_param_spec_enum(name, name, blurb, spec->value_type, initial, spec->flags);
  }
  return g_param_spec_string(name, name, blurb, G_PARAM_SPEC_STRING(spec)->default_value,
                             spec->flags);
}

}  // namespace

void install_child_properties(GObjectClass* klass, GObjectClass* transcribe) {
  guint id = 1;
  for (const char* name : kTranscribe)
    g_object_class_install_property(klass, id++,
                                    copy_of(g_object_class_find_property(transcribe, name)));
  for (const Look& look : kLooks) g_object_class_install_property(klass, id++, make_spec(look));
}

Child child_of(const GParamSpec* spec) {
  bool look = std::any_of(std::begin(kLooks), std::end(kLooks),
                          [&](const Look& row) { return std::strcmp(row.name, spec->name) == 0; });
  return look ? Child::Look : Child::Transcribe;
}

// Enums go as numbers: those of textoverlay have types of their own.
void set_child_property(GObject* child, const GParamSpec* spec, const GValue* value) {
  if (G_VALUE_HOLDS_ENUM(value))
    g_object_set(child, spec->name, g_value_get_enum(value), nullptr);
  else
    g_object_set_property(child, spec->name, value);
}

void get_child_property(GObject* child, const GParamSpec* spec, GValue* value) {
  if (G_VALUE_HOLDS_ENUM(value)) {
    int number = 0;
    g_object_get(child, spec->name, &number, nullptr);
    g_value_set_enum(value, number);
  } else {
    g_object_get_property(child, spec->name, value);
  }
}

void set_child_defaults(GObject* child, Child which, GObjectClass* klass) {
  guint count = 0;
  GParamSpec** all = g_object_class_list_properties(klass, &count);
  for (guint i = 0; i < count; ++i) {
    GParamSpec* spec = all[i];
    if (spec->owner_type != G_OBJECT_CLASS_TYPE(klass) || child_of(spec) != which) continue;
    if (!(spec->flags & G_PARAM_READABLE)) continue;  // a secret has none
    set_child_property(child, spec, g_param_spec_get_default_value(spec));
  }
  g_free(all);
}

}  // namespace dg
