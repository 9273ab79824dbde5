// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/subtitlefile.h"

#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include <glib.h>

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kArrow = " --> ";

// Takes what is asked for from the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  bool skip(std::string_view wanted) {
    bool there = text_.starts_with(wanted);
    if (there) text_.remove_prefix(wanted.size());
    return there;
  }
  std::string_view line() {
    std::string_view line = text_.substr(0, text_.find('\n'));
    text_.remove_prefix(std::min(line.size() + 1, text_.size()));
    return line;
  }
  // A number of so many digits.
  std::optional<long> digits(std::size_t count) {
    long number = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (i >= text_.size() || !std::isdigit(static_cast<unsigned char>(text_[i]))) return {};
      number = number * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(count);
    return number;
  }
  // "00:00:01.500", with this point.
  std::optional<Nanos> time(std::string_view point) {
    auto hours = digits(2);
    bool first = skip(":");
    auto minutes = digits(2);
    bool second = skip(":");
    auto seconds = digits(2);
    bool third = skip(point);
    auto milliseconds = digits(3);
    if (!hours || !minutes || !seconds || !milliseconds || !first || !second || !third) return {};
    if (*minutes > 59 || *seconds > 59) return {};
    return *hours * 1h + *minutes * 1min + *seconds * 1s + *milliseconds * 1ms;
  }

 private:
  std::string_view text_;
};

Error wrong(const std::string& what, const Subtitles& before) {
  return Error{what + " behind " + std::to_string(before.size()) + " cues"};
}

// What is wrong with a line of a cue in any format; empty: nothing.
std::string fault_of(std::string_view line) {
  if (!g_utf8_validate(line.data(), static_cast<gssize>(line.size()), nullptr)) return "no UTF-8";
  if (line.find("-->") != line.npos) return "an arrow in the text";
  if (line.front() == ' ' || line.back() == ' ') return "a blank at the edge of a line";
  for (char c : line)
    if (std::iscntrl(static_cast<unsigned char>(c))) return "a control character";
  return "";
}

std::optional<std::string> unescaped(std::string_view line) {
  static constexpr std::array<std::pair<std::string_view, char>, 3> kReferences = {
      {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}}};
  std::string out;
  while (!line.empty()) {
    std::size_t size = 1;
    char is = line.front();
    if (is == '<') return {};
    if (is == '&') {
      size = 0;
      for (const auto& [reference, character] : kReferences)
        if (line.starts_with(reference)) size = reference.size(), is = character;
      if (size == 0) return {};
    }
    out += is;
    line.remove_prefix(size);
  }
  return out;
}

// "START --> END", the lines, and the blank line behind them.
Result<Subtitle> parse_cue(Reader& in, std::string_view point, const Subtitles& before) {
  Subtitle cue;
  auto start = in.time(point);
  bool arrow = in.skip(kArrow);
  auto end = in.time(point);
  if (!start || !arrow || !end || !in.skip("\n")) return wrong("a bad timing line", before);
  cue.start = *start;
  cue.end = *end;
  if (cue.end <= cue.start) return wrong("a cue that takes no time", before);
  if (!before.empty() && cue.start < before.back().start)
    return wrong("a cue that begins before the last", before);
  while (!in.at_end()) {
    std::string_view line = in.line();
    if (line.empty()) {
      if (cue.lines.empty()) return wrong("a cue without text", before);
      return cue;
    }
    if (std::string fault = fault_of(line); !fault.empty()) return wrong(fault, before);
    cue.lines.emplace_back(line);
  }
  return wrong("an end within a cue", before);
}

}  // namespace

std::string Subtitle::text() const {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : " ") + line;
  return text;
}

Result<Subtitles> parse_srt(std::string_view file) {
  Reader in(file);
  Subtitles cues;
  while (!in.at_end()) {
    if (in.line() != std::to_string(cues.size() + 1)) return wrong("a bad number", cues);
    auto cue = parse_cue(in, ",", cues);
    if (!cue) return cue.error();
    cues.push_back(std::move(*cue));
  }
  return cues;
}

Result<Subtitles> parse_webvtt(std::string_view file) {
  Reader in(file);
  Subtitles cues;
  if (!in.skip("WEBVTT\n\n")) return Error{"no header"};
  while (!in.at_end()) {
    auto cue = parse_cue(in, ".", cues);
    if (!cue) return cue.error();
    for (std::string& line : cue->lines) {
      auto seen = unescaped(line);
      if (!seen) return wrong("a bare & or < in \"" + line + "\"", cues);
      line = std::move(*seen);
    }
    cues.push_back(std::move(*cue));
  }
  return cues;
}

}  // namespace dg
