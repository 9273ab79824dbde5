// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/control.h"

#include <algorithm>

namespace dg {
namespace {

bool configures(const Control& control) {
  return std::holds_alternative<Control::Configure>(control.what);
}

}  // namespace

// Of what is configured at one place, the last counts.
void Controls::add(const Control& control) {
  std::erase_if(controls_, [&](const Control& is) {
    bool again = is.what == control.what || (configures(is) && configures(control));
    return is.at == control.at && !is.written && again;
  });
  controls_.push_back(control);
}

const Control* Controls::next() const {
  auto found = std::find_if_not(controls_.begin(), controls_.end(), std::mem_fn(&Control::written));
  return found == controls_.end() ? nullptr : &*found;
}

// What was to be finalized in audio that was dropped is so with one answer.
void Controls::note_written(Position reached) {
  auto first = std::find_if_not(controls_.begin(), controls_.end(), std::mem_fn(&Control::written));
  first->written = true;
  if (configures(*first)) return;
  for (auto later = first; later != controls_.end(); ++later)
    later->written |= later->at <= reached && later->what == first->what;
}

void Controls::settle(const Decided& decided) {
  std::erase_if(controls_, [&](const Control& control) {
    auto* finalize = std::get_if<Control::Finalize>(&control.what);
    return control.written && (!finalize || decided(finalize->channel) >= control.at);
  });
}

void Controls::restart() {
  std::erase_if(controls_, configures);
  for (Control& control : controls_) control.written = false;
}

void Controls::flush() {
  std::erase_if(controls_, [](const Control& control) { return !configures(control); });
}

}  // namespace dg
