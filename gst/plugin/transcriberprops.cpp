// SPDX-License-Identifier: LGPL-2.1-or-later
// The properties that elements have of a transcriber.
#include <utility>

#include "plugin/stats.h"
#include "plugin/transcriber.h"

namespace dg {
namespace {

constexpr guint kStats = 1000, kMaxObservedDelay = 1001;  // behind all settings
constexpr char kStatsName[] = "stats", kMaxObservedDelayName[] = "max-observed-delay";

}  // namespace

void Transcriber::install_properties(GObjectClass* klass, Has text_pad) {
  constexpr auto read = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  install_settings(klass, text_pad);
  g_object_class_install_property(
      klass, kStats,
      g_param_spec_boxed(kStatsName, kStatsName,
                         "What was done so far: times in ns, counts since the start of the run",
                         GST_TYPE_STRUCTURE, read));
  g_object_class_install_property(
      klass, kMaxObservedDelay,
      g_param_spec_uint(kMaxObservedDelayName, kMaxObservedDelayName,
                        "Longest time so far after which a word of live audio came, in ms since it "
                        "was said, without audio that waited for a connection; notified. Captions "
                        "with a latency of 100 ms more show every word in time",
                        0, G_MAXUINT, 0, read));
}

bool Transcriber::set_property(const GParamSpec* spec, const GValue* value) {
  Settings before, after;  // an object that is replaced ends without the lock
  {
    Lock lock(mutex_);
    before = settings_;
    if (!set_setting(settings_, spec, value)) return false;
    after = settings_;
  }
  tell_change(query_of(before), query_of(after));
  return true;
}

// The service is told of what may change on its connection; the rest takes another one.
void Transcriber::tell_change(const Query& before, Query after) {
  const OptionValue numerals = after.options.at("numerals");
  if (numerals != before.options.at("numerals")) {
    push_now(Control{Control::Configure{std::get<bool>(numerals)}});
    after.options.set("numerals", before.options.at("numerals"));
  }
  if (after != before) push_now(Change{});
}

bool Transcriber::get_property(const GParamSpec* spec, GValue* value) const {
  if (g_str_equal(spec->name, kStatsName))
    g_value_take_boxed(value, stats().release());
  else if (g_str_equal(spec->name, kMaxObservedDelayName))
    g_value_set_uint(value, max_observed_delay_);
  else
    return get_setting(settings(), spec, value);
  return true;
}

Settings Transcriber::settings() const {
  Lock lock(mutex_);
  return settings_;
}

Ptr<GstStructure> Transcriber::stats() const {
  SessionStats stats;
  {
    Lock lock(mutex_);
    stats = stats_;
  }
  return stats_structure(stats);
}

}  // namespace dg
