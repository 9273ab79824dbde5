// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/faults.h"

#include "plugin/fields.h"

namespace dg {
namespace {

struct Code {
  GQuark domain;
  int number;
};

Code resource(GstResourceError number) {
  return {GST_RESOURCE_ERROR, number};
}

// As souphttpsrc, whose status codes applications know.
Code http_code(int status) {
  switch (status) {
    case 404:
      return resource(GST_RESOURCE_ERROR_NOT_FOUND);
    case 401:
    case 402:
    case 403:
    case 407:
      return resource(GST_RESOURCE_ERROR_NOT_AUTHORIZED);
    case 429:
      return resource(GST_RESOURCE_ERROR_BUSY);
    default:
      return resource(GST_RESOURCE_ERROR_OPEN_READ_WRITE);
  }
}

Code closed_code(const Loss& loss) {
  bool bad_audio = classify(loss, ConnectionHistory{}) == FaultClass::Data;
  if (bad_audio) return {GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE};
  return resource(GST_RESOURCE_ERROR_READ);
}

Code code_of(const Loss& loss) {
  switch (loss.cause) {
    case Cause::Settings:
      return resource(GST_RESOURCE_ERROR_SETTINGS);
    case Cause::NoKey:
      return resource(GST_RESOURCE_ERROR_NOT_AUTHORIZED);
    case Cause::Http:
    case Cause::Proxy:
      return http_code(loss.http_status);
    case Cause::Closed:
      return closed_code(loss);
    case Cause::Resolve:
    case Cause::Certificate:
    case Cause::Connect:
    case Cause::Timeout:
      return resource(GST_RESOURCE_ERROR_OPEN_READ_WRITE);
    case Cause::Lost:
    case Cause::Stalled:
      return resource(GST_RESOURCE_ERROR_READ);
  }
  return resource(GST_RESOURCE_ERROR_FAILED);
}

Ptr<GstStructure> details_structure(const Loss& loss) {
  return Fields("details")
      .known_count("http-status-code", loss.http_status)
      .known_count("close-code", loss.close_code)
      .known_text("close-reason", loss.close_reason)
      .known_text("dg-error", loss.dg_error)
      .known_text("request-id", loss.request_id)
      .take();
}

char* valid_text(const std::string& text) {
  return g_utf8_make_valid(text.data(), static_cast<gssize>(text.size()));
}

void post(GstElement* element, GstMessageType type, const Loss& loss, const std::string& text) {
  Code code = code_of(loss);
  gst_element_message_full_with_details(element, type, code.domain, code.number, valid_text(text),
                                        valid_text(details(loss)), __FILE__, __func__, __LINE__,
                                        details_structure(loss).release());
}

Ptr<GstStructure> details_structure(const ServiceError& error) {
  return Fields("details")
      .known_text("variant", error.variant)
      .known_text("description", error.description)
      .known_text("message", error.message)
      .take();
}

}  // namespace

void post_error(GstElement* element, const Loss& loss) {
  post(element, GST_MESSAGE_ERROR, loss, advice(loss));
}

void post_warning(GstElement* element, const Loss& loss) {
  post(element, GST_MESSAGE_WARNING, loss, advice(loss));
}

void post_refused_change(GstElement* element, const Loss& loss) {
  post(element, GST_MESSAGE_WARNING, loss,
       "The change of properties is not made, and what was set before holds: " + advice(loss));
}

void post_warning(GstElement* element, const ServiceError& error) {
  gst_element_message_full_with_details(
      element, GST_MESSAGE_WARNING, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
      valid_text("Deepgram did not take a message: " + error.description),
      valid_text(error.variant + ": " + error.message), __FILE__, __func__, __LINE__,
      details_structure(error).release());
}

}  // namespace dg
