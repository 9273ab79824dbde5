// SPDX-License-Identifier: LGPL-2.1-or-later
#include "describe/describe.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include <gst/gst.h>

#include "describe/propertytext.h"
#include "plugin/ptr.h"

namespace dg {
template <>
struct Unref<GstElementFactory> {
  void operator()(GstElementFactory* p) const { gst_object_unref(p); }
};
template <>
struct Unref<GTypeClass> {
  void operator()(GTypeClass* p) const { g_type_class_unref(p); }
};

namespace {

// A cell of a table: one line, without the character that ends cells.
std::string cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string row(std::initializer_list<std::string> cells) {
  std::string line = "|";
  for (const std::string& text : cells) line += " " + cell(text) + " |";
  return line + "\n";
}

std::string table_head(std::initializer_list<std::string> titles) {
  std::string line = "|";
  for (std::size_t i = 0; i < titles.size(); ++i) line += "---|";
  return row(titles) + line + "\n";
}

const char* direction_name(GstPadDirection direction) {
  switch (direction) {
    case GST_PAD_SRC:
      return "src";
    case GST_PAD_SINK:
      return "sink";
    case GST_PAD_UNKNOWN:
      return "unknown";
  }
  return "";
}

const char* presence_name(GstPadPresence presence) {
  switch (presence) {
    case GST_PAD_ALWAYS:
      return "always";
    case GST_PAD_SOMETIMES:
      return "sometimes";
    case GST_PAD_REQUEST:
      return "on request";
  }
  return "";
}

// One format a line, each as code.
std::string caps_text(const GstCaps* caps) {
  if (gst_caps_is_any(caps)) return "any";
  std::string text;
  for (guint i = 0; i < gst_caps_get_size(caps); ++i) {
    Ptr<GstCaps> one(gst_caps_copy_nth(caps, i));
    Ptr<char> format(gst_caps_to_string(one.get()));
    text += std::string(i ? "<br>" : "") + "`" + format.get() + "`";
  }
  return text;
}

std::string pads_of(GstElementFactory* factory) {
  std::string text = "\n### Pads\n\n" + table_head({"pad", "direction", "presence", "caps"});
  // The registry's cache turns their order round.
  std::vector<GstStaticPadTemplate*> pads;
  for (const GList* item = gst_element_factory_get_static_pad_templates(factory); item;
       item = item->next)
    pads.push_back(static_cast<GstStaticPadTemplate*>(item->data));
  std::sort(pads.begin(), pads.end(), [](const auto* one, const auto* other) {
    return std::string_view(one->name_template) < other->name_template;
  });
  for (GstStaticPadTemplate* pad : pads) {
    Ptr<GstCaps> caps(gst_static_pad_template_get_caps(pad));
    text += row({code(pad->name_template), direction_name(pad->direction),
                 presence_name(pad->presence), caps_text(caps.get())});
  }
  return text;
}

std::vector<GParamSpec*> own_properties(GTypeClass* klass) {
  guint count = 0;
  GParamSpec** all = g_object_class_list_properties(G_OBJECT_CLASS(klass), &count);
  std::vector<GParamSpec*> own;
  for (GParamSpec* spec : std::span(all, count))
    if (spec->owner_type == G_TYPE_FROM_CLASS(klass)) own.push_back(spec);
  g_free(all);
  return own;
}

std::string properties_of(GTypeClass* klass) {
  std::vector<GParamSpec*> properties = own_properties(klass);
  if (properties.empty()) return "";
  std::string text =
      "\n### Properties\n\n" + table_head({"property", "type", "default", "access", "what it is"});
  for (GParamSpec* spec : properties) {
    const char* blurb = g_param_spec_get_blurb(spec);
    text += row({code(spec->name), property_type(spec), property_default(spec),
                 property_access(spec), blurb ? blurb : ""});
  }
  return text;
}

std::string parameters_of(const GSignalQuery& signal) {
  std::string text;
  for (GType type : std::span(signal.param_types, signal.n_params))
    text += (text.empty() ? "" : ", ") + code(g_type_name(type & ~G_SIGNAL_TYPE_STATIC_SCOPE));
  return text;
}

std::string signals_of(GTypeClass* klass) {
  guint count = 0;
  guint* ids = g_signal_list_ids(G_TYPE_FROM_CLASS(klass), &count);
  std::string text;
  if (count > 0)
    text = "\n### Signals\n\n" + table_head({"signal", "kind", "parameters", "returns"});
  for (guint id : std::span(ids, count)) {
    GSignalQuery signal;
    g_signal_query(id, &signal);
    text +=
        row({code(signal.signal_name), signal.signal_flags & G_SIGNAL_ACTION ? "action" : "event",
             parameters_of(signal), code(g_type_name(signal.return_type))});
  }
  g_free(ids);
  return text;
}

// What the class gets from others is in their documentation.
std::string ancestry_of(GTypeClass* klass) {
  std::string text = "\nBase class " + code(g_type_name(g_type_parent(G_TYPE_FROM_CLASS(klass))));
  guint count = 0;
  GType* interfaces = g_type_interfaces(G_TYPE_FROM_CLASS(klass), &count);
  for (GType type : std::span(interfaces, count)) text += ", interface " + code(g_type_name(type));
  g_free(interfaces);
  return text + ".\n";
}

std::string heading_of(GstElementFactory* factory) {
  auto metadata = [&](const char* key) {
    const char* value = gst_element_factory_get_metadata(factory, key);
    return std::string(value ? value : "");
  };
  std::string description = metadata(GST_ELEMENT_METADATA_DESCRIPTION);
  if (!description.ends_with('.')) description += '.';
  return "## " + std::string(GST_OBJECT_NAME(factory)) + "\n\n**" +
         metadata(GST_ELEMENT_METADATA_LONGNAME) + "** (" + metadata(GST_ELEMENT_METADATA_KLASS) +
         "). " + description + "\n";
}

}  // namespace

Result<std::string> describe_element(const std::string& factory_name) {
  Ptr<GstElementFactory> found(gst_element_factory_find(factory_name.c_str()));
  if (!found) return Error{"there is no element " + factory_name};
  Ptr<GstElementFactory> factory(
      GST_ELEMENT_FACTORY(gst_plugin_feature_load(GST_PLUGIN_FEATURE(found.get()))));
  if (!factory) return Error{"the element " + factory_name + " cannot be loaded"};
  GType type = gst_element_factory_get_element_type(factory.get());
  Ptr<GTypeClass> klass(static_cast<GTypeClass*>(g_type_class_ref(type)));
  return heading_of(factory.get()) + ancestry_of(klass.get()) + pads_of(factory.get()) +
         properties_of(klass.get()) + signals_of(klass.get());
}

}  // namespace dg
