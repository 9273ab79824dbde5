// SPDX-License-Identifier: LGPL-2.1-or-later
// What a session does when its application asks for it.
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
    options_.set("numerals", configure->numerals);
    tells = connection_.has_value();
  } else {
    tells = told_elsewhere_ || decided() < control.at;
  }
  if (tells) controls_.add(std::move(control));
}

// Before the input's next question; while there is no connection nobody can be told.
const Control* Session::next_control() const {
  const Control* control = phase_ == Phase::Open ? controls_.next() : nullptr;
  const Mark* ask = intake_.next_ask();
  return control && (!ask || control->at <= ask->at) ? control : nullptr;
}

void Session::tell_control() {
  Control control = *controls_.next();
  controls_.note_written();
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

}  // namespace dg
