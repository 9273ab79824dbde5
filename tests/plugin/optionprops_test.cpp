// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/optionprops.h"

#include <gtest/gtest.h>

#include "base/overloaded.h"
#include "core/listen.h"
#include "plugin/ptr.h"

// An element of nothing but the table's properties.
G_DECLARE_FINAL_TYPE(DgOptionTest, dg_option_test, DG, OPTION_TEST, GstElement)

struct _DgOptionTest {
  GstElement parent;
  dg::Options* options;
};
G_DEFINE_TYPE(DgOptionTest, dg_option_test, GST_TYPE_ELEMENT)

namespace {

constexpr guint kFirstOption = 1;

}  // namespace

static void dg_option_test_class_init(DgOptionTestClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  object->finalize = [](GObject* self) noexcept {
    delete DG_OPTION_TEST(self)->options;
    G_OBJECT_CLASS(dg_option_test_parent_class)->finalize(self);
  };
  object->set_property = [](GObject* self, guint id, const GValue* value, GParamSpec*) noexcept {
    DG_OPTION_TEST(self)->options->set(id - kFirstOption, dg::option_from_gvalue(value));
  };
  object->get_property = [](GObject* self, guint id, GValue* value, GParamSpec*) noexcept {
    dg::option_to_gvalue(DG_OPTION_TEST(self)->options->at(id - kFirstOption), value);
  };
  dg::install_option_properties(object, kFirstOption, dg::kListenOptions);
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "Options", "Test", "-", "-");
}

static void dg_option_test_init(DgOptionTest* self) {
  self->options = new dg::Options(dg::kListenOptions);
}

namespace dg {
namespace {

class OptionProperties : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ASSERT_TRUE(
        gst_element_register(nullptr, "optiontest", GST_RANK_NONE, dg_option_test_get_type()));
  }

  static Ptr<GstElement> launch(const char* line) {
    Ptr<GError> error;
    auto element = own(gst_parse_launch(line, Out(error)));
    EXPECT_FALSE(error) << error->message;
    return element;
  }

  static std::string query_of(const char* line) {
    return DG_OPTION_TEST(launch(line).get())->options->query();
  }

  static GParamSpec* property_of(const Ptr<GstElement>& element, const char* key) {
    return g_object_class_find_property(G_OBJECT_GET_CLASS(element.get()),
                                        property_name(key).c_str());
  }
};

TEST_F(OptionProperties, AreOneARow) {
  auto element = launch("optiontest");
  for (const OptionSpec& spec : kListenOptions) {
    GParamSpec* property = property_of(element, spec.key);
    ASSERT_TRUE(property) << spec.key;
    std::string blurb = g_param_spec_get_blurb(property);
    EXPECT_TRUE(blurb.starts_with(std::string(spec.blurb) + ". A change holds ")) << blurb;
    EXPECT_EQ(blurb.ends_with("on another connection"), spec.key != std::string("numerals"));
    EXPECT_TRUE(property->flags & GST_PARAM_MUTABLE_PLAYING) << spec.key;
  }
}

// What gst-inspect shows as the default is what the query has.
TEST_F(OptionProperties, HaveTheTablesDefaults) {
  auto element = launch("optiontest");
  for (const OptionSpec& spec : kListenOptions) {
    const GValue* initial = g_param_spec_get_default_value(property_of(element, spec.key));
    EXPECT_EQ(option_from_gvalue(initial), initial_value(spec)) << spec.key;
  }
}

// A sample of each shape, set through GObject, read back, and found in the query.
struct Sample {
  const char* text;   // as on a command line
  const char* query;  // as in the query
};

Sample sample_of(const OptionSpec& spec) {
  return std::visit(overloaded{
                        [](const Flag&) {
                          return Sample{"true", "true"};
                        },
                        [](const Count&) {
                          return Sample{"1234", "1234"};
                        },
                        [](const Text&) {
                          return Sample{"a&b", "a%26b"};
                        },
                        [](const Choice& shape) {
                          return Sample{shape.words[2], shape.words[2]};
                        },
                        [](const List&) {
                          return Sample{"<\"a b\">", "a%20b"};
                        },
                    },
                    spec.shape);
}

TEST_F(OptionProperties, ReachTheQueryAndReadBack) {
  for (const OptionSpec& spec : kListenOptions) {
    Sample sample = sample_of(spec);
    auto element = launch("optiontest");
    std::string name = property_name(spec.key);
    gst_util_set_object_arg(G_OBJECT(element.get()), name.c_str(), sample.text);
    const Options& options = *DG_OPTION_TEST(element.get())->options;
    std::string part = std::string(spec.key) + "=" + sample.query;
    EXPECT_NE(("&" + options.query() + "&").find("&" + part + "&"), std::string::npos) << part;

    GValue value = G_VALUE_INIT;
    g_object_get_property(G_OBJECT(element.get()), name.c_str(), &value);
    EXPECT_EQ(option_from_gvalue(&value), options.at(spec.key)) << name;
    g_value_unset(&value);
  }
}

TEST_F(OptionProperties, TakeListsFromTheCommandLine) {
  EXPECT_EQ(query_of("optiontest punctuate=false interim-results=false keyterm=<a,b>"),
            "model=nova-3&keyterm=a&keyterm=b");
  EXPECT_EQ(query_of(R"(optiontest punctuate=0 interim-results=0 keyterm="<\"a b\", \"c&d\">")"),
            "model=nova-3&keyterm=a%20b&keyterm=c%26d");
}

// As a shell gives it to gst-launch-1.0: 'keyterm="<\"a b\", c>"'
TEST_F(OptionProperties, TakeListsFromAShell) {
  const char* line[] = {"optiontest", "punctuate=false", "interim-results=false",
                        R"(keyterm="<\"a b\", c>")", nullptr};
  Ptr<GError> error;
  auto element = own(gst_parse_launchv(line, Out(error)));
  ASSERT_FALSE(error) << error->message;
  EXPECT_EQ(DG_OPTION_TEST(element.get())->options->query(),
            "model=nova-3&keyterm=a%20b&keyterm=c");
}

// "search=<911>" must not lose the number for looking like one.
TEST_F(OptionProperties, TakeNumbersAsListItems) {
  EXPECT_EQ(query_of("optiontest punctuate=false interim-results=false search=<911,1.5,true>"),
            "model=nova-3&search=911&search=1.5&search=true");
}

TEST_F(OptionProperties, ReadNullAsUnset) {
  auto element = launch("optiontest");
  g_object_set(element.get(), "model", nullptr, nullptr);
  EXPECT_EQ(DG_OPTION_TEST(element.get())->options->at("model"), OptionValue(std::string()));
}

TEST_F(OptionProperties, ReplaceAList) {
  auto element = launch("optiontest keyterm=<a,b>");
  gst_util_set_object_arg(G_OBJECT(element.get()), "keyterm", "<c>");
  EXPECT_EQ(DG_OPTION_TEST(element.get())->options->at("keyterm"),
            OptionValue(std::vector<std::string>{"c"}));
}

TEST_F(OptionProperties, NameTheirTypesApartFromOtherPlugins) {
  auto element = launch("optiontest");
  GParamSpec* property = property_of(element, "callback_method");
  EXPECT_STREQ(g_type_name(property->value_type), "GstDeepgramLiveCallbackMethod");
  EXPECT_TRUE(gst_type_is_plugin_api(property->value_type, nullptr));
}

}  // namespace
}  // namespace dg
