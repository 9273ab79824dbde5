// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/refusal.h"

#include "server/messagewriter.h"
#include "server/ptr.h"

namespace dg::server {
namespace {

struct Row {
  int status;
  const char *code, *message;
};

// https://developers.deepgram.com/docs/errors
constexpr Row kRows[] = {
    {400, "Bad Request", "Bad Request"},
    {401, "INVALID_AUTH", "Invalid credentials."},
    {402, "ASR_PAYMENT_REQUIRED",
     "Project does not have enough credits for an ASR request and does not have an overage "
     "agreement."},
    {403, "INSUFFICIENT_PERMISSIONS", "Project does not have access to the requested model."},
    {404, "NOT_FOUND", "The requested resource was not found."},
    {429, "TOO_MANY_REQUESTS", "Too many requests. Please try again later"},
};

}  // namespace

Refusal refusal_for(int status) {
  for (const Row& row : kRows)
    if (row.status == status) return {status, row.code, row.message, {}};
  std::string phrase = phrase_of(status);
  return {status, phrase, phrase, {}};
}

std::string phrase_of(int status) {
  constexpr int kTooManyRequests = 429;  // newer than libsoup's list
  return status == kTooManyRequests ? "Too Many Requests"
                                    : soup_status_get_phrase(static_cast<guint>(status));
}

std::string body_of(const Refusal& refusal, const std::string& request_id) {
  return "{\"err_code\":" + json_string(refusal.code) +
         ",\"err_msg\":" + json_string(refusal.message) +
         ",\"request_id\":" + json_string(request_id) + "}";
}

}  // namespace dg::server
