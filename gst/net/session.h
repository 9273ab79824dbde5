// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/backoff.h"
#include "core/connectionstate.h"
#include "core/control.h"
#include "core/coverage.h"
#include "core/endpoint.h"
#include "core/intake.h"
#include "core/message.h"
#include "core/query.h"
#include "core/timeline.h"
#include "core/transcript.h"
#include "net/dialgate.h"
#include "net/input.h"
#include "net/limits.h"
#include "net/liveness.h"
#include "net/sessionlistener.h"
#include "net/step.h"
#include "net/websocket.h"

namespace dg {

// One stream of audio and the connections that it takes: dials when there is audio, writes it,
// reads what was said, dials again and replays when a connection is lost, and lets go of the marks
// in the input when all before them is settled. Decides with next_step(); has no thread, no clock
// and no socket of its own. Used on the network thread only.
class Session final : private WebSocket::Listener {
 public:
  // What a session is run by.
  class Environment {
   public:
    virtual Nanos now() = 0;
    virtual Conditions conditions() = 0;
    // Asks for a call of run() at `when`, instead of what was asked before.
    virtual void wake_at(Nanos when) = 0;
    virtual std::optional<Input> next_input() = 0;
    virtual bool has_input() = 0;
    // Whether there is a Flush in the input: nothing before it may hold it up.
    virtual bool has_flush() = 0;
    virtual std::unique_ptr<WebSocket> make_socket(const SocketLimits& limits) = 0;
    virtual DialGate& gate() = 0;

   protected:
    ~Environment() = default;
  };

  Session(Query query, const Limits& limits, Environment& environment, SessionListener& listener,
          std::uint64_t seed);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Does all that can be done now. To be called when there is new input, and when asked for.
  void run();

 private:
  using Phase = Situation::Phase;

  // One connection, from the dial to the loss.
  struct Connection {
    Connection(std::unique_ptr<WebSocket> made, DialGate::Pass given, const AudioFormat& format,
               Nanos now)
        : socket(std::move(made)), handshake(std::move(given)), timeline(format), dialed(now) {}

    std::unique_ptr<WebSocket> socket;
    std::optional<DialGate::Pass> handshake;  // while it lasts
    std::optional<Liveness> liveness;         // of one that is open
    Timeline timeline;
    Nanos dialed, opened{}, last_frame{}, last_audio{}, last_results{};
    Nanos last_progress{};  // when results last spoke of more
    unsigned attempt = 0;
    std::string request_id;
    bool with_token = false;
    bool had_results = false;
    bool was_useful = false;
    bool retiring = false;      // closed for want of audio
    bool handing_over = false;  // closed for one with another query
    bool metadata = false;
    std::optional<Position> caught_up;  // from there on, audio did not wait to be written
    Nanos closing{};                    // when CloseStream was written, or what came last after it
  };

  // WebSocket::Listener
  void on_open(const std::string& request_id) override;
  void on_text(std::string_view text) override;
  void on_pong() override;
  void on_writable() override;
  void on_lost(const Loss& why) override;

  Situation situation();
  Nanos pace_at() const;
  std::int64_t chunk() const;
  bool ring_is_full() const;
  bool is_behind() const;
  bool awaits_results() const;
  bool owes_results() const;
  bool speaks_of_all() const { return coverage_.habit() == Coverage::Habit::SpeaksOfAll; }
  Nanos patience() const;
  Nanos held_until() const;
  void time_stop(Situation& now);
  Nanos overdue_at(const Mark& mark) const;
  Nanos overdue_at() const;
  Nanos give_up_at() const;
  const Control* next_control() const;
  std::int64_t samples_before_ask() const;
  bool may_take() const;
  bool dropping() const;
  void take(const Step& step);

  void take_input(Input input);
  void take_audio(std::vector<SilenceGate::Item> items);
  void take_control(Control control);
  void take_change();
  void flush();
  void abandon();
  void rest();
  void bound();
  void drop_oldest(Nanos keep);
  void tell_dropped();
  void dial();
  void connect(const Request& request, DialGate::Pass pass);
  void await_dial(Nanos when);
  void give_up_dial();
  void give_up();
  SocketLimits socket_limits(const AudioFormat& format) const;
  void look();
  void write_audio();
  void tell_control();
  Nanos hand_over_at() const;
  void hand_over();
  void handed_over();
  std::variant<Request, Loss> request_for(const Query& query, const AudioFormat& format);
  bool hears_fewer(const Query& wanted, const AudioFormat& format) const;
  std::variant<Request, Loss> next_request(const AudioFormat& format);
  bool fall_back(const Loss& loss);
  void note_query();
  void replay();
  void ask_finalize();
  void send_finalize(std::optional<int> channel = std::nullopt);
  void ask_close();
  void retire();
  void close_stream();
  void keep_alive();
  void note_pause();
  void note_stall();
  void let_go();
  void finish(bool answered);
  void fail(const Loss& loss, FaultClass kind);

  void on_message(const Results& results);
  void note_spoken(const Results& results);
  void on_message(const Metadata& metadata);
  void on_message(const SpeechStarted& started);
  void on_message(const UtteranceEnd& ended);
  void on_message(const ServiceError& error);
  void on_message(const Unknown& unknown);

  Results placed(const Results& results, const Revision& revision) const;
  bool answered(const Loss& loss);
  void lost(const Loss& loss);
  bool awaits_token(FaultClass kind) const;
  Nanos wait_after(const Loss& loss, FaultClass kind);
  void useful();
  void lived();
  void note_life(Nanos life);
  Position decided(std::optional<int> channel = std::nullopt) const;
  Position settled() const;
  void promote();
  void publish(Revision revision, bool past = false);
  Revision before_new_time(Revision revision);
  void tell_before(Position position);
  void tell_awaited(Position position);
  std::optional<Nanos> settled_at(const Mark& mark) const;
  void tell_settled(std::optional<Nanos> time);
  void publish_settled();
  SessionStats stats() const;
  void state(ConnectionState state, const Loss* loss = nullptr,
             std::optional<FaultClass> kind = std::nullopt, Nanos retry_in = {});

  QueryChange query_;
  bool told_elsewhere_ = false;  // the results go to `callback`
  const Limits limits_;
  Environment& environment_;
  SessionListener& listener_;

  SilenceGate silence_;
  Intake intake_;
  Controls controls_;
  Transcript transcript_;
  Coverage coverage_;
  Backoff backoff_;
  Phase phase_ = Phase::Idle;
  std::optional<Connection> connection_;
  std::vector<Revision> held_;  // finals that are not told yet, behind a mark or not
  std::vector<std::byte> frame_;

  Conditions conditions_;
  bool ending_ = false;  // the input is over
  bool ever_useful_ = false;
  bool ever_open_ = false;
  bool mute_ = false;         // the service was waited for in vain
  Position doubted_at_ = -1;  // where it was taken for dead, as it said nothing
  bool failed_ = false;       // last_loss_ is one
  bool warned_ = false;       // of this episode of failures
  bool fruitless_ = false;    // connections lived in it, and brought nothing
  int early_closes_ = 0;      // in a row, when CloseStream was written
  unsigned connections_ = 0, attempt_ = 0;
  std::string service_;  // that was dialed last
  std::string refused_;  // that did not take the token
  Nanos last_audio_{}, last_length_{}, last_input_{}, last_cut_{}, ended_{};
  std::optional<Nanos> failing_since_;
  Nanos dial_at_{};
  Loss last_loss_;
  FaultClass last_kind_ = FaultClass::Transient;
  std::optional<std::pair<Nanos, Nanos>> dropped_;  // in this episode, from and to
  Position let_go_ = 0;      // counts as settled, since nobody waits for it any longer
  Position time_began_ = 0;  // where the newest new_time mark was reached
  Position paused_at_ = 0;   // up to where a pause or a stall was noted
  bool stalled_ = false;     // once, or more often
  std::optional<Nanos> published_;
  Nanos paced_{};                            // when the next audio may be written
  std::optional<FaultClass> redials_after_;  // a loss of this class
  LatencyMeter latency_;
  SessionStats stats_;
  bool running_ = false;
};

}  // namespace dg
