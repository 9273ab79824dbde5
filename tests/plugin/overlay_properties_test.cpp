// SPDX-License-Identifier: LGPL-2.1-or-later
// The properties of deepgramoverlay are those of what is in it.
#include <memory>
#include <string>

#include <gst/gst.h>
#include <gtest/gtest.h>

#include "plugin/ptr.h"
#include "support/pipeline.h"

namespace dg {
namespace {

class OverlayProperties : public testing::Test {
 protected:
  OverlayProperties()
      : pipeline_(
            "videotestsrc num-buffers=1 ! video/x-raw,width=640,height=360 ! "
            "deepgramoverlay name=c "
            "c.src ! fakesink",
            "transcribe") {}

  GObject* object(const char* name = "c") { return G_OBJECT(pipeline_.find(name)); }

  // In the form of gst-launch-1.0; words as numbers, since textoverlay's are long.
  static std::string value(GObject* of, const char* property) {
    GValue value = G_VALUE_INIT;
    g_object_get_property(of, property, &value);
    if (G_VALUE_HOLDS_ENUM(&value)) return std::to_string(g_value_get_enum(&value));
    Ptr<char> text(gst_value_serialize(&value));
    g_value_unset(&value);
    return text ? text.get() : "";
  }

  void set(GObject* of, const char* property, const char* value) {
    gst_util_set_object_arg(of, property, value);
  }

  Pipeline pipeline_;
};

TEST_F(OverlayProperties, AreThoseOfTheTranscriberAndOfTextoverlay) {
  struct {
    const char *child, *property, *value;
  } rows[] = {
      {"transcribe", "url", "ws://127.0.0.1:9/x"},
      {"transcribe", "model", "nova-2"},
      {"transcribe", "language", "de"},
      {"transcribe", "latency", "3000"},
      {"transcribe", "failure", "error"},
      {"overlay", "font-desc", "\"Sans\\ Bold\\ 20\""},
      {"overlay", "color", "4278255360"},
      {"overlay", "outline-color", "1"},
      {"overlay", "shaded-background", "false"},
      {"overlay", "shading-value", "9"},
      {"overlay", "halignment", "position"},
      {"overlay", "valignment", "top"},
      {"overlay", "line-alignment", "center"},
      {"overlay", "xpad", "3"},
      {"overlay", "ypad", "4"},
      {"overlay", "xpos", "0.25"},
      {"overlay", "ypos", "0.75"},
      {"overlay", "silent", "true"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.property);
    std::string before = value(object(), row.property);
    EXPECT_EQ(before, value(object(row.child), row.property));
    EXPECT_NE(before, row.value);
    set(object(), row.property, row.value);
    EXPECT_EQ(value(object(row.child), row.property), value(object(), row.property));
    EXPECT_NE(value(object(row.child), row.property), before);
    set(object(row.child), row.property, before.c_str());
    EXPECT_EQ(value(object(), row.property), before);
  }
}

TEST_F(OverlayProperties, HaveTheDefaultsThatTheySay) {
  guint count = 0;
  GParamSpec** all = g_object_class_list_properties(G_OBJECT_GET_CLASS(object()), &count);
  unsigned own = 0;
  for (guint i = 0; i < count; ++i) {
    if (all[i]->owner_type != G_OBJECT_TYPE(object()) || !(all[i]->flags & G_PARAM_READABLE))
      continue;
    ++own;
    GValue now = G_VALUE_INIT;
    g_object_get_property(object(), all[i]->name, &now);
    EXPECT_TRUE(g_param_value_defaults(all[i], &now)) << all[i]->name;
    g_value_unset(&now);
  }
  g_free(all);
  EXPECT_EQ(own, 18u);
  EXPECT_EQ(value(object(), "failure"), "1");  // continue
}

TEST_F(OverlayProperties, NeverShowTheKey) {
  GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(object()), "api-key");
  ASSERT_TRUE(spec);
  EXPECT_FALSE(spec->flags & G_PARAM_READABLE);
  EXPECT_TRUE(spec->flags & G_PARAM_WRITABLE);
}

// Not from a launch line, by which GStreamer 1.22 leaks the child.
TEST_F(OverlayProperties, ReachTheChildren) {
  gst_child_proxy_set(GST_CHILD_PROXY(object()), "transcribe::diarize", TRUE,
                      "overlay::draw-shadow", FALSE, nullptr);
  EXPECT_EQ(value(object("transcribe"), "diarize"), "true");
  EXPECT_EQ(value(object("overlay"), "draw-shadow"), "false");
}

// What the application has set at a queue stays until there is a reason.
TEST_F(OverlayProperties, SizeTheQueues) {
  set(object("videoqueue"), "max-size-bytes", "7");
  ASSERT_TRUE(pipeline_.reach(GST_STATE_PAUSED));
  EXPECT_EQ(value(object("videoqueue"), "max-size-bytes"), "7");
  EXPECT_EQ(value(object("videoqueue"), "max-size-time"), "15000000000");
  EXPECT_EQ(value(object("videoqueue"), "max-size-buffers"), "0");
  EXPECT_EQ(value(object("audioqueue"), "max-size-bytes"), "0");
  set(object(), "latency", "20000");
  EXPECT_EQ(value(object("videoqueue"), "max-size-time"), "21000000000");
  EXPECT_EQ(value(object("videoqueue"), "max-size-bytes"), "536870912");
  EXPECT_EQ(value(object("audioqueue"), "max-size-time"), "21000000000");
}

TEST_F(OverlayProperties, MarginsFollowThePictureUntilTheyAreSet) {
  set(object(), "ypad", "11");
  ASSERT_TRUE(pipeline_.reach(GST_STATE_PAUSED));
  EXPECT_EQ(value(object(), "xpad"), "128");
  EXPECT_EQ(value(object(), "ypad"), "11");
}

TEST(OverlayWithoutTextoverlay, SaysWhatToInstall) {
  GstRegistry* registry = gst_registry_get();
  GstPluginFeature* feature =
      gst_registry_find_feature(registry, "textoverlay", GST_TYPE_ELEMENT_FACTORY);
  ASSERT_TRUE(feature);
  gst_registry_remove_feature(registry, feature);
  Ptr<GstElement> element = own(gst_element_factory_make("deepgramoverlay", nullptr));
  gst_registry_add_feature(registry, feature);
  gst_object_unref(feature);

  g_object_set(element.get(), "font-desc", "Sans 20", "latency", 900u, nullptr);
  Ptr<GstElement> pipeline = own(gst_pipeline_new(nullptr));
  gst_bin_add(GST_BIN(pipeline.get()), element.get());
  EXPECT_EQ(gst_element_set_state(pipeline.get(), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  GstBus* bus = gst_element_get_bus(pipeline.get());
  Ptr<GstMessage> message(gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR));
  gst_object_unref(bus);
  ASSERT_TRUE(message);
  Ptr<GError> error;
  gst_message_parse_error(message.get(), Out(error), nullptr);
  EXPECT_TRUE(g_error_matches(error.get(), GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN));
  EXPECT_NE(std::string(error->message).find("gstreamer1.0-x"), std::string::npos)
      << error->message;
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}

}  // namespace
}  // namespace dg
