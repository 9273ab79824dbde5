// SPDX-License-Identifier: LGPL-2.1-or-later
// Holds the properties of the element against tests/golden/listen-parameters.json, and what they
// are set to against the request that the server gets.
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"
#include "support/listenparameters.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using server::Seen;
using Strings = std::vector<std::string>;

Strings values(const Seen& request, const std::string& name) {
  Strings out;
  for (const auto& [key, value] : request.query)
    if (key == name) out.push_back(value);
  return out;
}

// What was asked of the server, whether it liked it or not.
Seen request_of(Bench& bench) {
  bench.play();
  bench.feed().tones(0s, 1s);
  EXPECT_TRUE(bench.finish());
  auto requests = bench.server().requests();
  EXPECT_EQ(requests.size(), 1u);
  return requests.empty() ? Seen() : requests[0];
}

std::vector<ListenParameter> parameters_with_property() {
  std::vector<ListenParameter> all = listen_parameters();
  std::erase_if(all, [](const ListenParameter& parameter) { return parameter.from_caps; });
  return all;
}

int enum_value(GParamSpec* spec, const std::string& word) {
  Ptr<char> nick(g_ascii_strdown(word.c_str(), -1));
  GEnumValue* value = g_enum_get_value_by_nick(G_PARAM_SPEC_ENUM(spec)->enum_class, nick.get());
  EXPECT_TRUE(value) << word;
  return value ? value->value : 0;
}

// Sets the property as a program does, by a value of its own type.
void set(GstElement* element, const ListenParameter& parameter, const Strings& texts) {
  const char* name = parameter.property.c_str();
  GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), name);
  ASSERT_TRUE(spec) << name;
  GValue value = G_VALUE_INIT;
  g_value_init(&value, spec->value_type);
  if (parameter.type == "boolean") {
    g_value_set_boolean(&value, texts.at(0) == "true");
  } else if (parameter.type == "integer") {
    g_value_set_int(&value, std::stoi(texts.at(0)));
  } else if (!parameter.values.empty()) {
    g_value_set_enum(&value, enum_value(spec, texts.at(0)));
  } else if (!parameter.repeatable) {
    g_value_set_string(&value, texts.at(0).c_str());
  } else {
    for (const std::string& text : texts) {
      GValue item = G_VALUE_INIT;
      g_value_init(&item, G_TYPE_STRING);
      g_value_set_string(&item, text.c_str());
      gst_value_array_append_and_take_value(&value, &item);
    }
  }
  g_object_set_property(G_OBJECT(element), name, &value);
  g_value_unset(&value);
}

void set_company(GstElement* element, const ListenParameter& parameter) {
  auto all = listen_parameters();
  for (const auto& [name, value] : parameter.company())
    for (const ListenParameter& other : all)
      if (other.name == name) set(element, other, {value});
}

class GoldenProperty : public testing::TestWithParam<ListenParameter> {
 protected:
  const ListenParameter& parameter_ = GetParam();
};

GType type_of(const ListenParameter& parameter) {
  if (parameter.type == "boolean") return G_TYPE_BOOLEAN;
  if (parameter.type == "integer") return G_TYPE_INT;
  if (parameter.repeatable) return GST_TYPE_ARRAY;
  return parameter.values.empty() ? G_TYPE_STRING : G_TYPE_ENUM;
}

TEST_P(GoldenProperty, HasItsTypeRangeAndSource) {
  auto element = own(gst_element_factory_make("deepgramtranscribe", nullptr));
  GParamSpec* spec =
      g_object_class_find_property(G_OBJECT_GET_CLASS(element.get()), parameter_.property.c_str());
  ASSERT_TRUE(spec);
  EXPECT_TRUE(g_type_is_a(spec->value_type, type_of(parameter_)));
  EXPECT_EQ(spec->flags & G_PARAM_READWRITE, G_PARAM_READWRITE);
  EXPECT_NE(std::strstr(g_param_spec_get_blurb(spec), parameter_.source.c_str()), nullptr);
  if (G_IS_PARAM_SPEC_INT(spec)) {
    EXPECT_EQ(G_PARAM_SPEC_INT(spec)->maximum,
              parameter_.range ? parameter_.range->second : G_PARAM_SPEC_INT(spec)->maximum);
  }
  if (!G_IS_PARAM_SPEC_ENUM(spec)) return;
  EXPECT_EQ(G_PARAM_SPEC_ENUM(spec)->enum_class->n_values, parameter_.values.size() + 1);
  for (const std::string& word : parameter_.values) enum_value(spec, word);
}

TEST_P(GoldenProperty, IsInTheRequest) {
  Bench bench;
  set_company(bench.element(), parameter_);
  set(bench.element(), parameter_, parameter_.good());
  // What is false is not sent: that is what the service assumes.
  bool off = parameter_.good() == Strings{"false"};
  Seen request = request_of(bench);
  EXPECT_EQ(values(request, parameter_.name), off ? Strings{} : parameter_.good());
  EXPECT_EQ(request.status, 101);
}

TEST_P(GoldenProperty, IsInTheRequestAsItIsAtFirst) {
  Bench bench;
  Strings initial;
  if (!parameter_.initial.empty()) initial.push_back(parameter_.initial);
  EXPECT_EQ(values(request_of(bench), parameter_.name), initial);
}

// What must be beside it is not: an error, in words of properties, and no dial.
TEST_P(GoldenProperty, IsRefusedBeforeTheDialWithoutWhatItNeeds) {
  for (const auto& [needed, value] : parameter_.needs) {
    Bench bench;
    set(bench.element(), parameter_, parameter_.good());
    std::string property = needed;
    std::replace(property.begin(), property.end(), '_', '-');
    bench.pipeline().set(property.c_str(), value == "true" ? "false" : "true");
    bench.play();
    bench.feed().tones(0s, 1s);
    ASSERT_TRUE(bench.finish());
    EXPECT_TRUE(bench.server().requests().empty());
    auto errors = bench.pipeline().messages(GST_MESSAGE_ERROR);
    ASSERT_EQ(errors.size(), 1u);
    Ptr<GError> error;
    gst_message_parse_error(errors[0].get(), Out(error), nullptr);
    EXPECT_TRUE(g_error_matches(error.get(), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS));
    std::string advice = parameter_.property + " needs " + property + "=" + value;
    EXPECT_NE(std::strstr(error->message, advice.c_str()), nullptr) << error->message;
  }
}

INSTANTIATE_TEST_SUITE_P(Parameters, GoldenProperty, testing::ValuesIn(parameters_with_property()),
                         [](const auto& one) { return one.param.name; });

// --- what has no property

bool has_property(const std::string& name) {
  auto element = own(gst_element_factory_make("deepgramtranscribe", nullptr));
  std::string property = name;
  std::replace(property.begin(), property.end(), '_', '-');
  return g_object_class_find_property(G_OBJECT_GET_CLASS(element.get()), property.c_str());
}

TEST(OtherParameters, HaveNoProperty) {
  for (const OtherParameter& other : other_parameters())
    EXPECT_FALSE(has_property(other.name)) << other.name;
  for (const ListenParameter& parameter : listen_parameters())
    EXPECT_EQ(has_property(parameter.name), !parameter.from_caps) << parameter.name;
}

TEST(OtherParameters, GoByExtraParams) {
  Bench bench;
  Ptr<GstStructure> extra(gst_structure_new_empty("params"));
  std::size_t legacy = 0;
  for (const OtherParameter& other : other_parameters())
    if (other.legacy) {
      gst_structure_set(extra.get(), other.name.c_str(), G_TYPE_STRING, other.sample.c_str(),
                        nullptr);
      ++legacy;
    }
  ASSERT_GT(legacy, 0u);
  g_object_set(bench.element(), "extra-params", extra.get(), nullptr);
  Seen request = request_of(bench);
  for (const OtherParameter& other : other_parameters())
    EXPECT_EQ(values(request, other.name), other.legacy ? Strings{other.sample} : Strings{})
        << other.name;
}

// The service takes no more, so the pad offers no more.
TEST(OtherParameters, KeepTheLimitOfChannels) {
  std::size_t most = 0;
  for (const ListenParameter& parameter : listen_parameters())
    most = std::max(most, parameter.limit("channels"));
  Bench bench;
  Ptr<GstPad> pad(gst_element_get_static_pad(bench.element(), "sink"));
  Ptr<GstCaps> caps(gst_pad_get_pad_template_caps(pad.get()));
  for (guint i = 0; i < gst_caps_get_size(caps.get()); ++i) {
    const GstStructure* kind = gst_caps_get_structure(caps.get(), i);
    int here = static_cast<int>(most);
    if (gst_structure_has_name(kind, "audio/x-flac")) here = 8;  // RFC 9639, section 9.1.3
    if (gst_structure_has_name(kind, "audio/x-opus")) here = 2;  // RFC 7845, section 5.1.1.1
    const GValue* channels = gst_structure_get_value(kind, "channels");
    EXPECT_EQ(gst_value_get_int_range_max(channels), here) << gst_structure_get_name(kind);
  }
}

}  // namespace
}  // namespace dg
