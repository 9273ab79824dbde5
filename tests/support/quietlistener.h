// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "net/sessionlistener.h"

namespace dg::testing {

// A listener that ignores all that it is told. A test overrides what it is about.
class QuietListener : public SessionListener {
 public:
  virtual ~QuietListener() = default;

  Target target() override { return {}; }
  std::optional<Query> query() override { return std::nullopt; }
  bool awaits_text() override { return false; }
  void on_revision(const Revision&) override {}
  void on_settled(Nanos) override {}
  void on_awaited(Nanos) override {}
  void on_mark(std::unique_ptr<Parcel>) override {}
  void on_flush(std::vector<std::unique_ptr<Parcel>>) override {}
  void on_results(const Results&, unsigned, bool) override {}
  void on_promoted(const Revision&, unsigned) override {}
  void on_metadata(const Metadata&) override {}
  void on_speech_started(const SpeechStarted&, std::optional<Nanos>) override {}
  void on_utterance_end(const UtteranceEnd&, std::optional<Nanos>) override {}
  void on_raw(std::string_view, const Unknown*) override {}
  void on_malformed(const Error&, std::string_view) override {}
  void on_service_error(const ServiceError&) override {}
  void on_connection(const ConnectionEvent&) override {}
  void on_dropped(Nanos, Nanos, const char*) override {}
  void on_warning(const Loss&) override {}
  void on_change_refused(const Loss&) override {}
  void on_stall() override {}
  void on_failed(const Loss&) override {}
  void on_stats(const SessionStats&) override {}
};

}  // namespace dg::testing
