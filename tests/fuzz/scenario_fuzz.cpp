// SPDX-License-Identifier: LGPL-2.1-or-later
// A scenario file of the server: any bytes.
#include <algorithm>
#include <charconv>
#include <string>

#include "base/overloaded.h"
#include "core/jsonscan.h"
#include "fuzz/target.h"
#include "server/faults.h"
#include "server/messagewriter.h"
#include "server/player.h"
#include "server/scenario.h"

namespace dg::server {
namespace {

using dg::testing::require;

constexpr Nanos kLatest = std::chrono::seconds(1'000'000);

void check_time(Nanos time) {
  require(time >= Nanos(0) && time <= kLatest, "a time is from 0 to 11 days");
}

void check_results(const Results& results) {
  check_time(results.start);
  check_time(results.duration);
  require(results.channel.index >= 0, "a channel has a number from 0");
  Nanos last = results.start;
  for (const Word& word : results.words) {
    require(word.start >= last && word.start <= word.end, "words lie side by side");
    last = word.end;
  }
  require(last <= results.end(), "words lie within their result");
  require(is_scannable_json(write(results)), "what is said is a message");
}

void check(const Action& action) {
  std::visit(overloaded{
                 [](const SendBytes& is) { require(!is.bytes.empty(), "there are bytes"); },
                 [](const SendResults& is) { check_results(is.results); },
                 [](const CloseWith& is) { require(is_close_code(is.code), "a frame can close"); },
                 [](const Refuse& is) {
                   require(is.status >= 300 && is.status <= 599, "a refusal refuses");
                   require(is.retry_after.value_or(0) >= 0, "nobody is asked to come before now");
                 },
                 [](const DelayHandshake& is) { check_time(is.time); },
                 [](const DelayResults& is) { check_time(is.time); },
                 [](const Stall& is) { check_time(is.time.value_or(Nanos(0))); },
                 [](const auto&) {},
             },
             action);
}

void check(const Steps& steps) {
  std::size_t timed = 0;
  for (const Step& step : steps) {
    require(step.connection >= 0, "connections are counted from 1");
    check(step.action);
    if (auto* time = std::get_if<Nanos>(&step.when)) {
      check_time(*time);
      ++timed;
    }
  }
  Player player(steps);
  require(player.reached(kLatest).size() == timed, "each step at a time comes");
  require(player.reached(kLatest).empty(), "and once");
}

// "line 3: …", of a line that is there.
void check(const Error& error, std::string_view text) {
  require(error.text.starts_with("line "), "an error names the line");
  long line = 0;
  const char* end = error.text.data() + error.text.size();
  auto [rest, failed] = std::from_chars(error.text.data() + 5, end, line);
  require(failed == std::errc() && rest != end && *rest == ':', "an error names the line");
  auto lines =
      std::count_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; });
  require(line >= 1 && line <= lines + 1, "an error names a line that is there");
}

}  // namespace
}  // namespace dg::server

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto steps = dg::server::parse_scenario(text);
  if (steps)
    dg::server::check(*steps);
  else
    dg::server::check(steps.error(), text);
  return 0;
}
