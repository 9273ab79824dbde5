// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <thread>

#include "base/mutex.h"
#include "net/sessionlistener.h"

namespace dg {

// The only way from a session to its element. cut() ends it: no call is under way afterwards, and
// none follows. The mutex is not held during a call.
class Link final : public SessionListener {
 public:
  explicit Link(SessionListener& owner) : owner_(&owner) {}

  // Waits for a call that is under way, unless it is that call that cuts.
  void cut() DG_EXCLUDES(mutex_);

  Target target() override;
  std::optional<Query> query() override;
  bool awaits_text() override;
  void on_revision(const Revision& revision) override;
  void on_settled(Nanos time) override;
  void on_awaited(Nanos time) override;
  void on_mark(std::unique_ptr<Parcel> parcel) override;
  void on_flush(std::vector<std::unique_ptr<Parcel>> parcels) override;
  void on_results(const Results& placed, unsigned connection, bool past) override;
  void on_promoted(const Revision& left, unsigned connection) override;
  void on_metadata(const Metadata& metadata) override;
  void on_speech_started(const SpeechStarted& started, std::optional<Nanos> time) override;
  void on_utterance_end(const UtteranceEnd& ended, std::optional<Nanos> time) override;
  void on_raw(std::string_view json, const Unknown* unknown) override;
  void on_malformed(const Error& error, std::string_view text) override;
  void on_service_error(const ServiceError& error) override;
  void on_connection(const ConnectionEvent& event) override;
  void on_dropped(Nanos from, Nanos to, const char* reason) override;
  void on_warning(const Loss& loss) override;
  void on_change_refused(const Loss& loss) override;
  void on_stall() override;
  void on_failed(const Loss& loss) override;
  void on_stats(const SessionStats& stats) override;

 private:
  template <class Call>
  void call(Call&& call);
  SessionListener* enter() DG_EXCLUDES(mutex_);
  void leave() DG_EXCLUDES(mutex_);

  Mutex mutex_;
  std::condition_variable_any left_;
  SessionListener* owner_ DG_GUARDED_BY(mutex_);
  bool calling_ DG_GUARDED_BY(mutex_) = false;
  std::thread::id caller_ DG_GUARDED_BY(mutex_);
};

}  // namespace dg
