// SPDX-License-Identifier: LGPL-2.1-or-later
#include "describe/describe.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

// An element with a property, a pad and a signal of each kind.
G_DECLARE_FINAL_TYPE(DgDescribed, dg_described, DG, DESCRIBED, GstElement)

struct _DgDescribed {
  GstElement parent;
};
G_DEFINE_TYPE_WITH_CODE(DgDescribed, dg_described, GST_TYPE_ELEMENT,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_PRESET, nullptr))

namespace {

constexpr auto kReady =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
constexpr auto kPlaying = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                   GST_PARAM_MUTABLE_PLAYING);
constexpr auto kWriteOnly = static_cast<GParamFlags>(G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
constexpr auto kReadOnly = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

void install_properties(GObjectClass* object) {
  GParamSpec* specs[] = {
      g_param_spec_boolean("a-flag", "-", "Flag | switch", TRUE, kReady),
      g_param_spec_int("an-int", "-", "Int", -1, 20, 3, kReady),
      g_param_spec_uint("a-uint", "-", "Uint", 0, G_MAXUINT, 7, kPlaying),
      g_param_spec_int64("an-int64", "-", "Int64", -5, G_MAXINT64, 0, kReady),
      g_param_spec_double("a-double", "-", "Double", -1.5, 0.25, 0.1, kReady),
      g_param_spec_string("a-text", "-", "Text", "two words", kReady),
      g_param_spec_string("a-secret", "-", "Secret", "hidden", kWriteOnly),
      g_param_spec_enum("a-word", "-", "Word", GST_TYPE_STREAM_STATUS_TYPE,
                        GST_STREAM_STATUS_TYPE_ENTER, kReady),
      g_param_spec_boxed("some-stats", "-", "Stats", GST_TYPE_STRUCTURE, kReadOnly),
      gst_param_spec_array("a-list", "-", "List",
                           g_param_spec_string("item", "-", "Item", "", kReady), kReady),
      g_param_spec_boolean("an-old-one", "-", "Old", FALSE,
                           static_cast<GParamFlags>(kReady | G_PARAM_DEPRECATED)),
  };
  guint id = 1;
  for (GParamSpec* spec : specs) g_object_class_install_property(object, id++, spec);
}

}  // namespace

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink_%u", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS("audio/x-raw; audio/x-mulaw"));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void dg_described_class_init(DgDescribedClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  object->set_property = [](GObject*, guint, const GValue*, GParamSpec*) noexcept {};
  object->get_property = [](GObject*, guint, GValue*, GParamSpec*) noexcept {};
  install_properties(object);
  g_signal_new("shout", G_TYPE_FROM_CLASS(klass),
               static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION), 0, nullptr, nullptr,
               nullptr, G_TYPE_BOOLEAN, 2, G_TYPE_INT, GST_TYPE_STRUCTURE);
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "Described", "Test/Filter", "Has one of each",
                                        "Nobody <nobody@example.org>");
}

static void dg_described_init(DgDescribed*) {}

namespace dg {
namespace {

class Describe : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ASSERT_TRUE(gst_element_register(nullptr, "described", GST_RANK_NONE, dg_described_get_type()));
  }

  // Whether the description has this line.
  static testing::AssertionResult has(const std::string& line) {
    Result<std::string> text = describe_element("described");
    if (!text) return testing::AssertionFailure() << text.error().text;
    if (("\n" + *text).find("\n" + line + "\n") != std::string::npos)
      return testing::AssertionSuccess();
    return testing::AssertionFailure() << *text;
  }
};

TEST_F(Describe, SaysWhatTheElementIs) {
  EXPECT_TRUE(has("## described"));
  EXPECT_TRUE(has("**Described** (Test/Filter). Has one of each."));
  EXPECT_TRUE(has("Base class `GstElement`, interface `GstPreset`."));
}

TEST_F(Describe, ListsPads) {
  EXPECT_TRUE(has("| `sink_%u` | sink | on request | `audio/x-raw`<br>`audio/x-mulaw` |"));
  EXPECT_TRUE(has("| `src` | src | always | any |"));
}

TEST_F(Describe, ListsProperties) {
  for (const char* line : {
           "| `a-flag` | boolean | `true` | read, write; READY | Flag \\| switch |",
           "| `an-int` | gint, -1 to 20 | `3` | read, write; READY | Int |",
           "| `a-uint` | guint | `7` | read, write; PLAYING | Uint |",
           "| `an-int64` | gint64, from -5 | `0` | read, write; READY | Int64 |",
           "| `a-double` | gdouble, -1.5 to 0.25 | `0.1` | read, write; READY | Double |",
           "| `a-text` | string | `two words` | read, write; READY | Text |",
           "| `some-stats` | GstStructure |  | read | Stats |",
           "| `a-list` | array of string |  | read, write; READY | List |",
           "| `an-old-one` | boolean | `false` | read, write; READY; deprecated | Old |",
       })
    EXPECT_TRUE(has(line)) << line;
}

TEST_F(Describe, ListsTheWordsOfAnEnum) {
  EXPECT_TRUE(
      has("| `a-word` | `create` `enter` `leave` `destroy` `start` `pause` `stop` | `enter` | "
          "read, write; READY | Word |"));
}

TEST_F(Describe, ShowsNoDefaultThatCannotBeRead) {
  EXPECT_TRUE(has("| `a-secret` | string |  | write | Secret |"));
}

TEST_F(Describe, ListsSignals) {
  EXPECT_TRUE(has("| `shout` | action | `gint`, `GstStructure` | `gboolean` |"));
}

// GStreamer's own properties differ between its versions.
TEST_F(Describe, LeavesOutWhatIsInherited) {
  Result<std::string> text = describe_element("described");
  ASSERT_TRUE(text);
  EXPECT_EQ(text->find("`name`"), std::string::npos) << *text;
}

TEST_F(Describe, SaysWhenThereIsNoSuchElement) {
  Result<std::string> text = describe_element("no-such-element");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().text, "there is no element no-such-element");
}

}  // namespace
}  // namespace dg
