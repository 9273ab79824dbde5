// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/request.h"

#include "server/json.h"

namespace dg {
namespace {

std::string header(SoupMessage* message, const char* name) {
  const char* value =
      soup_message_headers_get_one(soup_message_get_response_headers(message), name);
  return value ? value : "";
}

// "ws://host:1/v1/listen" and "/v1/x" are "http://host:1/v1/x".
std::string at_host(const std::string& url, const std::string& path) {
  return "http" + url.substr(2, url.find('/', url.find("://") + 3) - 2) + path;
}

}  // namespace

Answer request(const char* method, const std::string& url, const std::string& path,
               const RequestHeaders& headers, const std::string& body) {
  Ptr<SoupSession> session(soup_session_new());
  Ptr<SoupMessage> message(soup_message_new(method, at_host(url, path).c_str()));
  for (const auto& [name, value] : headers)
    soup_message_headers_append(soup_message_get_request_headers(message.get()), name.c_str(),
                                value.c_str());
  Ptr<GBytes> bytes(g_bytes_new(body.data(), body.size()));
  if (!body.empty())
    soup_message_set_request_body_from_bytes(message.get(), "application/json", bytes.get());
  Ptr<GBytes> answer(soup_session_send_and_read(session.get(), message.get(), nullptr, nullptr));
  if (!answer) return {};
  gsize size = 0;
  auto* text = static_cast<const char*>(g_bytes_get_data(answer.get(), &size));
  return {static_cast<unsigned>(soup_message_get_status(message.get())),
          header(message.get(), "dg-request-id"), header(message.get(), "dg-error"),
          std::string(text, size)};
}

std::string granted_token(const std::string& url, const std::string& key, const std::string& body) {
  Answer answer = request("POST", url, "/v1/auth/grant", {{"Authorization", "Token " + key}}, body);
  auto parsed = server::parse_json(answer.body);
  if (!parsed) return "";
  return server::string_in(json_node_get_object(parsed->get()), "access_token").value_or("");
}

}  // namespace dg
