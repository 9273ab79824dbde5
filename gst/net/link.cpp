// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/link.h"

#include <utility>

namespace dg {

void Link::cut() {
  Lock lock(mutex_);
  owner_ = nullptr;
  while (calling_ && caller_ != std::this_thread::get_id()) lock.wait(left_);
}

SessionListener* Link::enter() {
  Lock lock(mutex_);
  if (!owner_) return nullptr;
  calling_ = true;
  caller_ = std::this_thread::get_id();
  return owner_;
}

void Link::leave() {
  Lock lock(mutex_);
  calling_ = false;
  left_.notify_all();
}

template <class Call>
void Link::call(Call&& call) {
  if (SessionListener* owner = enter()) {
    call(*owner);
    leave();
  }
}

Target Link::target() {
  Target target;
  call([&](SessionListener& to) { target = to.target(); });
  return target;
}

std::optional<Query> Link::query() {
  std::optional<Query> query;
  call([&](SessionListener& to) { query = to.query(); });
  return query;
}

bool Link::awaits_text() {
  bool awaits = false;
  call([&](SessionListener& to) { awaits = to.awaits_text(); });
  return awaits;
}

void Link::on_revision(const Revision& revision) {
  call([&](SessionListener& to) { to.on_revision(revision); });
}

void Link::on_settled(Nanos time) {
  call([&](SessionListener& to) { to.on_settled(time); });
}

void Link::on_awaited(Nanos time) {
  call([&](SessionListener& to) { to.on_awaited(time); });
}

void Link::on_mark(std::unique_ptr<Parcel> parcel) {
  call([&](SessionListener& to) { to.on_mark(std::move(parcel)); });
}

void Link::on_flush(std::vector<std::unique_ptr<Parcel>> parcels) {
  call([&](SessionListener& to) { to.on_flush(std::move(parcels)); });
}

void Link::on_results(const Results& placed, unsigned connection, bool past) {
  call([&](SessionListener& to) { to.on_results(placed, connection, past); });
}

void Link::on_promoted(const Revision& left, unsigned connection) {
  call([&](SessionListener& to) { to.on_promoted(left, connection); });
}

void Link::on_metadata(const Metadata& metadata) {
  call([&](SessionListener& to) { to.on_metadata(metadata); });
}

void Link::on_speech_started(const SpeechStarted& started, std::optional<Nanos> time) {
  call([&](SessionListener& to) { to.on_speech_started(started, time); });
}

void Link::on_utterance_end(const UtteranceEnd& ended, std::optional<Nanos> time) {
  call([&](SessionListener& to) { to.on_utterance_end(ended, time); });
}

void Link::on_raw(std::string_view json, const Unknown* unknown) {
  call([&](SessionListener& to) { to.on_raw(json, unknown); });
}

void Link::on_malformed(const Error& error, std::string_view text) {
  call([&](SessionListener& to) { to.on_malformed(error, text); });
}

void Link::on_service_error(const ServiceError& error) {
  call([&](SessionListener& to) { to.on_service_error(error); });
}

void Link::on_connection(const ConnectionEvent& event) {
  call([&](SessionListener& to) { to.on_connection(event); });
}

void Link::on_dropped(Nanos from, Nanos to, const char* reason) {
  call([&](SessionListener& owner) { owner.on_dropped(from, to, reason); });
}

void Link::on_warning(const Loss& loss) {
  call([&](SessionListener& to) { to.on_warning(loss); });
}

void Link::on_change_refused(const Loss& loss) {
  call([&](SessionListener& to) { to.on_change_refused(loss); });
}

void Link::on_stall() {
  call([&](SessionListener& to) { to.on_stall(); });
}

void Link::on_failed(const Loss& loss) {
  call([&](SessionListener& to) { to.on_failed(loss); });
}

void Link::on_stats(const SessionStats& stats) {
  call([&](SessionListener& to) { to.on_stats(stats); });
}

}  // namespace dg
