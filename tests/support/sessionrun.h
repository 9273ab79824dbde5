// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "net/session.h"
#include "support/virtualservice.h"

namespace dg::testing {

// What a session told, in order.
struct Told {
  enum class Kind { Word, Settled, Mark, Flush } kind;
  int word = -1;         // its number
  Nanos start{}, end{};  // of a word; `start` of a settled time
  int mark = -1;
};

struct NumberedParcel final : Parcel {
  explicit NumberedParcel(int given) : number(given) {}
  int number;
};

// A session in virtual time, with an input that a test fills and a record of what was told.
class SessionRun final : public Session::Environment, public SessionListener {
 public:
  SessionRun(VirtualTime& time, VirtualService& service, const Limits& limits);

  // Feeds the session, and lets it take it.
  void give(Input input);
  void give_audio(std::int64_t from, std::int64_t samples, Nanos pts,
                  const AudioFormat& format = kVirtualFormat);
  void give_bytes(const std::vector<std::byte>& bytes, Nanos pts, const AudioFormat& format);
  void finalize(std::optional<int> channel = std::nullopt);
  void configure(bool numerals);
  // A property.
  void set(std::string_view key, OptionValue value);
  void give_mark(int number, Mark::Ask ask, bool new_time = false);
  // Lets time pass, until nothing happens any more or `until`.
  void pass_until(Nanos until);
  // Lets time pass until the mark comes out; false if it does not within `most`.
  bool await_mark(int number, Nanos most);

  std::vector<Told> told;
  std::vector<ConnectionEvent> states;
  Nanos lost_at{};  // the last connection
  std::vector<Loss> warnings, failures, refused;
  Query wanted;
  std::vector<std::pair<Nanos, Nanos>> dropped;
  std::vector<Results> results;
  std::vector<Revision> promoted;
  std::vector<Nanos> belated;  // the starts of words whose audio had waited for a connection
  std::size_t raw = 0, malformed = 0;
  SessionStats stats, stats_at_end;  // when the last mark came out
  std::int64_t given = 0;            // samples
  Conditions now_is;
  std::string token;
  bool awaited = true;  // somebody waits for text
  int stalls = 0;       // that were told
  std::vector<Nanos> awaited_to;

  bool has_input() override { return !input_.empty(); }
  bool has_flush() override;

 private:
  Nanos now() override { return time_.now(); }
  Conditions conditions() override { return now_is; }
  void wake_at(Nanos when) override;
  std::optional<Input> next_input() override;
  std::unique_ptr<WebSocket> make_socket(const SocketLimits& limits) override {
    return service_.make_socket(limits);
  }
  DialGate& gate() override { return service_.gate; }

  Target target() override;
  std::optional<Query> query() override { return wanted; }
  bool awaits_text() override { return awaited; }
  void on_revision(const Revision& revision) override;
  void on_settled(Nanos time) override;
  void on_awaited(Nanos time) override { awaited_to.push_back(time); }
  void on_mark(std::unique_ptr<Parcel> parcel) override;
  void on_flush(std::vector<std::unique_ptr<Parcel>> parcels) override;
  void on_results(const Results& placed, unsigned, bool) override { results.push_back(placed); }
  void on_promoted(const Revision& left, unsigned) override { promoted.push_back(left); }
  void on_metadata(const Metadata&) override {}
  void on_speech_started(const SpeechStarted&, std::optional<Nanos>) override {}
  void on_utterance_end(const UtteranceEnd&, std::optional<Nanos>) override {}
  void on_raw(std::string_view, const Unknown*) override { ++raw; }
  void on_malformed(const Error&, std::string_view) override { ++malformed; }
  void on_service_error(const ServiceError&) override {}
  void on_connection(const ConnectionEvent& event) override;
  void on_dropped(Nanos from, Nanos to, const char*) override { dropped.emplace_back(from, to); }
  void on_warning(const Loss& loss) override { warnings.push_back(loss); }
  void on_change_refused(const Loss& loss) override { refused.push_back(loss); }
  void on_stall() override { ++stalls; }
  void on_failed(const Loss& loss) override { failures.push_back(loss); }
  void on_stats(const SessionStats& now) override { stats = now; }

  VirtualTime& time_;
  VirtualService& service_;
  std::deque<Input> input_;
  Nanos wake_ = kNever;  // what was asked for last
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  Session session_;
};

}  // namespace dg::testing
