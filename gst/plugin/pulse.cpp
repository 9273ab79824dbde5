// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/pulse.h"

#include <utility>

#include "plugin/ptr.h"

namespace dg {
namespace {

constexpr GstClockTime kInterval = 50 * GST_MSECOND;

// What the clock keeps while it may still call: a callback can be under way when the id is
// unscheduled, and nobody waits for it.
struct Call {
  Ptr<GstElement> element;
  Pulse::Beat beat;
  GstClockTime base_time;
};

}  // namespace

void Pulse::start() {
  stop();
  Ptr<GstClock> clock(gst_element_get_clock(element_));
  if (!clock) return;
  GstClockTime base_time = gst_element_get_base_time(element_);
  GstClockID id =
      gst_clock_new_periodic_id(clock.get(), gst_clock_get_time(clock.get()), kInterval);
  auto* call = new Call{Ptr<GstElement>(static_cast<GstElement*>(gst_object_ref(element_))), beat_,
                        base_time};
  gst_clock_id_wait_async(id, fire, call,
                          [](gpointer data) noexcept { delete static_cast<Call*>(data); });
  Lock lock(mutex_);
  id_ = id;
}

void Pulse::stop() {
  GstClockID id = nullptr;
  {
    Lock lock(mutex_);
    id = std::exchange(id_, nullptr);
  }
  if (!id) return;
  gst_clock_id_unschedule(id);
  gst_clock_id_unref(id);
}

gboolean Pulse::fire(GstClock*, GstClockTime time, GstClockID, gpointer data) noexcept {
  auto& call = *static_cast<Call*>(data);
  if (GST_CLOCK_TIME_IS_VALID(time) && time >= call.base_time) call.beat(time - call.base_time);
  return TRUE;
}

}  // namespace dg
