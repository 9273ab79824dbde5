// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/sessionrun.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/listen.h"
#include "support/packets.h"

namespace dg::testing {

SessionRun::SessionRun(VirtualTime& time, VirtualService& service, const Limits& limits)
    : wanted{Options(kListenOptions), {}},
      time_(time),
      service_(service),
      session_(wanted, limits, *this, *this, 1) {
  now_is.latency = limits.latency;
}

void SessionRun::give(Input input) {
  input_.push_back(std::move(input));
  session_.run();
}

void SessionRun::give_audio(std::int64_t from, std::int64_t samples, Nanos pts,
                            const AudioFormat& format) {
  give_bytes(virtual_audio(from, samples), pts, format);
}

void SessionRun::give_bytes(const std::vector<std::byte>& bytes, Nanos pts,
                            const AudioFormat& format) {
  std::int64_t samples = kVirtualFormat.samples_in(bytes);
  given += samples;
  if (format.is_packets()) return give(Audio{{pts, format, packet(samples, bytes)}});
  std::vector<std::byte> all;
  for (std::size_t at = 0; at < bytes.size(); at += 2)
    for (int channel = 0; channel < format.channels; ++channel)
      all.insert(all.end(), {bytes[at], bytes[at + 1]});
  give(Audio{{pts, format, std::move(all)}});
}

void SessionRun::finalize(std::optional<int> channel) {
  give(Control{Control::Finalize{channel}});
}

void SessionRun::configure(bool numerals) {
  give(Control{Control::Configure{numerals}});
}

void SessionRun::set(std::string_view key, OptionValue value) {
  wanted.options.set(key, std::move(value));
  give(Change{});
}

void SessionRun::give_mark(int number, Mark::Ask ask, bool new_time) {
  Mark mark;
  mark.ask = ask;
  mark.new_time = new_time;
  mark.parcel = std::make_unique<NumberedParcel>(number);
  give(std::move(mark));
}

void SessionRun::pass_until(Nanos until) {
  bool there = false;
  time_.at(until, [&there] { there = true; });
  while (!there && time_.step()) continue;
}

bool SessionRun::await_mark(int number, Nanos most) {
  auto came = [&] {
    for (const Told& thing : told)
      if (thing.kind == Told::Kind::Mark && thing.mark == number) return true;
    return false;
  };
  Nanos limit = time_.now() + most;
  while (!came() && time_.now() < limit && time_.step()) continue;
  return came();
}

void SessionRun::wake_at(Nanos when) {
  if (std::exchange(wake_, when) == when || when == kNever) return;
  time_.at(when, [this, when, alive = std::weak_ptr(alive_)] {
    if (alive.expired() || wake_ != when) return;
    wake_ = kNever;
    session_.run();
  });
}

std::optional<Input> SessionRun::next_input() {
  Input next = std::move(input_.front());
  input_.pop_front();
  return next;
}

bool SessionRun::has_flush() {
  return std::any_of(input_.begin(), input_.end(),
                     [](const Input& input) { return std::holds_alternative<Flush>(input); });
}

Target SessionRun::target() {
  Target target;
  target.url = "ws://127.0.0.1:1/v1/listen";
  target.access_token = token;
  return target;
}

void SessionRun::on_revision(const Revision& revision) {
  if (!revision.final) return;
  for (const Word& word : revision.words) {
    told.push_back({Told::Kind::Word, std::atoi(word.word.c_str() + 1), word.start, word.end});
    if (revision.belated) belated.push_back(word.start);
  }
}

void SessionRun::on_connection(const ConnectionEvent& event) {
  states.push_back(event);
  if (event.loss) lost_at = time_.now();
}

void SessionRun::on_settled(Nanos time) {
  told.push_back({Told::Kind::Settled, -1, time});
}

void SessionRun::on_mark(std::unique_ptr<Parcel> parcel) {
  stats_at_end = stats;
  told.push_back({Told::Kind::Mark, -1, {}, {}, static_cast<NumberedParcel&>(*parcel).number});
}

void SessionRun::on_flush(std::vector<std::unique_ptr<Parcel>> parcels) {
  told.push_back({Told::Kind::Flush});
  for (auto& parcel : parcels)
    told.push_back({Told::Kind::Mark, -1, {}, {}, static_cast<NumberedParcel&>(*parcel).number});
}

}  // namespace dg::testing
