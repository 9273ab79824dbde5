// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <gst/gst.h>

#include "base/mutex.h"
#include "plugin/ptr.h"
#include "support/watchdog.h"

namespace dg {

// A text buffer that left.
struct TextBuffer {
  GstClockTime pts = GST_CLOCK_TIME_NONE, duration = GST_CLOCK_TIME_NONE;
  std::string text;
  bool discont = false;
  std::shared_ptr<GstStructure> words;  // its meta; null without one

  GstClockTime end() const { return pts + duration; }
};
using EventRef = std::shared_ptr<GstEvent>;
using MessageRef = std::shared_ptr<GstMessage>;
struct Upstream {  // an event that went the other way
  EventRef event;
};
using Entry = std::variant<TextBuffer, EventRef, Upstream, MessageRef>;

// What came out of an element and onto the bus, in that order. Thread-safe.
class Record {
 public:
  using Entries = std::vector<Entry>;

  void add(Entry entry) DG_EXCLUDES(mutex_);
  Entries copy() const DG_EXCLUDES(mutex_);
  // Forgets what came so far.
  void clear() DG_EXCLUDES(mutex_);
  // Whether `condition` came true in time; it sees the entries as they are now and after each.
  bool wait(const std::function<bool(const Entries&)>& condition) const DG_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  mutable std::condition_variable_any changed_;
  Entries entries_ DG_GUARDED_BY(mutex_);
};

// Of entries, in order.
std::vector<TextBuffer> texts_in(const Record::Entries& entries);
std::vector<EventRef> events_in(const Record::Entries& entries, GstEventType type);
std::vector<EventRef> upstream_in(const Record::Entries& entries, GstEventType type);
std::vector<MessageRef> messages_in(const Record::Entries& entries, GstMessageType type);
// Element messages of this name.
std::vector<MessageRef> messages_in(const Record::Entries& entries, const char* name);
const GstStructure* structure_of(const MessageRef& message);

// What messages say, with the type that they must say it in; a test fails without such a field.
std::string text_field(const GstStructure* structure, const char* field);
int int_field(const GstStructure* structure, const char* field);
unsigned uint_field(const GstStructure* structure, const char* field);
GstClockTime time_field(const GstStructure* structure, const char* field);
double double_field(const GstStructure* structure, const char* field);
bool bool_field(const GstStructure* structure, const char* field);

// Has `heed` see each buffer that passes the pad, on the thread that pushes it, as long as the
// element lives.
void on_buffers(GstElement* element, const char* pad, std::function<void(GstBuffer*)> heed);

// A pipeline with a deepgramtranscribe called "dg", or as told, of which all is recorded. The bus
// is read as the messages are posted.
class Pipeline {
 public:
  explicit Pipeline(const std::string& description, const char* element = "dg");
  // Stops it.
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  GstElement* bin() const { return pipeline_.get(); }
  GstElement* element() const { return element_.get(); }
  // Called "name"; it lives as long as the pipeline.
  GstElement* find(const char* name) const;
  Record& record() { return record_; }
  Watchdog& watchdog() { return watchdog_; }

  // A property of that element, in the form that gst-launch-1.0 takes.
  void set(const char* property, const std::string& value);
  GstStateChangeReturn change(GstState state);
  // Whether the pipeline got to the state in time.
  bool reach(GstState state);
  // Stops it and lets go of it, and of all that was recorded; nothing else may be called after.
  void drop();

  std::vector<TextBuffer> texts() const { return texts_in(record_.copy()); }
  std::vector<EventRef> events(GstEventType type) const;
  std::vector<MessageRef> messages(const char* name) const;
  std::vector<MessageRef> messages(GstMessageType type) const;
  // Of deepgram/connection, in order.
  std::vector<std::string> states() const;
  // The text pad said that all is over.
  bool wait_for_end() const;
  // Plays until all sinks say so, as long as something comes out of the element.
  bool play_to_the_end();
  bool wait_for(const char* message, std::size_t count = 1) const;
  bool wait_for(GstMessageType message) const;
  bool wait_for_state(const char* connection_state, std::size_t count = 1) const;
  Ptr<GstStructure> stats() const;
  // Whether a time in the stats got that far in time.
  bool wait_for_stats(const char* field, GstClockTime least) const;

  // Called for each message, on the thread that posts it, after it was recorded.
  std::function<void(GstMessage*)> on_message;

 private:
  void watch(const char* pad_name, GstPadProbeType what);
  void note(GstPadProbeInfo* info);

  Watchdog watchdog_;
  Record record_;
  Ptr<GstElement> pipeline_, element_;
};

}  // namespace dg
