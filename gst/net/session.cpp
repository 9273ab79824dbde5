// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/session.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/overloaded.h"
#include "core/command.h"

namespace dg {

Session::Session(Query query, const Limits& limits, Environment& environment,
                 SessionListener& listener, std::uint64_t seed)
    : query_(std::move(query)),
      limits_(limits),
      environment_(environment),
      listener_(listener),
      silence_(limits.silence),
      intake_(limits.holes),
      coverage_(limits.liveness.results_timeout),
      backoff_(seed) {
  note_query();
}

Session::~Session() = default;

void Session::run() {
  if (running_) return;  // a step led to a callback; the loop below goes on with it
  running_ = true;
  Step step;
  while ((step = next_step(situation())).kind != Step::Kind::Wait) take(step);
  running_ = false;
  listener_.on_stats(stats());
  environment_.wake_at(step.until);
}

Situation Session::situation() {
  conditions_ = environment_.conditions();
  Situation now;
  now.phase = phase_;
  now.now = environment_.now();
  now.input = may_take() && environment_.has_input();
  const Mark* ask = intake_.next_ask();
  if (ask) now.ask = ask->ask;
  now.control = next_control() != nullptr;
  std::int64_t ahead = samples_before_ask();
  now.audio = ahead > 0;
  now.undecided = decided() < intake_.backlog().cursor();
  now.overdue_at = overdue_at();
  now.give_up_at = give_up_at();
  now.dial_at = dial_at_;
  if (!connection_) return now;
  now.connect_deadline = connection_->dialed + limits_.connect_timeout;
  bool owes_nothing = connection_->metadata || (connection_->handing_over && !told_elsewhere_);
  now.drain_deadline =
      connection_->closing + (owes_nothing ? limits_.close_timeout : limits_.drain_timeout);
  if (connection_->liveness) now.look_at = connection_->liveness->look_at();
  if (phase_ != Phase::Open) return now;
  now.chunk = ahead >= chunk() || (ahead > 0 && (ask || now.control));
  now.chunk_at = last_audio_ + limits_.chunk_duration;
  now.pace_at = pace_at();
  now.hand_over_at = hand_over_at();
  bool due = now.audio && (now.chunk || now.chunk_at <= now.now) && now.pace_at <= now.now;
  now.writable = due && connection_->socket->writable();  // a system call
  now.keepalive_at = connection_->last_frame + limits_.keepalive_interval;
  if (limits_.idle_timeout > Nanos(0))
    now.idle_at = std::max(connection_->opened, connection_->last_audio) + limits_.idle_timeout;
  time_stop(now);
  return now;
}

// Input that stops: a live one pauses. Its next buffer comes when it is full. One that is not live
// may wait for our text, if all that reads it waits for that. In a paused pipeline audio stops as
// well, and nobody waits.
void Session::time_stop(Situation& now) {
  if (intake_.backlog().end() <= paused_at_) return;
  if (conditions_.live) {
    if (now.undecided && intake_.marks().empty())
      now.pause_at = last_audio_ + last_length_ + limits_.pause_live;
  } else {
    now.stall_at = std::max(last_input_, conditions_.resumed) + limits_.stall;
    now.awaited = now.stall_at <= now.now && listener_.awaits_text();
  }
}

// How much is to be written before the next question or control, or in all. Once the input's last
// question is asked, nothing is left.
std::int64_t Session::samples_before_ask() const {
  const Backlog& backlog = intake_.backlog();
  if (const Control* control = next_control()) return backlog.ahead_before(control->at);
  const Mark* ask = intake_.next_ask();
  return backlog.ahead_before(ask ? ask->at : backlog.end());
}

Nanos Session::pace_at() const {
  return std::max(limits_.max_rate > 0 ? paced_ - limits_.burst : Nanos::min(), held_until());
}

// How many samples make a message. Of packets each is one, since nothing else says where it ends.
std::int64_t Session::chunk() const {
  const AudioFormat& format = connection_->timeline.format();
  if (format.is_packets()) return 1;
  return std::max<std::int64_t>(format.samples_in(limits_.chunk_duration), 1);
}

// What is written and undecided is kept for a replay, up to max-backlog. An upstream that waits may
// as well wait for the service, as long as it has something to say of what it has.
bool Session::ring_is_full() const {
  if (dropping() || told_elsewhere_) return false;
  Nanos next = limits_.chunk_duration;
  if (auto slice = intake_.backlog().ahead(chunk()))
    next = std::max(next, slice->format.duration_of(slice->samples));
  return intake_.backlog().unsettled_written() + next > limits_.max_backlog;
}

// Whether the service has enough to speak of. If less is kept than it may need to hear, that is not
// known.
bool Session::is_behind() const {
  Nanos unspoken = connection_->timeline.length() - coverage_.spoken_to();
  Nanos enough = limits_.liveness.results_timeout;
  return unspoken >= enough && limits_.max_backlog >= enough;
}

// Whether it is to speak before it gets more. One that was waited for in vain is not until it has
// caught up.
bool Session::awaits_results() const {
  return is_behind() && !mute_ && ring_is_full();
}

// A service may send nothing while nobody speaks. So on a connection without results only one that
// speaks of all it hears owes some, and if it has nothing to say of the same audio again, none.
bool Session::owes_results() const {
  bool is_expected = speaks_of_all() && transcript_.cut() > doubted_at_;
  return !told_elsewhere_ && (connection_->had_results || is_expected);
}

// Until it is known whether it is dead, if it owes what it does not say. One whose results leave
// gaps may have nothing to say of what it has.
Nanos Session::patience() const {
  const LivenessLimits& liveness = limits_.liveness;
  if (speaks_of_all() && owes_results())
    return liveness.results_patience + 2 * liveness.look_interval;
  bool leaves_gaps = coverage_.habit() == Coverage::Habit::LeavesGaps;
  return leaves_gaps ? limits_.gaps_patience : limits_.first_patience;
}

Nanos Session::held_until() const {
  if (!ring_is_full()) return Nanos::min();
  Nanos heard = std::max({connection_->opened, connection_->last_progress, last_cut_});
  if (!awaits_results()) return heard + limits_.results_pause;
  return std::max(heard, connection_->last_audio) + patience();
}

// When nobody waits for a mark any longer. Live, nothing is kept longer than the latency: what is
// late is shown late.
Nanos Session::overdue_at(const Mark& mark) const {
  if (mark.ends_connection() || !(mark.parcel || mark.awaited)) return kNever;
  Nanos at = conditions_.live ? mark.accepted + conditions_.latency : kNever;
  bool waiting = mark.asked && phase_ == Phase::Open;
  if (!waiting) return at;
  Nanos heard =
      std::max({*mark.asked, last_cut_, conditions_.live ? Nanos(0) : connection_->last_results});
  return std::min(at, heard + limits_.answer_timeout);
}

Nanos Session::overdue_at() const {
  Nanos at = kNever;
  for (const Mark& mark : intake_.marks())
    if (mark.at > let_go_) at = std::min(at, overdue_at(mark));
  return at;
}

Nanos Session::give_up_at() const {
  if (!failing_since_) return kNever;
  bool limited = limits_.reconnect_timeout > Nanos(0);
  if (limited && !(conditions_.live && ever_useful_))
    return *failing_since_ + limits_.reconnect_timeout;
  if (!ending_) return kNever;
  return std::max(*failing_since_, ended_) +
         (limited ? limits_.reconnect_timeout : limits_.drain_patience);
}

bool Session::dropping() const {
  switch (limits_.overflow) {
    case Overflow::Auto:
      return conditions_.live;
    case Overflow::Block:
      return false;
    case Overflow::DropOldest:
    case Overflow::SkipToLive:
      return true;
  }
  return true;
}

bool Session::may_take() const {
  bool room = dropping() || intake_.backlog().unsent() < limits_.max_backlog;
  return room || phase_ == Phase::Over || environment_.has_flush();
}

void Session::take(const Step& step) {
  switch (step.kind) {
    case Step::Kind::Wait:
      return;
    case Step::Kind::Take:
      if (auto input = environment_.next_input()) take_input(std::move(*input));
      return;
    case Step::Kind::Dial:
      return dial();
    case Step::Kind::GiveUpDial:
      return give_up_dial();
    case Step::Kind::Rest:
      rest();
      publish_settled();
      tell_awaited(intake_.backlog().end());
      return state(ConnectionState::Idle);
    case Step::Kind::WriteAudio:
      return write_audio();
    case Step::Kind::TellControl:
      return tell_control();
    case Step::Kind::AskFinalize:
      return ask_finalize();
    case Step::Kind::AskClose:
      return ask_close();
    case Step::Kind::Retire:
      return retire();
    case Step::Kind::Look:
      return look();
    case Step::Kind::HandOver:
      return hand_over();
    case Step::Kind::KeepAlive:
      return keep_alive();
    case Step::Kind::NotePause:
      return note_pause();
    case Step::Kind::NoteStall:
      return note_stall();
    case Step::Kind::LetGo:
      return let_go();
    case Step::Kind::Finish:
      return finish(connection_->metadata);
    case Step::Kind::Fail:
      return give_up();
  }
}

void Session::take_input(Input input) {
  Nanos now = environment_.now();
  bool is_of_upstream =
      !std::holds_alternative<Control>(input) && !std::holds_alternative<Change>(input);
  if (is_of_upstream) last_input_ = now;
  std::visit(overloaded{
                 [&](Audio& audio) {
                   stats_.rate = audio.piece.format.clock_rate();
                   last_audio_ = now;
                   last_length_ = audio.piece.length();
                   take_audio(silence_.take(std::move(audio.piece)));
                   bound();
                 },
                 [&](Hole& hole) {
                   if (silence_.may_follow(hole.to)) return;  // the next audio's time tells
                   take_audio(silence_.give_up());
                   intake_.hole(hole.from, hole.to, hole.declared, now);
                   bound();
                 },
                 [&](Mark& mark) {
                   bool asks = mark.new_time || mark.ask != Mark::Ask::Nothing;
                   if (asks) take_audio(silence_.give_up());
                   if (mark.new_time) tell_dropped();
                   if (mark.ask == Mark::Ask::End) {
                     ending_ = true;
                     ended_ = now;
                   }
                   intake_.mark(std::move(mark), now);
                 },
                 [&](Flush&) {
                   take_audio(silence_.give_up());
                   flush();
                 },
                 [&](Control& control) { take_control(control); },
                 [&](Change&) { take_change(); },
             },
             input);
  publish_settled();
}

void Session::take_audio(std::vector<SilenceGate::Item> items) {
  Nanos now = environment_.now();
  for (SilenceGate::Item& item : items)
    std::visit(
        overloaded{
            [&](Backlog::Piece& piece) { intake_.audio(std::move(piece), now); },
            [&](const SilenceGate::Withheld& is) { intake_.withheld(is.to, is.samples, now); },
        },
        item);
}

void Session::flush() {
  tell_dropped();
  Nanos now = environment_.now();
  std::vector<std::unique_ptr<Parcel>> parcels;
  for (Mark& mark : intake_.marks())
    if (mark.parcel) parcels.push_back(std::move(mark.parcel));
  bool closing = phase_ == Phase::Closing;
  bool undecided = phase_ == Phase::Open && decided() < intake_.backlog().cursor();
  intake_.flush(now);
  controls_.flush();
  transcript_.settle(intake_.backlog().end());
  held_.clear();
  published_.reset();
  ending_ = false;
  listener_.on_flush(std::move(parcels));
  if (undecided) send_finalize();  // the recognizer must not join what comes to what was
  if (closing) abandon();
  if (phase_ == Phase::Dialing) return;
  if (phase_ == Phase::Waiting) rest();
}

// Nothing is wanted of a connection: what failed before is over.
void Session::rest() {
  phase_ = Phase::Idle;
  failing_since_.reset();
  fruitless_ = warned_ = false;
}

// CloseStream is on its way for audio that nobody wants any more: the next audio dials anew.
void Session::abandon() {
  connection_.reset();
  rest();
  state(ConnectionState::Idle);
}

// Keeps what is accepted and not written within max-backlog, and what is written within the same.
void Session::bound() {
  Backlog& backlog = intake_.backlog();
  if (phase_ == Phase::Over) {
    backlog.drop_unwritten();
    transcript_.settle(backlog.end());
    return;
  }
  backlog.bound_written(limits_.max_backlog);
  if (!dropping() || backlog.unsent() <= limits_.max_backlog) {
    if (backlog.unsent() < limits_.max_backlog) tell_dropped();
    return;
  }
  bool skip = limits_.overflow == Overflow::SkipToLive;
  drop_oldest(skip ? Nanos(0) : limits_.max_backlog);
}

// What is dropped of one time is told apart from what is dropped of the next.
void Session::drop_oldest(Nanos keep) {
  while (auto span = intake_.backlog().drop_oldest(keep)) {
    bool time_goes_back = dropped_ && span->first + kJitter < dropped_->second;
    if (time_goes_back) tell_dropped();
    dropped_ = {dropped_ ? dropped_->first : span->first, span->second};
  }
}

// Once for each episode, when it is over: only then is it known what is missing.
void Session::tell_dropped() {
  auto span = std::exchange(dropped_, std::nullopt);
  if (!span) return;
  bool skip = limits_.overflow == Overflow::SkipToLive;
  listener_.on_dropped(span->first, span->second, skip ? "skip-to-live" : "drop-oldest");
}

void Session::write_audio() {
  Backlog& backlog = intake_.backlog();
  Timeline& timeline = connection_->timeline;
  std::int64_t left = std::min(chunk(), samples_before_ask());
  if (awaits_results()) mute_ = true;
  frame_.clear();
  if (timeline.samples() == 0) frame_ = timeline.format().header;
  Nanos before = timeline.length();
  while (left > 0) {
    auto slice = backlog.ahead(left);
    frame_.insert(frame_.end(), slice->bytes.begin(), slice->bytes.end());
    timeline.sent(slice->from, slice->pts, slice->samples);
    left -= slice->samples;
    backlog.written(slice->samples);
  }
  Nanos now = environment_.now();
  if (limits_.max_rate > 0) {
    auto cost = Nanos(
        std::llround(static_cast<double>((timeline.length() - before).count()) / limits_.max_rate));
    paced_ = std::max(paced_, now) + cost;
  }
  connection_->last_frame = connection_->last_audio = now;
  bool all = backlog.ahead_before(backlog.end()) < chunk();
  if (all && !connection_->caught_up) connection_->caught_up = backlog.cursor();
  stats_.bytes_out += frame_.size();
  connection_->socket->send(frame_);
  if (!told_elsewhere_) return;
  transcript_.settle(backlog.cursor());
  publish_settled();
}

void Session::ask_finalize() {
  Mark* mark = intake_.next_ask();
  mark->asked = environment_.now();
  if (decided() >= mark->at) return publish_settled();
  send_finalize();
}

// Words of the other channels go on across the end of one.
void Session::send_finalize(std::optional<int> channel) {
  if (!channel) connection_->timeline.split();
  connection_->last_frame = environment_.now();
  ++stats_.finalizes;
  connection_->socket->send(finalize_command(channel));
}

void Session::ask_close() {
  intake_.next_ask()->asked = environment_.now();
  close_stream();
}

// There was no audio for long: the next dials anew.
void Session::retire() {
  connection_->retiring = true;
  close_stream();
}

void Session::close_stream() {
  connection_->closing = environment_.now();
  connection_->timeline.split();
  phase_ = Phase::Closing;
  state(ConnectionState::Draining);
  connection_->socket->send(close_stream_command());
}

void Session::keep_alive() {
  connection_->last_frame = environment_.now();
  ++stats_.keepalives;
  connection_->socket->send(keep_alive_command());
}

void Session::note_pause() {
  paused_at_ = intake_.backlog().end();
  intake_.pause(environment_.now());
}

// The text must get to where the input ends, whatever it costs: what is begun is not waited for.
void Session::note_stall() {
  paused_at_ = intake_.backlog().end();
  if (decided() >= paused_at_) return tell_awaited(paused_at_);
  if (!std::exchange(stalled_, true)) listener_.on_stall();
  intake_.stall(environment_.now());
}

void Session::let_go() {
  Nanos now = environment_.now();
  for (const Mark& mark : intake_.marks())
    if (overdue_at(mark) <= now) let_go_ = std::max(let_go_, mark.at);
  publish_settled();
}

// The connection has done what CloseStream asked for, or will not any more.
void Session::finish(bool answered) {
  if (connection_->handing_over) return handed_over();
  if (!answered) {
    listener_.on_warning({.cause = Cause::Stalled,
                          .text = "no answer to CloseStream within drain-timeout",
                          .request_id = connection_->request_id});
  }
  stats_.drain = answered ? Drain::Complete : Drain::TimedOut;
  rest();
  redials_after_.reset();
  dial_at_ = Nanos(0);
  early_closes_ = 0;
  promote();
  state(connection_->retiring
            ? ConnectionState::Idle
            : ConnectionState::Closed);  // before the end: what follows it may not be read any more
  connection_.reset();
  tell_dropped();
  publish_settled();
}

SessionStats Session::stats() const {
  SessionStats stats = stats_;
  stats.audio = intake_.backlog().ledger();
  stats.backlog = intake_.backlog().unsent();
  stats.connections = connections_;
  stats.reconnects = std::max(connections_, 1U) - 1;
  stats.duplicate_words = static_cast<std::uint64_t>(transcript_.duplicate_words());
  return stats;
}

}  // namespace dg
