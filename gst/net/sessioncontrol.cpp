// SPDX-License-Identifier: LGPL-2.1-or-later
// What a session does when its application asks for it.
#include <algorithm>
#include <utility>

#include "base/overloaded.h"
#include "core/command.h"
#include "net/session.h"

namespace dg {

// Where nothing is undecided, there is nothing to finalize. What is configured holds for the
// connections to come, whose query says it; the one that there is is told.
void Session::take_control(Control control) {
  control.at = intake_.backlog().end();
  bool tells = true;
  if (auto* configure = std::get_if<Control::Configure>(&control.what)) {
    query_.configure(configure->numerals);
    tells = connection_.has_value();
  } else {
    tells = told_elsewhere_ || decided() < control.at;
  }
  if (tells) controls_.add(control);
}

// Before the input's next question; while there is no connection nobody can be told.
const Control* Session::next_control() const {
  const Control* control = phase_ == Phase::Open ? controls_.next() : nullptr;
  const Mark* ask = intake_.next_ask();
  return control && (!ask || control->at <= ask->at) ? control : nullptr;
}

void Session::tell_control() {
  Control control = *controls_.next();
  controls_.note_written(intake_.backlog().cursor());
  std::visit(overloaded{
                 [&](const Control::Finalize& is) {
                   if (told_elsewhere_ || decided(is.channel) < control.at)
                     send_finalize(is.channel);
                 },
                 [&](const Control::Configure& is) {
                   connection_->last_frame = environment_.now();
                   connection_->socket->send(configure_command(is.numerals));
                 },
             },
             control.what);
  publish_settled();
}

// --- another query

// The results go to `callback`, if there is one.
void Session::note_query() {
  told_elsewhere_ = query_.in_force().options.is_set("callback");
}

// As long as there was no connection, what is wanted now is all that ever was.
void Session::take_change() {
  std::optional<Query> query = listener_.query();
  if (!query) return;
  if (ever_open_ || connection_) return query_.want(std::move(*query), environment_.now());
  query_.replace(std::move(*query));
  note_query();
}

// When nobody speaks, or it was waited for that for long enough; but not in the middle of several
// changes, nor when the connection closes anyway.
Nanos Session::hand_over_at() const {
  if (!query_.wanted()) return kNever;
  const std::deque<Mark>& marks = intake_.marks();
  bool closes = std::any_of(marks.begin(), marks.end(),
                            [](const Mark& mark) { return mark.ask == Mark::Ask::Close; });
  if (closes || (ending_ && intake_.backlog().all_written())) return kNever;
  bool pause = !transcript_.is_speaking() || decided() >= intake_.backlog().cursor();
  Nanos at_last = query_.since() + limits_.change_patience;
  return pause ? std::min(query_.changed() + limits_.change_quiet, at_last) : at_last;
}

// What is not final is heard again by the next connection: words are cut nowhere. Only where that
// one hears fewer channels, this one must be done with all that it has.
void Session::hand_over() {
  const AudioFormat format = connection_->timeline.format();
  const Query& wanted = *query_.wanted();
  auto made = request_for(wanted, format);
  if (auto* loss = std::get_if<Loss>(&made)) {
    query_.refuse();
    return listener_.on_change_refused(*loss);
  }
  if (hears_fewer(wanted, format)) {
    Mark close;
    close.ask = Mark::Ask::Close;
    return intake_.mark(std::move(close), environment_.now());
  }
  connection_->handing_over = true;
  close_stream();
}

void Session::handed_over() {
  replay();
  rest();
  attempt_ = 0;
  paused_at_ = 0;
  dial_at_ = Nanos(0);
  redials_after_.reset();
  if (intake_.backlog().all_written()) state(ConnectionState::Idle);
  publish_settled();
}

std::variant<Request, Loss> Session::request_for(const Query& query, const AudioFormat& format) {
  Target target = listener_.target();
  target.extra_params = query.extra_params;
  return make_request(target, query.options, format);
}

// Whether what is wanted would not hear again all that is heard now. Channels may have been asked
// for by other ways than the table's.
bool Session::hears_fewer(const Query& wanted, const AudioFormat& format) const {
  return channels_of(wanted, format) < transcript_.channels();
}

// For what is wanted, or, if that makes none or cannot be yet, for what held before.
std::variant<Request, Loss> Session::next_request(const AudioFormat& format) {
  if (!query_.wanted() || hears_fewer(*query_.wanted(), format))
    return request_for(query_.in_force(), format);
  auto made = request_for(*query_.wanted(), format);
  auto* loss = std::get_if<Loss>(&made);
  if (!loss) {
    query_.adopt();
    note_query();
    return made;
  }
  query_.refuse();
  listener_.on_change_refused(*loss);
  return request_for(query_.in_force(), format);
}

// Whether it is what was changed that the service does not take. Then what held before holds again.
bool Session::fall_back(const Loss& loss) {
  if (!query_.fall_back()) return false;
  note_query();
  listener_.on_change_refused(loss);
  return true;
}

}  // namespace dg
