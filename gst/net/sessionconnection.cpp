// SPDX-License-Identifier: LGPL-2.1-or-later
// How a session comes to a connection, and what it does when it has lost one.
#include <algorithm>
#include <utility>

#include "net/session.h"

namespace dg {
namespace {

bool has_token(const Request& request) {
  return std::any_of(request.headers.begin(), request.headers.end(), [](const auto& header) {
    return header.first == "Authorization" && header.second.starts_with("Bearer ");
  });
}

}  // namespace

void Session::dial() {
  Nanos now = environment_.now();
  if (!failing_since_) failing_since_ = now;
  AudioFormat format = intake_.backlog().ahead(1)->format;
  std::variant<Request, Loss> made = next_request(format);
  if (auto* loss = std::get_if<Loss>(&made)) {
    ++attempt_;
    return lost(*loss);
  }
  auto& request = std::get<Request>(made);
  service_ = DialGate::service_of(request);
  if (service_ == refused_) return await_dial(now + limits_.token_poll);
  auto answer = environment_.gate().ask(service_, redials_after_.has_value(), now);
  if (auto* wait = std::get_if<DialGate::Wait>(&answer)) {
    // Waiting for one's turn is no failure of the service; waiting with all others is.
    if (attempt_ == 0 && !fruitless_ && !wait->failing) failing_since_.reset();
    if (wait->failing && !failed_)
      last_loss_ = {Cause::Connect, "all who dial there with this key fail"};
    return await_dial(wait->until);
  }
  connect(request, std::get<DialGate::Pass>(std::move(answer)));
}

// Not now.
void Session::await_dial(Nanos when) {
  dial_at_ = when;
  if (std::exchange(phase_, Phase::Waiting) == Phase::Waiting) return;
  state(ConnectionState::BackingOff, nullptr, std::nullopt, when - environment_.now());
}

// The kernel holds about a second of audio, whatever its rate. FLAC is no larger than what it is
// made of, and Opus is small.
SocketLimits Session::socket_limits(const AudioFormat& format) const {
  SocketLimits limits = limits_.socket;
  AudioFormat unpacked = format;
  if (format.encoding == Encoding::Flac) unpacked.encoding = Encoding::Linear16;
  auto second = static_cast<int>(unpacked.bytes_per_sample()) * format.rate;
  limits.unsent_bytes = std::max(limits.unsent_bytes, second);
  return limits;
}

void Session::connect(const Request& request, DialGate::Pass pass) {
  auto slice = intake_.backlog().ahead(1);
  AudioFormat format = slice->format;
  bool again = connections_++ > 0;
  if (auto kind = std::exchange(redials_after_, std::nullopt))
    stats_.reconnects_after.at(static_cast<std::size_t>(*kind)) += again;
  refused_.clear();
  connection_.emplace(environment_.make_socket(socket_limits(format)), std::move(pass), format,
                      environment_.now());
  controls_.restart();
  coverage_.restart();
  connection_->attempt = ++attempt_;
  connection_->with_token = has_token(request);
  // Results may come before audio is written, and have a place all the same.
  connection_->timeline.sent(slice->from, slice->pts, 0);
  phase_ = Phase::Dialing;
  state(again ? ConnectionState::Reconnecting : ConnectionState::Connecting);
  connection_->socket->open(request, *this);
}

void Session::give_up_dial() {
  lost({Cause::Timeout, "no connection within connect-timeout"});
}

// There is a loss to tell of, unless the first dial is still under way.
void Session::give_up() {
  if (!failed_ && connection_)
    last_loss_ = {Cause::Timeout, "no connection within reconnect-timeout"};
  fail(last_loss_, last_kind_);
}

void Session::on_open(const std::string& request_id) {
  connection_->request_id = stats_.request_id = request_id;
  Nanos now = environment_.now();
  connection_->opened = connection_->last_frame = now;
  connection_->handshake.reset();
  connection_->liveness.emplace(limits_.liveness, limits_.socket.ping_interval, now);
  ever_open_ = true;
  query_.confirm();
  transcript_.connected(channels_of(query_.in_force(), connection_->timeline.format()));
  phase_ = Phase::Open;
  state(ConnectionState::Connected);
  run();
}

void Session::on_pong() {
  connection_->liveness->on_pong(environment_.now());
}

void Session::look() {
  Nanos now = environment_.now();
  Connection& at = *connection_;
  Liveness::Signs signs;
  signs.traffic = at.socket->traffic();
  signs.wants_room = phase_ == Phase::Open && samples_before_ask() > 0 && !at.socket->writable();
  signs.audio = at.timeline.length();
  signs.owes_results = phase_ == Phase::Open && owes_results();
  signs.awaited = speaks_of_all() && awaits_results();
  auto wrong = at.liveness->look(signs, now);
  if (!wrong) {
    if (now - at.opened >= limits_.useful_after) environment_.gate().useful(service_, at.opened);
    return;
  }
  if (*wrong == DeadSign::SaysNothing) doubted_at_ = transcript_.cut();
  lost({.cause = Cause::Stalled, .text = text_of(*wrong), .request_id = at.request_id});
}

// A connection brought something: what comes next is another episode.
void Session::useful() {
  lived();
  early_closes_ = 0;
  failed_ = warned_ = fruitless_ = false;
  failing_since_.reset();
}

// A connection was not refused: the next one is no attempt at the same door.
void Session::lived() {
  backoff_.reset();
  environment_.gate().useful(service_, connection_->opened);
  attempt_ = 0;
  ever_useful_ = true;
  connection_->was_useful = true;
}

// A connection that lived for a while is useful if it owed nothing, or lived as long as a failure
// may last. Else it brought nothing of what it owed, and the next ones may do no better for ever:
// the clock of reconnect-timeout starts, once.
void Session::note_life(Nanos life) {
  lived();
  bool long_life = life >= std::max(limits_.reconnect_timeout, limits_.drain_patience);
  if (long_life || decided() >= intake_.backlog().cursor()) return useful();
  if (!std::exchange(fruitless_, true)) failing_since_ = environment_.now();
}

void Session::on_lost(const Loss& why) {
  Loss loss = why;
  if (loss.request_id.empty()) loss.request_id = connection_->request_id;
  lost(loss);
  run();
}

// Whether a loss is what CloseStream asked for. Metadata before a 1011 is the service's own failure
// (https://developers.deepgram.com/docs/recovering-from-connection-errors-and-timeouts-when-live-streaming-audio).
// A 1000 without all of the results and without Metadata may have been on its way before: it is
// believed when nothing else ever comes.
bool Session::answered(const Loss& loss) {
  if (decided() >= intake_.backlog().cursor()) return true;
  if (connection_->metadata) return loss.close_code != 1011;
  return loss.close_code == 1000 && ++early_closes_ >= limits_.early_closes;
}

void Session::lost(const Loss& loss) {
  if (phase_ == Phase::Closing && (connection_->handing_over || answered(loss)))
    return finish(true);
  bool was_open = phase_ == Phase::Open || phase_ == Phase::Closing;
  Nanos now = environment_.now();
  Nanos life = connection_ && was_open ? now - connection_->opened : Nanos(0);
  if (life >= limits_.useful_after) note_life(life);
  ConnectionHistory history{ever_useful_, connection_ && connection_->had_results};
  FaultClass kind = classify(loss, history);
  paused_at_ = 0;
  last_loss_ = loss;
  last_kind_ = kind;
  stats_.last_error = {loss, kind};
  bool waits = awaits_token(kind);
  bool retries = limits_.reconnect && (waits || retryable(kind, history));
  bool forbidden = loss.http_status == 403;  // to this token, perhaps what was changed
  bool falls_back = (!retries || forbidden) && fall_back(loss);
  if (!retries && !falls_back) return fail(loss, kind);
  Nanos wait = falls_back ? Nanos(0) : waits ? limits_.token_poll : wait_after(loss, kind);
  if (waits && !falls_back) refused_ = service_;
  replay();
  if (!failing_since_) failing_since_ = now;
  dial_at_ = now + wait;
  redials_after_ = falls_back ? std::nullopt : std::optional(kind);
  failed_ = true;
  phase_ = Phase::Waiting;
  state(ConnectionState::BackingOff, &loss, kind, wait);
  if (!falls_back && !std::exchange(warned_, true)) listener_.on_warning(loss);
}

// The next connection gets again what the last one was not done with.
void Session::replay() {
  connection_.reset();
  intake_.backlog().rewind(transcript_.cut());
  for (Mark& mark : intake_.marks()) mark.asked.reset();
}

// Tokens are short-lived: one that was good before may have to be another now
// (https://developers.deepgram.com/guides/fundamentals/token-based-authentication).
bool Session::awaits_token(FaultClass kind) const {
  return kind == FaultClass::Auth && ever_open_ && connection_ && connection_->with_token;
}

// How long to wait before the next dial: as long as all who dial there, if it fails for all.
Nanos Session::wait_after(const Loss& loss, FaultClass kind) {
  Nanos own = backoff_.next(kind, loss.retry_after);
  if (connection_ && connection_->was_useful) return own;
  Nanos now = environment_.now();
  auto all = environment_.gate().failed(service_, kind, loss.retry_after, now);
  return all ? std::max(*all - now, Nanos(0)) : own;
}

void Session::fail(const Loss& loss, FaultClass kind) {
  connection_.reset();
  phase_ = Phase::Over;
  if (ending_) stats_.drain = Drain::Failed;
  stats_.last_error = {loss, kind};
  tell_dropped();
  promote();
  bound();
  state(ConnectionState::Failed, &loss, kind);
  listener_.on_failed(loss);
  publish_settled();
  tell_awaited(intake_.backlog().end());
}

}  // namespace dg
