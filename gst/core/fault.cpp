// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/fault.h"

#include <algorithm>
#include <cctype>

namespace dg {
namespace {

constexpr std::size_t kLongestQuote = 300;

bool contains(std::string_view text, std::string_view lower_case) {
  auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  return std::search(text.begin(), text.end(), lower_case.begin(), lower_case.end(), same) !=
         text.end();
}

FaultClass classify_status(int status, bool asks_to_wait) {
  switch (status) {
    case 401:
    case 403:
      return FaultClass::Auth;
    case 402:
      return FaultClass::Money;
    case 408:
      return FaultClass::Transient;
    case 429:
      return FaultClass::Capacity;
    case 503:
      return asks_to_wait ? FaultClass::Capacity : FaultClass::Transient;
    default:
      return status >= 500 ? FaultClass::Transient : FaultClass::Config;
  }
}

// The service's code comes bare, in a sentence, or as the end of a link.
FaultClass classify_close(int code, std::string_view reason) {
  switch (code) {
    case 1002:
    case 1003:
    case 1007:
      return FaultClass::Config;
    case 1008:
    case 1009:
      return FaultClass::Data;
    case 1013:
      return FaultClass::Capacity;
    default:
      return contains(reason, "data-0000") || contains(reason, "data0000") ? FaultClass::Data
                                                                           : FaultClass::Transient;
  }
}

// Words of others, as part of one line.
std::string quoted(std::string_view words) {
  std::string out(words.substr(0, kLongestQuote));
  bool cut = out.size() < words.size();
  while (cut && !out.empty() && (static_cast<unsigned char>(words[out.size()]) & 0xC0) == 0x80)
    out.pop_back();  // not within a character of UTF-8
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return cut ? out + "..." : out;
}

std::string advice_on_proxy(int status) {
  std::string code = " (" + std::to_string(status) + "). ";
  if (status == 407)
    return "The proxy wants a name and a password" + code +
           "Check those in the proxy property or the environment: http://name:password@host:port";
  return "The proxy does not lead to the server" + code + "Check the proxy and url properties";
}

std::string advice_on_status(int status) {
  std::string code = " (" + std::to_string(status) + "). ";
  switch (status) {
    case 401:
      return "Deepgram refused the key" + code + "Check the api-key property or DEEPGRAM_API_KEY";
    case 402:
      return "The Deepgram project has no credit" + code +
             "Add credit, or use the key of another project";
    case 403:
      return "The key does not allow this request" + code +
             "Use the key of a project that has access to the model";
    case 404:
      return "There is no live transcription at this address" + code + "Check the url property";
    case 407:
      return advice_on_proxy(status);
    case 413:
    case 414:
      return "The request is too long" + code +
             "Give fewer or shorter items for keyterm, keywords, search, replace or extra";
    case 429:
      return "Too many streams at once for the Deepgram project" + code +
             "Close some, or ask Deepgram for a higher limit";
    default:
      break;
  }
  if (status == 408 || status >= 500)
    return "Deepgram cannot serve the request now" + code + "If it lasts, see status.deepgram.com";
  if (status >= 400)
    return "Deepgram refused the request" + code + "Check the transcription properties";
  if (status >= 300)
    return "The server points to another address" + code +
           "Redirects are not followed: set the url property to the right one";
  return "The server does not speak WebSocket here" + code + "Check the url property";
}

std::string advice_on_close(const Loss& loss) {
  std::string code = " (" + std::to_string(loss.close_code) + "). ";
  switch (classify_close(loss.close_code, loss.close_reason)) {
    case FaultClass::Data:
      return "Deepgram could not decode the audio" + code +
             "Check that the caps say what the audio is";
    case FaultClass::Config:
      return "The server does not take what was sent" + code +
             "Check that the url property names a Deepgram live endpoint";
    case FaultClass::Capacity:
      return "Deepgram has no room for the stream now" + code +
             "If it lasts, see status.deepgram.com";
    default:
      break;
  }
  if (contains(loss.close_reason, "net-0001") || contains(loss.close_reason, "net0001"))
    return "Deepgram heard nothing from us for too long" + code +
           "Check that the pipeline delivers audio, and the network";
  if (contains(loss.close_reason, "net-0000") || contains(loss.close_reason, "net0000"))
    return "Deepgram made no text of the audio in time" + code +
           "Check that the caps say what the audio is";
  return "The server closed the connection" + code + "If it lasts, see status.deepgram.com";
}

std::string advice_on_certificate(Distrust distrust) {
  switch (distrust) {
    case Distrust::Unsaid:
      break;
    case Distrust::UnknownAuthority:
      return "The server's certificate is of an authority that is not trusted here. If it is "
             "yours, name its file in SSL_CERT_FILE, or set the tls-database property";
    case Distrust::OtherHost:
      return "The server's certificate is for another host. Check the url property";
    case Distrust::NotYetValid:
      return "The server's certificate is not valid yet. Check this machine's clock";
    case Distrust::Expired:
      return "The server's certificate has expired. Check this machine's clock, and tell who runs "
             "the server";
    case Distrust::Revoked:
      return "The server's certificate was revoked. Tell who runs the server";
    case Distrust::Weak:
      return "The server's certificate is too weak to be trusted. Tell who runs the server";
    case Distrust::Unsuitable:
      return "The server's certificate is not one for a server, or its chain is broken. Tell who "
             "runs the server";
    case Distrust::OursWanted:
      return "The server wants a certificate of this client. Set the tls-interaction property";
  }
  return "The server's certificate is not trusted. Check the url and tls-database properties and "
         "this machine's clock";
}

std::string advice_on_cause(const Loss& loss) {
  switch (loss.cause) {
    case Cause::Settings:
      return "Correct the settings";
    case Cause::NoKey:
      return "Deepgram needs a key. Set the api-key property or DEEPGRAM_API_KEY";
    case Cause::Http:
      return advice_on_status(loss.http_status);
    case Cause::Proxy:
      return advice_on_proxy(loss.http_status);
    case Cause::Closed:
      return advice_on_close(loss);
    case Cause::Resolve:
      return "The host's name is unknown. Check the url and proxy properties and the network's DNS";
    case Cause::Certificate:
      return advice_on_certificate(loss.distrust);
    case Cause::Connect:
      return "The server cannot be reached. Check the url and proxy properties, the network and "
             "its firewall";
    case Cause::Lost:
      return "The connection broke. Check the network";
    case Cause::Timeout:
      return "The server did not answer in time. Check the network and the connect-timeout "
             "property";
    case Cause::Stalled:
      return "The connection is open but dead. Check the network";
  }
  return "";
}

// What the other side says of it, or else the library.
const std::string& words_on(const Loss& loss) {
  if (loss.cause == Cause::Http && !loss.dg_error.empty()) return loss.dg_error;
  if (loss.cause == Cause::Closed && !loss.close_reason.empty()) return loss.close_reason;
  return loss.text;
}

const char* cause_name(Cause cause) {
  switch (cause) {
    case Cause::Settings:
      return "settings";
    case Cause::NoKey:
      return "no key";
    case Cause::Http:
      return "refused";
    case Cause::Proxy:
      return "refused by the proxy";
    case Cause::Closed:
      return "closed";
    case Cause::Resolve:
      return "unknown host";
    case Cause::Certificate:
      return "bad certificate";
    case Cause::Connect:
      return "no connection";
    case Cause::Lost:
      return "lost";
    case Cause::Timeout:
      return "timeout";
    case Cause::Stalled:
      return "stalled";
  }
  return "";
}

}  // namespace

const char* fault_class_name(FaultClass kind) {
  switch (kind) {
    case FaultClass::Config:
      return "config";
    case FaultClass::Auth:
      return "auth";
    case FaultClass::Money:
      return "money";
    case FaultClass::Capacity:
      return "capacity";
    case FaultClass::Data:
      return "data";
    case FaultClass::Transient:
      return "transient";
  }
  return "";
}

FaultClass classify(const Loss& loss, const ConnectionHistory& history) {
  switch (loss.cause) {
    case Cause::Settings:
      return FaultClass::Config;
    case Cause::NoKey:
      return FaultClass::Auth;
    case Cause::Http:
      return classify_status(loss.http_status, loss.retry_after.has_value());
    case Cause::Proxy:
      return loss.http_status >= 500 ? FaultClass::Transient : FaultClass::Config;
    case Cause::Closed:
      return classify_close(loss.close_code, loss.close_reason);
    case Cause::Resolve:
    case Cause::Certificate:
      return history.ever_useful ? FaultClass::Transient : FaultClass::Config;
    case Cause::Connect:
    case Cause::Lost:
    case Cause::Timeout:
    case Cause::Stalled:
      return FaultClass::Transient;
  }
  return FaultClass::Transient;
}

bool retryable(FaultClass kind, const ConnectionHistory& history) {
  switch (kind) {
    case FaultClass::Config:
    case FaultClass::Auth:
    case FaultClass::Money:
      return false;
    case FaultClass::Capacity:
    case FaultClass::Transient:
      return true;
    case FaultClass::Data:
      return history.had_results;
  }
  return false;
}

std::string advice(const Loss& loss) {
  std::string line = advice_on_cause(loss);
  std::string words = quoted(words_on(loss));
  return words.empty() ? line + "." : line + ": " + words;
}

std::string details(const Loss& loss) {
  std::string out = cause_name(loss.cause);
  auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) out += std::string(", ") + name + ": " + quoted(value);
  };
  auto number = [](int value) { return value ? std::to_string(value) : std::string(); };
  add("HTTP status", number(loss.http_status));
  add("close code", number(loss.close_code));
  add("close reason", loss.close_reason);
  add("dg-error", loss.dg_error);
  add("request id", loss.request_id);
  if (loss.retry_after)
    add("retry after", std::to_string(loss.retry_after->count() / 1'000'000'000) + " s");
  add("text", loss.text);
  return out;
}

}  // namespace dg
