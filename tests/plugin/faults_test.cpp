// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/faults.h"

#include <gtest/gtest.h>

#include "plugin/ptr.h"

namespace dg {
template <>
struct Unref<GstBus> {
  void operator()(GstBus* p) const { gst_object_unref(p); }
};

namespace {

// An element whose messages the test reads.
class Faults : public testing::Test {
 protected:
  Faults() { gst_element_set_bus(element_.get(), bus_.get()); }
  ~Faults() override { gst_element_set_bus(element_.get(), nullptr); }

  Ptr<GstMessage> posted() { return Ptr<GstMessage>(gst_bus_pop(bus_.get())); }

  GstElement* element() { return element_.get(); }

  Ptr<GError> error_of(const Loss& loss) {
    post_error(element(), loss);
    auto message = posted();
    Ptr<GError> error;
    gst_message_parse_error(message.get(), Out(error), nullptr);
    return error;
  }

 private:
  Ptr<GstBus> bus_{gst_bus_new()};
  Ptr<GstElement> element_ = own(gst_bin_new(nullptr));
};

Loss refused(int status) {
  Loss loss;
  loss.cause = Cause::Http;
  loss.http_status = status;
  return loss;
}

Loss closed(int code, const char* reason) {
  Loss loss;
  loss.cause = Cause::Closed;
  loss.close_code = code;
  loss.close_reason = reason;
  return loss;
}

Loss refused_by_proxy(int status) {
  Loss loss = refused(status);
  loss.cause = Cause::Proxy;
  return loss;
}

Loss caused(Cause cause) {
  Loss loss;
  loss.cause = cause;
  return loss;
}

TEST_F(Faults, HaveSouphttpsrcsCodes) {
  struct Case {
    Loss loss;
    GQuark domain;
    int code;
  };
  const Case cases[] = {
      {refused(404), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND},
      {refused(401), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
      {refused(402), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
      {refused(403), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
      {refused(407), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
      {refused(429), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY},
      {refused(400), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE},
      {refused(503), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE},
      {refused_by_proxy(407), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
      {refused_by_proxy(502), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE},
      {caused(Cause::NoKey), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
      {caused(Cause::Settings), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS},
      {caused(Cause::Resolve), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE},
      {caused(Cause::Certificate), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE},
      {caused(Cause::Connect), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE},
      {caused(Cause::Timeout), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE},
      {caused(Cause::Lost), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ},
      {caused(Cause::Stalled), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ},
      {closed(1011, "NET-0001"), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ},
      {closed(1002, ""), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ},
      {closed(1008, "DATA-0000"), GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE},
      {closed(1011, "See https://dpgr.am/data0000"), GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE},
  };
  for (const Case& c : cases)
    EXPECT_TRUE(g_error_matches(error_of(c.loss).get(), c.domain, c.code))
        << "cause " << static_cast<int>(c.loss.cause) << ", status " << c.loss.http_status;
}

TEST_F(Faults, SayWhatToDoFirst) {
  Loss loss = refused(401);
  loss.dg_error = "Invalid credentials.";
  post_error(element(), loss);
  auto message = posted();
  Ptr<GError> error;
  Ptr<char> debug;
  gst_message_parse_error(message.get(), Out(error), Out(debug));
  EXPECT_EQ(error->message, advice(loss));
  EXPECT_NE(std::string(debug.get()).find(details(loss)), std::string::npos) << debug.get();
}

TEST_F(Faults, GiveTheDetailsThatAreKnown) {
  Loss loss = closed(1011, "NET-0001");
  loss.request_id = "r-1";
  post_error(element(), loss);
  auto message = posted();
  const GstStructure* details = nullptr;
  gst_message_parse_error_details(message.get(), &details);
  ASSERT_TRUE(details);
  guint code = 0;
  EXPECT_TRUE(gst_structure_get_uint(details, "close-code", &code));
  EXPECT_EQ(code, 1011u);
  EXPECT_STREQ(gst_structure_get_string(details, "close-reason"), "NET-0001");
  EXPECT_STREQ(gst_structure_get_string(details, "request-id"), "r-1");
  EXPECT_EQ(gst_structure_n_fields(details), 3);
}

TEST_F(Faults, GiveTheDetailsOfARefusal) {
  Loss loss = refused(400);
  loss.dg_error = "No such model";
  post_warning(element(), loss);
  auto message = posted();
  ASSERT_EQ(GST_MESSAGE_TYPE(message.get()), GST_MESSAGE_WARNING);
  const GstStructure* details = nullptr;
  gst_message_parse_warning_details(message.get(), &details);
  ASSERT_TRUE(details);
  guint status = 0;
  EXPECT_TRUE(gst_structure_get_uint(details, "http-status-code", &status));
  EXPECT_EQ(status, 400u);
  EXPECT_STREQ(gst_structure_get_string(details, "dg-error"), "No such model");
  EXPECT_EQ(gst_structure_n_fields(details), 2);
}

// A header of the service is any bytes, and may hold a '%'.
TEST_F(Faults, TakeAnyText) {
  Loss loss = refused(400);
  loss.text = "100%s \xff";
  loss.dg_error = "%n\xfe";
  post_error(element(), loss);
  auto message = posted();
  Ptr<GError> error;
  gst_message_parse_error(message.get(), Out(error), nullptr);
  EXPECT_TRUE(g_utf8_validate(error->message, -1, nullptr));
  const GstStructure* details = nullptr;
  gst_message_parse_error_details(message.get(), &details);
  EXPECT_STREQ(gst_structure_get_string(details, "dg-error"), "%n\uFFFD");
}

}  // namespace
}  // namespace dg
