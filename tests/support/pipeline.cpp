// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/pipeline.h"

#include <utility>

#include <gtest/gtest.h>

#include "plugin/wordsmeta.h"

namespace dg {
namespace {

EventRef share(GstEvent* event) {
  return EventRef(gst_event_ref(event), gst_event_unref);
}

std::string bytes_of(GstBuffer* buffer) {
  std::string bytes(gst_buffer_get_size(buffer), '\0');
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  return bytes;
}

TextBuffer text_of(GstBuffer* buffer) {
  TextBuffer text{GST_BUFFER_PTS(buffer), GST_BUFFER_DURATION(buffer), bytes_of(buffer),
                  GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT) != 0, nullptr};
  if (GstCustomMeta* meta = gst_buffer_get_custom_meta(buffer, kWordsMeta))
    text.words.reset(gst_structure_copy(gst_custom_meta_get_structure(meta)), gst_structure_free);
  return text;
}

// The value of a field of this type.
const GValue* typed(const GstStructure* structure, const char* field, GType type) {
  const GValue* value = gst_structure_get_value(structure, field);
  bool right = value && G_VALUE_TYPE(value) == type;
  EXPECT_TRUE(right) << field << " is no " << g_type_name(type) << " in "
                     << gst_structure_get_name(structure);
  return right ? value : nullptr;
}

}  // namespace

void Record::add(Entry entry) {
  Lock lock(mutex_);
  entries_.push_back(std::move(entry));
  changed_.notify_all();
}

Record::Entries Record::copy() const {
  Lock lock(mutex_);
  return entries_;
}

void Record::clear() {
  Lock lock(mutex_);
  entries_.clear();
}

bool Record::wait(const std::function<bool(const Entries&)>& condition) const {
  auto limit = std::chrono::steady_clock::now() + patience();
  Lock lock(mutex_);
  while (!condition(entries_))
    if (changed_.wait_until(mutex_, limit) == std::cv_status::timeout) return condition(entries_);
  return true;
}

std::vector<TextBuffer> texts_in(const Record::Entries& entries) {
  std::vector<TextBuffer> out;
  for (const Entry& entry : entries)
    if (auto* text = std::get_if<TextBuffer>(&entry)) out.push_back(*text);
  return out;
}

std::vector<EventRef> events_in(const Record::Entries& entries, GstEventType type) {
  std::vector<EventRef> out;
  for (const Entry& entry : entries)
    if (auto* event = std::get_if<EventRef>(&entry); event && GST_EVENT_TYPE(event->get()) == type)
      out.push_back(*event);
  return out;
}

std::vector<EventRef> upstream_in(const Record::Entries& entries, GstEventType type) {
  std::vector<EventRef> out;
  for (const Entry& entry : entries)
    if (auto* up = std::get_if<Upstream>(&entry); up && GST_EVENT_TYPE(up->event.get()) == type)
      out.push_back(up->event);
  return out;
}

std::vector<MessageRef> messages_in(const Record::Entries& entries, GstMessageType type) {
  std::vector<MessageRef> out;
  for (const Entry& entry : entries)
    if (auto* one = std::get_if<MessageRef>(&entry); one && GST_MESSAGE_TYPE(one->get()) == type)
      out.push_back(*one);
  return out;
}

std::vector<MessageRef> messages_in(const Record::Entries& entries, const char* name) {
  std::vector<MessageRef> out = messages_in(entries, GST_MESSAGE_ELEMENT);
  std::erase_if(out, [&](const MessageRef& message) {
    return !gst_structure_has_name(structure_of(message), name);
  });
  return out;
}

const GstStructure* structure_of(const MessageRef& message) {
  return gst_message_get_structure(message.get());
}

std::string text_field(const GstStructure* structure, const char* field) {
  const GValue* value = typed(structure, field, G_TYPE_STRING);
  const char* text = value ? g_value_get_string(value) : nullptr;
  return text ? text : "";
}

int int_field(const GstStructure* structure, const char* field) {
  const GValue* value = typed(structure, field, G_TYPE_INT);
  return value ? g_value_get_int(value) : 0;
}

unsigned uint_field(const GstStructure* structure, const char* field) {
  const GValue* value = typed(structure, field, G_TYPE_UINT);
  return value ? g_value_get_uint(value) : 0;
}

GstClockTime time_field(const GstStructure* structure, const char* field) {
  const GValue* value = typed(structure, field, G_TYPE_UINT64);
  return value ? g_value_get_uint64(value) : GST_CLOCK_TIME_NONE;
}

double double_field(const GstStructure* structure, const char* field) {
  const GValue* value = typed(structure, field, G_TYPE_DOUBLE);
  return value ? g_value_get_double(value) : 0;
}

bool bool_field(const GstStructure* structure, const char* field) {
  const GValue* value = typed(structure, field, G_TYPE_BOOLEAN);
  return value && g_value_get_boolean(value);
}

void on_buffers(GstElement* element, const char* pad, std::function<void(GstBuffer*)> heed) {
  using Heed = std::function<void(GstBuffer*)>;
  Ptr<GstPad> probed(gst_element_get_static_pad(element, pad));
  gst_pad_add_probe(
      probed.get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) {
        (*static_cast<Heed*>(data))(GST_PAD_PROBE_INFO_BUFFER(info));
        return GST_PAD_PROBE_OK;
      },
      new Heed(std::move(heed)), [](gpointer data) { delete static_cast<Heed*>(data); });
}

Pipeline::Pipeline(const std::string& description, const char* element) {
  GError* error = nullptr;
  GstElement* made = gst_parse_launch(description.c_str(), &error);
  Ptr<GError> reason(error);
  if (reason) ADD_FAILURE() << description << ": " << reason->message;
  pipeline_ = own(made);
  element_.reset(find(element));
  gst_object_ref(element_.get());
  GstBus* bus = gst_element_get_bus(bin());
  gst_bus_set_sync_handler(
      bus,
      [](GstBus*, GstMessage* message, gpointer self) {
        auto* to = static_cast<Pipeline*>(self);
        MessageRef owned(message, gst_message_unref);
        to->record_.add(owned);
        if (to->on_message) to->on_message(message);
        return GST_BUS_DROP;
      },
      this, nullptr);
  gst_object_unref(bus);
  watch("src", static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_DATA_DOWNSTREAM |
                                            GST_PAD_PROBE_TYPE_EVENT_FLUSH));
  watch("sink", GST_PAD_PROBE_TYPE_EVENT_UPSTREAM);
}

Pipeline::~Pipeline() {
  if (!pipeline_) return;
  change(GST_STATE_NULL);
  GstBus* bus = gst_element_get_bus(bin());
  gst_bus_set_sync_handler(bus, nullptr, nullptr, nullptr);
  gst_object_unref(bus);
}

void Pipeline::watch(const char* pad_name, GstPadProbeType what) {
  Ptr<GstPad> pad(gst_element_get_static_pad(element(), pad_name));
  if (!pad) return;  // a sink has no source pad
  gst_pad_add_probe(
      pad.get(), what,
      [](GstPad*, GstPadProbeInfo* info, gpointer self) {
        static_cast<Pipeline*>(self)->note(info);
        return GST_PAD_PROBE_OK;
      },
      this, nullptr);
}

void Pipeline::note(GstPadProbeInfo* info) {
  if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER)
    record_.add(text_of(GST_PAD_PROBE_INFO_BUFFER(info)));
  else if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_EVENT_UPSTREAM)
    record_.add(Upstream{share(GST_PAD_PROBE_INFO_EVENT(info))});
  else
    record_.add(share(GST_PAD_PROBE_INFO_EVENT(info)));
}

GstElement* Pipeline::find(const char* name) const {
  GstElement* found = gst_bin_get_by_name(GST_BIN(bin()), name);
  if (!found) ADD_FAILURE() << "no element is called " << name;
  Ptr<GstElement> borrowed(found);  // the bin has it
  return found;
}

void Pipeline::set(const char* property, const std::string& value) {
  gst_util_set_object_arg(G_OBJECT(element()), property, value.c_str());
}

GstStateChangeReturn Pipeline::change(GstState state) {
  Watchdog::Guard guard(watchdog_);
  return gst_element_set_state(bin(), state);
}

bool Pipeline::reach(GstState state) {
  if (change(state) == GST_STATE_CHANGE_FAILURE) return false;
  GstClockTime limit = static_cast<GstClockTime>(patience().count());
  return gst_element_get_state(bin(), nullptr, nullptr, limit) != GST_STATE_CHANGE_FAILURE;
}

void Pipeline::drop() {
  change(GST_STATE_NULL);
  record_.clear();
  element_.reset();
  pipeline_.reset();
}

std::vector<EventRef> Pipeline::events(GstEventType type) const {
  return events_in(record_.copy(), type);
}

std::vector<MessageRef> Pipeline::messages(const char* name) const {
  return messages_in(record_.copy(), name);
}

std::vector<MessageRef> Pipeline::messages(GstMessageType type) const {
  return messages_in(record_.copy(), type);
}

std::vector<std::string> Pipeline::states() const {
  std::vector<std::string> out;
  for (const MessageRef& message : messages("deepgram/connection"))
    out.push_back(text_field(structure_of(message), "state"));
  return out;
}

bool Pipeline::wait_for_end() const {
  return record_.wait(
      [](const Record::Entries& entries) { return !events_in(entries, GST_EVENT_EOS).empty(); });
}

bool Pipeline::play_to_the_end() {
  change(GST_STATE_PLAYING);
  Record::Entries seen = record_.copy();
  while (messages_in(seen, GST_MESSAGE_EOS).empty()) {
    std::size_t known = seen.size();
    if (!record_.wait([=](const Record::Entries& now) { return now.size() > known; })) return false;
    seen = record_.copy();
  }
  return true;
}

bool Pipeline::wait_for(const char* message, std::size_t count) const {
  return record_.wait([=](const Record::Entries& entries) {
    return messages_in(entries, message).size() >= count;
  });
}

bool Pipeline::wait_for(GstMessageType message) const {
  return record_.wait(
      [=](const Record::Entries& entries) { return !messages_in(entries, message).empty(); });
}

bool Pipeline::wait_for_state(const char* connection_state, std::size_t count) const {
  return record_.wait([=](const Record::Entries& entries) {
    std::size_t seen = 0;
    for (const MessageRef& message : messages_in(entries, "deepgram/connection"))
      seen += text_field(structure_of(message), "state") == connection_state;
    return seen >= count;
  });
}

Ptr<GstStructure> Pipeline::stats() const {
  GstStructure* stats = nullptr;
  g_object_get(element(), "stats", &stats, nullptr);
  return Ptr<GstStructure>(stats);
}

bool Pipeline::wait_for_stats(const char* field, GstClockTime least) const {
  auto limit = std::chrono::steady_clock::now() + patience();
  while (time_field(stats().get(), field) < least) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace dg
