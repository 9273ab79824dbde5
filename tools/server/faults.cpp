// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/faults.h"

#include <charconv>
#include <optional>

namespace dg::server {
namespace {

std::optional<double> as_number(std::string_view text) {
  double value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size() || !(value >= 0 && value < 1e6))
    return std::nullopt;
  return value;
}

std::optional<int> as_int(std::string_view text, int least, int most) {
  int value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value >= least && value <= most ? std::optional(value) : std::nullopt;
}

std::optional<Nanos> as_time(std::string_view text, double unit) {
  auto value = as_number(text);
  if (!value) return std::nullopt;
  return Nanos(static_cast<std::int64_t>(*value * unit));
}

std::optional<Nanos> seconds(std::string_view text) {
  return as_time(text, 1e9);
}

std::optional<Nanos> milliseconds(std::string_view text) {
  return as_time(text, 1e6);
}

// "a:b" is {a, b}, "a" is {a, ""}.
std::pair<std::string_view, std::string_view> split(std::string_view text) {
  auto colon = text.find(':');
  if (colon == text.npos) return {text, ""};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

using MaybeStep = std::optional<Step>;
using Make = MaybeStep (*)(std::string_view value);

struct Row {
  const char* name;
  const char* value;
  const char* blurb;
  Make make;
};

MaybeStep when(Event event, Action action) {
  return Step{event, std::move(action)};
}

MaybeStep after(std::string_view text, Action action) {
  auto time = seconds(text);
  return time ? MaybeStep(Step{*time, std::move(action)}) : std::nullopt;
}

std::optional<CloseWith> as_close(std::string_view text) {
  auto [code, reason] = split(text);
  auto number = as_int(code, 1000, 4999);
  if (!number || !is_close_code(*number)) return std::nullopt;
  return CloseWith{*number, close_reason(reason)};
}

MaybeStep refuse(std::string_view value) {
  auto [status, wait] = split(value);
  auto number = as_int(status, 300, 599);
  if (!number) return std::nullopt;
  if (wait.empty()) return when(Event::Handshake, Refuse{*number, std::nullopt, ""});
  auto retry_after = as_int(wait, 0, 86400);
  return retry_after ? when(Event::Handshake, Refuse{*number, retry_after, ""}) : std::nullopt;
}

MaybeStep no_answer(std::string_view) {
  return when(Event::Handshake, Hang{});
}

MaybeStep drop_at_handshake(std::string_view) {
  return when(Event::Handshake, Drop{});
}

MaybeStep delay_handshake(std::string_view value) {
  auto time = milliseconds(value);
  return time ? when(Event::Handshake, DelayHandshake{*time}) : std::nullopt;
}

MaybeStep close_at_open(std::string_view value) {
  auto close = as_close(value);
  return close ? when(Event::Open, *close) : std::nullopt;
}

MaybeStep close_after(std::string_view value) {
  auto [time, rest] = split(value);
  auto close = as_close(rest);
  return close ? after(time, *close) : std::nullopt;
}

MaybeStep drop_after(std::string_view value) {
  return after(value, Drop{});
}

MaybeStep end_after(std::string_view value) {
  return after(value, End{});
}

MaybeStep stall_reading_after(std::string_view value) {
  return after(value, Stall{Stalled::Reading, std::nullopt});
}

MaybeStep stall_results_after(std::string_view value) {
  return after(value, Stall{Stalled::Results, std::nullopt});
}

MaybeStep delay_results(std::string_view value) {
  auto time = milliseconds(value);
  return time ? when(Event::Open, DelayResults{*time}) : std::nullopt;
}

MaybeStep malformed_after(std::string_view value) {
  return after(value, SendText{R"({"type":"Results","channel":{"alternatives":[{"transcri)"});
}

MaybeStep garbage_after(std::string_view value) {
  // Reserved bits, an unknown kind, and a length that no frame can have.
  return after(value, SendBytes{std::string(16, '\xFF')});
}

MaybeStep omit(std::string_view value) {
  if (value == "metadata") return when(Event::Open, Omit{Omitted::Metadata});
  if (value == "finalize-reply") return when(Event::Handshake, Omit{Omitted::FinalizeReply});
  return std::nullopt;
}

MaybeStep utterance_end(std::string_view value) {
  if (value == "late") return when(Event::Handshake, SetUtteranceEnds{UtteranceEnds::Late});
  if (value == "minus-one")
    return when(Event::Handshake, SetUtteranceEnds{UtteranceEnds::MinusOne});
  return std::nullopt;
}

MaybeStep speech_started(std::string_view value) {
  if (value != "late") return std::nullopt;
  return when(Event::Handshake, SetSpeechStarts{SpeechStarts::Late});
}

constexpr Row kFaults[] = {
    {"refuse", "STATUS[:SECONDS]", "answer the handshake with STATUS, and Retry-After", refuse},
    {"no-answer", "true", "never answer the handshake", no_answer},
    {"drop-at-handshake", "true", "reset the connection instead of an answer", drop_at_handshake},
    {"delay-handshake", "MS", "answer the handshake so much later", delay_handshake},
    {"close-at-open", "CODE[:REASON]", "close as soon as the connection is open", close_at_open},
    {"close-after", "SECONDS:CODE[:REASON]", "close after so much audio", close_after},
    {"drop-after", "SECONDS", "reset the connection after so much audio", drop_after},
    {"end-after", "SECONDS", "end the stream after so much audio, without a close frame",
     end_after},
    {"stall-reading-after", "SECONDS", "read no more after so much audio", stall_reading_after},
    {"stall-results-after", "SECONDS", "read on, but send nothing any more", stall_results_after},
    {"delay-results", "MS", "send everything so much later", delay_results},
    {"malformed-after", "SECONDS", "send a message that is cut off", malformed_after},
    {"garbage-after", "SECONDS", "send bytes that are no WebSocket frame", garbage_after},
    {"omit", "metadata|finalize-reply",
     "close without Metadata; leave a Finalize unanswered when nothing is buffered", omit},
    {"utterance-end", "late|minus-one", "send UtteranceEnd late, or with -1", utterance_end},
    {"speech-started", "late", "send SpeechStarted behind the final result of its words",
     speech_started},
};

}  // namespace

Result<Step> parse_fault(std::string_view name, std::string_view value) {
  for (const Row& row : kFaults) {
    if (name != row.name) continue;
    if (auto step = row.make(value)) return *step;
    return Error{"fault " + std::string(name) + " wants " + row.value + ", not \"" +
                 std::string(value) + "\""};
  }
  return Error{"there is no fault called \"" + std::string(name) + "\""};
}

Result<Step> parse_fault(std::string_view text) {
  auto equals = text.find('=');
  if (equals == text.npos) return parse_fault(text, "true");
  return parse_fault(text.substr(0, equals), text.substr(equals + 1));
}

std::string describe_faults() {
  std::string text;
  for (const Row& row : kFaults)
    text.append("  ")
        .append(row.name)
        .append("=")
        .append(row.value)
        .append("  ")
        .append(row.blurb)
        .append("\n");
  return text;
}

std::string close_reason(std::string_view name) {
  if (name == "@NET-0000")
    return "Deepgram did not provide a response message within the timeout window. See "
           "https://dpgr.am/net0000";
  if (name == "@NET-0001")
    return "Deepgram did not receive audio data or a text message within the timeout window. See "
           "https://dpgr.am/net0001";
  if (name == "@DATA-0000")
    return "Deepgram could not decode the payload as audio. See https://dpgr.am/data0000";
  return std::string(name);
}

bool is_close_code(double code) {
  return code >= 1000 && code <= 4999 && code != 1006 && code != 1010 && code != 1015;
}

}  // namespace dg::server
