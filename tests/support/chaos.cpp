// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/chaos.h"

#include <array>
#include <iterator>

namespace dg {
namespace {

// How often each comes, beside the others. Those that make the element wait are rare.
struct Row {
  Mishap mishap;
  const char* name;
  int weight;
};
constexpr Row kRows[] = {
    {Mishap::Reset, "reset", 20},
    {Mishap::End, "end of stream", 12},
    {Mishap::Torn, "torn frame", 6},
    {Mishap::Close, "close", 20},
    {Mishap::BadAudio, "bad audio", 6},
    {Mishap::Garbage, "garbage", 6},
    {Mishap::Malformed, "malformed message", 5},
    {Mishap::StallReading, "stall of reading", 5},
    {Mishap::StallResults, "stall of results", 5},
    {Mishap::DelayResults, "late results", 5},
    {Mishap::SlowHandshake, "slow handshake", 4},
    {Mishap::NoAnswer, "no answer", 1},
    {Mishap::ResetHandshake, "reset handshake", 3},
    {Mishap::Refuse, "refusal", 3},
    {Mishap::CloseAtOpen, "close at open", 3},
    {Mishap::Withheld, "withheld KeepAlive", 1},
    {Mishap::Deaf, "deaf server", 0},
    {Mishap::Mute, "mute server", 0},
    {Mishap::Full, "full server", 0},
};
static_assert(std::size(kRows) == static_cast<std::size_t>(Mishap::Full) + 1);

constexpr int kMostFruitless = 2;  // in a row: each makes the element wait longer
// Of its audio, in ms: when a connection has surely not, or surely, had a final result. In the one
// case there is nothing gained.
constexpr int kEarly = 4000, kUseful = 7000, kLate = 15000;

bool is_fruitless(Mishap mishap) {
  switch (mishap) {
    case Mishap::NoAnswer:
    case Mishap::ResetHandshake:
    case Mishap::Refuse:
    case Mishap::CloseAtOpen:
    case Mishap::Full:
      return true;
    default:
      return false;
  }
}

std::string close_with(int code, const std::string& reason) {
  return R"("close":{"code":)" + std::to_string(code) + R"(,"reason":")" + reason + R"("})";
}

std::string milliseconds_as_seconds(int time) {
  return std::to_string(time / 1000.0);
}

constexpr char kReset[] = R"("drop":true)", kEnd[] = R"("end":true)";
constexpr char kTornText[] = R"("bytes":"817e04007b2274")";  // 1,024 bytes, of which three come

}  // namespace

const char* name_of(Mishap mishap) {
  return kRows[static_cast<std::size_t>(mishap)].name;
}

Chaos::Chaos(unsigned seed, int connections, int slow) : random_(seed) {
  int fruitless = 0;
  for (int i = 1; i <= connections; ++i) {
    bool is_slow = between(0, connections - i) < slow;
    slow -= is_slow;
    Mishap mishap = is_slow ? pick_slow() : pick();
    while (is_fruitless(mishap) && fruitless >= kMostFruitless) mishap = pick();
    bool early = fruitless < kMostFruitless && between(0, 19) == 0;
    mishaps_.push_back(mishap);
    plan(i, mishap, early);
    fruitless = is_fruitless(mishap) || early ? fruitless + 1 : 0;
  }
}

Mishap Chaos::pick() {
  int all = 0;
  for (const Row& row : kRows) all += row.weight;
  int left = between(0, all - 1);
  const Row* row = kRows;
  while (left >= row->weight) left -= (row++)->weight;
  return row->mishap;
}

Mishap Chaos::pick_slow() {
  return static_cast<Mishap>(
      between(static_cast<int>(Mishap::Deaf), static_cast<int>(Mishap::Full)));
}

void Chaos::plan(int connection, Mishap mishap, bool early) {
  auto at = [&](int time, const std::string& action) {
    step(connection, R"("at":)" + milliseconds_as_seconds(time), action);
  };
  auto on = [&](const char* event, const std::string& action) {
    step(connection, std::string(R"("on":")") + event + '"', action);
  };
  auto fault = [](const char* name, int value) {
    return std::string(R"("fault":")") + name + "=" + std::to_string(value) + '"';
  };
  auto stall = [this](const char* what) {
    return std::string(R"("stall":")") + what + R"(","for":)" +
           milliseconds_as_seconds(between(1, 50));
  };
  const int time = early ? between(0, kEarly) : between(kUseful, kLate);
  const int later = time + between(0, 3000);
  switch (mishap) {
    case Mishap::Reset:
      return at(time, kReset);
    case Mishap::End:
      return at(time, kEnd);
    case Mishap::Torn:
      at(time, kTornText);
      return at(time, between(0, 1) ? kReset : kEnd);
    case Mishap::Close:
      return at(time, close());
    case Mishap::BadAudio:
      return at(between(kUseful, kLate), bad_audio());
    case Mishap::Garbage:
      return at(time, fault("garbage-after", 0));
    case Mishap::Malformed:
      at(time, fault("malformed-after", 0));
      return at(later, kReset);
    case Mishap::StallReading:
      at(time, stall("reading"));
      return at(later, kReset);
    case Mishap::StallResults:
      at(time, stall("results"));
      return at(later, kReset);
    case Mishap::DelayResults:
      on("open", fault("delay-results", between(1, 3)));
      return at(later, kReset);
    case Mishap::SlowHandshake:
      on("handshake", fault("delay-handshake", between(1, 50)));
      return at(time, kReset);
    case Mishap::NoAnswer:
      return on("handshake", fault("no-answer", 1));
    case Mishap::ResetHandshake:
      return on("handshake", kReset);
    case Mishap::Refuse:
      return on("handshake", refusal());
    case Mishap::CloseAtOpen:
      return on("open", close());
    case Mishap::Withheld:
      return;  // it is for the client's side to say nothing
    case Mishap::Deaf:
      return at(time, R"("stall":"reading")");
    case Mishap::Mute:
      return at(time, R"("stall":"results")");
    case Mishap::Full:
      return between(0, 1) ? on("handshake", R"("refuse":429)")
                           : at(time, close_with(1013, "full"));
  }
}

std::string Chaos::close() {
  constexpr std::array kCodes = {1000, 1001, 1004, 1005, 1011, 1012, 1014, 3000, 4000, 4999};
  constexpr std::array kReasons = {"", "bye", "@NET-0000", "@NET-0001", "NET-0001"};
  int code = kCodes[static_cast<std::size_t>(between(0, kCodes.size() - 1))];
  if (code == 1005) return close_with(code, "");
  return close_with(code, kReasons[static_cast<std::size_t>(between(0, kReasons.size() - 1))]);
}

std::string Chaos::bad_audio() {
  switch (between(0, 2)) {
    case 0:
      return close_with(1008, "@DATA-0000");
    case 1:
      return close_with(1009, "");
    default:
      return close_with(1011, "DATA-0000");
  }
}

std::string Chaos::refusal() {
  constexpr std::array kStatus = {408, 500, 502, 503, 504, 599};
  int status = kStatus[static_cast<std::size_t>(between(0, kStatus.size() - 1))];
  return R"("refuse":)" + std::to_string(status);
}

void Chaos::step(int connection, const std::string& when, const std::string& action) {
  scenario_ += R"({"connection":)" + std::to_string(connection) + "," + when + "," + action + "}\n";
}

std::map<Mishap, int> Chaos::tally() const {
  std::map<Mishap, int> count;
  for (Mishap mishap : mishaps_) ++count[mishap];
  return count;
}

}  // namespace dg
