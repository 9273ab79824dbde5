// SPDX-License-Identifier: LGPL-2.1-or-later
// What an application asks of a transcriber while it runs.
#include <utility>

#include "plugin/controls.h"
#include "plugin/transcriber.h"

namespace dg {

bool Transcriber::finalize(int channel) {
  return control(finalize_control(channel));
}

bool Transcriber::configure(const GstStructure* structure) {
  return control(configure_control(structure));
}

std::optional<bool> Transcriber::obey(GstEvent* event) {
  if (!is_control(event)) return std::nullopt;
  Ptr<GstEvent> used_up(event);
  return control(control_in(event));
}

// What is configured is what the property says from then on.
bool Transcriber::control(const Result<Control>& asked) {
  if (!asked) {
    GST_ELEMENT_WARNING(element_, LIBRARY, SETTINGS,
                        ("The service was not told: %s.", asked.error().text.c_str()), (nullptr));
    return false;
  }
  if (!push_now(*asked)) return false;
  auto* configure = std::get_if<Control::Configure>(&asked->what);
  if (!configure) return true;
  {
    Lock lock(mutex_);
    settings_.options.set("numerals", configure->numerals);
  }
  g_object_notify(G_OBJECT(element_), "numerals");
  return true;
}

// From any thread, while a run may end.
bool Transcriber::push_now(Input input) {
  Lock lock(ending_);
  return stream_ && !ends_ && stream_->push(std::move(input), Stream::Room::Ignore);
}

}  // namespace dg
