// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>

#include "base/seldom.h"
#include "plugin/pulse.h"
#include "plugin/textpad.h"
#include "plugin/transcriber.h"

namespace dg {

// What is behind deepgramtranscribe: a transcriber and the pad that its text leaves by.
class Captioner {
 public:
  Captioner(GstElement* element, GstPad* sink, GstPad* source);
  Captioner(const Captioner&) = delete;
  Captioner& operator=(const Captioner&) = delete;

  void set_property(const GParamSpec* spec, const GValue* value);
  void get_property(const GParamSpec* spec, GValue* value) const;

  Transcriber& transcriber() { return transcriber_; }

  void start();
  void before(GstStateChange transition);
  void after(GstStateChange transition);

  GstFlowReturn take(Ptr<GstBuffer> buffer);
  bool take_event(Ptr<GstEvent> event);
  void flush_start();
  // Between the flush's start and its end, downstream.
  void flush_task_left();
  void flush_stop();
  // Nothing: the base class answers.
  std::optional<bool> answer(GstPadDirection direction, GstQuery* query);

 private:
  // How often it is said that the latency is too small, at most.
  static constexpr Nanos kSeldom = std::chrono::seconds(10);

  void check(const CaptionStyle& style);
  bool answer_latency(GstQuery* query);
  bool answer_position(GstQuery* query);
  void note_live(bool live);
  void note_delay(Nanos most);
  Ptr<GstStructure> stats() const;

  GstElement* const element_;
  GstPad* const sink_;
  GstPad* const source_;
  TextPad text_;
  Transcriber transcriber_;
  Pulse pulse_;
  Seldom delay_told_{kSeldom};  // on the network thread
};

}  // namespace dg
