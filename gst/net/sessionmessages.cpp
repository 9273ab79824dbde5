// SPDX-License-Identifier: LGPL-2.1-or-later
// What a session makes of what comes from the connection.
#include <algorithm>
#include <limits>
#include <utility>

#include "base/overloaded.h"
#include "net/session.h"

namespace dg {
namespace {

// The entities of the words that are left when the first `gone` are left out.
void take_from_front(std::vector<Entity>& entities, int gone) {
  std::erase_if(entities, [gone](const Entity& entity) { return entity.end_word <= gone; });
  for (Entity& entity : entities) {
    entity.start_word = std::max(entity.start_word - gone, 0);
    entity.end_word -= gone;
  }
}

}  // namespace

void Session::on_writable() {
  run();
}

void Session::on_text(std::string_view text) {
  ++stats_.messages;
  stats_.bytes_in += text.size();
  Nanos now = environment_.now();
  connection_->liveness->on_message(connection_->timeline.length(), now);
  bool handing_over = connection_->handing_over;
  if (phase_ == Phase::Closing && !handing_over) connection_->closing = now;
  Result<Message> message = parse_message(text);
  if (message) {
    listener_.on_raw(text, std::get_if<Unknown>(&*message));
    // The next connection says the rest, of which this one may have heard half a word.
    if (!handing_over || std::holds_alternative<Metadata>(*message))
      std::visit([this](const auto& is) { on_message(is); }, *message);
  } else {
    ++stats_.malformed;
    listener_.on_malformed(message.error(), text);
  }
  run();
}

// The result in the input's time, with only what is new in it.
Results Session::placed(const Results& results, const Revision& revision) const {
  Results placed = results;
  placed.start = revision.from;
  placed.duration = revision.to - revision.from;
  placed.transcript = revision.transcript;
  placed.words = revision.words;
  if (std::size_t gone = results.words.size() - revision.words.size(); gone > 0)
    take_from_front(placed.entities, static_cast<int>(gone));
  for (Search& search : placed.search)
    for (Hit& hit : search.hits)
      if (auto place = connection_->timeline.place(hit.start, hit.end)) {
        hit.start = place->start;
        hit.end = place->end;
      }
  return placed;
}

// What is beyond the audio proves nothing.
void Session::note_spoken(const Results& results) {
  Nanos now = environment_.now();
  connection_->had_results = true;
  connection_->last_results = now;
  if (!coverage_.take(results.start, std::min(results.end(), connection_->timeline.length())))
    return;
  connection_->last_progress = now;
  if (speaks_of_all() || !is_behind()) mute_ = false;
}

void Session::on_message(const Results& results) {
  note_spoken(results);
  if (!results.is_final) {
    latency_.add(connection_->timeline.length() - results.end());
    stats_.latency = latency_.report();
  }
  Position cut = transcript_.cut();
  Revision revision = transcript_.take(results, connection_->timeline);
  ++(results.is_final ? stats_.finals : stats_.interims);
  if (results.is_final) {
    stats_.words += revision.words.size();
    stats_.empty_finals += revision.words.empty();
  }
  auto place = connection_->timeline.place(results.start, results.end());
  Position middle = place ? place->middle : time_began_;
  Position first = revision.middles.empty() ? middle : revision.middles.front();
  revision.belated = !connection_->caught_up || first < *connection_->caught_up;
  bool past = first < time_began_;
  listener_.on_results(placed(results, revision), connections_, past);
  if (!revision.catches_up) publish(std::move(revision), past);
  if (transcript_.cut() > cut) {
    last_cut_ = environment_.now();
    useful();
  }
  publish_settled();
}

void Session::on_message(const Metadata& metadata) {
  // Before CloseStream it announces a loss.
  ++stats_.metadata;
  if (phase_ == Phase::Closing) connection_->metadata = true;
  listener_.on_metadata(metadata);
}

void Session::on_message(const SpeechStarted& started) {
  ++stats_.speech_started;
  auto place = connection_->timeline.place(started.timestamp, started.timestamp);
  listener_.on_speech_started(started, place ? std::optional(place->start) : std::nullopt);
}

void Session::on_message(const UtteranceEnd& ended) {
  ++stats_.utterance_ends;
  transcript_.end_utterance(ended.channel.index);
  std::optional<Nanos> time;
  if (ended.last_word_end)
    if (auto place = connection_->timeline.place(*ended.last_word_end, *ended.last_word_end))
      if (place->middle >= time_began_) time = place->end;
  listener_.on_utterance_end(ended, time);
  if (!time) return;
  Revision end;
  end.channel = ended.channel.index;
  end.from = end.to = *time;
  end.final = end.ends_utterance = true;
  publish(std::move(end));
  publish_settled();
}

void Session::on_message(const ServiceError& error) {
  ++stats_.service_errors;
  listener_.on_service_error(error);
}

void Session::on_message(const Unknown&) {
  ++stats_.unknown;
}

// Up to where the service has made up its mind, on one channel or on all.
Position Session::decided(std::optional<int> channel) const {
  Position cut = channel ? transcript_.cut(*channel) : transcript_.cut();
  return intake_.backlog().after_dropped(cut);
}

// Up to where nobody waits any longer.
Position Session::settled() const {
  return intake_.backlog().after_dropped(std::max(transcript_.cut(), let_go_));
}

void Session::publish(Revision revision, bool past) {
  if (revision.final && past) {
    Revision before = revision.take_before(time_began_);
    before.pack_before(Nanos(0));
    held_.push_back(std::move(before));
    if (revision.words.empty()) return;
  }
  if (revision.final)
    held_.push_back(std::move(revision));
  else if (!past)
    listener_.on_revision(before_new_time(std::move(revision)));
}

// What was said last and never became final.
void Session::promote() {
  for (Revision& left : transcript_.finish(intake_.backlog().cursor())) {
    stats_.promoted_words += left.words.size();
    left.belated = true;
    listener_.on_promoted(left, connections_);
    publish(std::move(left));
  }
}

// An interim's words of a time that has not begun yet wait for their final.
Revision Session::before_new_time(Revision revision) {
  const std::deque<Mark>& marks = intake_.marks();
  auto next = std::find_if(marks.begin(), marks.end(), [](auto& mark) { return mark.new_time; });
  return next == marks.end() ? std::move(revision) : revision.take_before(next->at);
}

// Tells what is held of the words before `position`.
void Session::tell_before(Position position) {
  std::vector<Revision> held = std::exchange(held_, {});
  for (Revision& revision : held) {
    Revision before = revision.take_before(position);
    bool rest = !revision.words.empty();
    if (!rest || !before.words.empty()) listener_.on_revision(before);
    if (rest) held_.push_back(std::move(revision));
  }
}

// A word that lies across a mark leaves behind it, and its time is not over before.
std::optional<Nanos> Session::settled_at(const Mark& mark) const {
  if (!mark.end_pts || mark.new_time) return mark.end_pts;
  Nanos until = *mark.end_pts;
  for (const Revision& revision : held_) {
    const Word& first = revision.words.front();
    if (first.end > *mark.end_pts) until = std::min(until, first.start);
  }
  return until;
}

// Words leave before the mark that they belong before, and those behind it wait until it is
// reached.
void Session::publish_settled() {
  std::deque<Mark>& marks = intake_.marks();
  Position until = settled();
  bool connected = phase_ != Phase::Idle && phase_ != Phase::Over;
  while (true) {
    tell_before(marks.empty() ? std::numeric_limits<Position>::max() : marks.front().at);
    if (marks.empty() || marks.front().at > until) break;
    if (marks.front().ends_connection() && (connected || decided() < marks.front().at)) break;
    Mark mark = std::move(marks.front());
    marks.pop_front();
    if (mark.ask == Mark::Ask::End) {
      tell_dropped();
      listener_.on_stats(stats());  // who hears of the end may ask at once
    }
    tell_settled(settled_at(mark));
    if (mark.awaited && mark.end_pts) listener_.on_awaited(*mark.end_pts);
    if (mark.new_time) {
      published_.reset();
      time_began_ = mark.at;
    }
    if (mark.parcel) listener_.on_mark(std::move(mark.parcel));
  }
  bool at_mark = !marks.empty() && marks.front().at <= until;
  tell_settled(at_mark ? marks.front().end_pts : intake_.track().pts_after(until));
  controls_.settle([this](std::optional<int> channel) { return decided(channel); });
  intake_.settle(transcript_.cut());
  if (connection_) connection_->timeline.trim(connection_->timeline.time_of(transcript_.cut()));
}

// The text must get to there, whatever it costs.
void Session::tell_awaited(Position position) {
  if (std::optional<Nanos> time = intake_.track().pts_after(position)) listener_.on_awaited(*time);
}

void Session::tell_settled(std::optional<Nanos> time) {
  if (!time || (published_ && *time <= *published_)) return;
  published_ = time;
  listener_.on_settled(*time);
}

void Session::state(ConnectionState state, const Loss* loss, std::optional<FaultClass> kind,
                    Nanos retry_in) {
  stats_.state = state;
  ConnectionEvent event;
  event.state = state;
  event.connection = connections_;
  event.attempt = attempt_;
  event.language = std::get<std::string>(query_.in_force().options.at("language"));
  if (connection_) {
    event.attempt = connection_->attempt;
    event.request_id = connection_->request_id;
    event.hands_over = connection_->handing_over;
  }
  if (loss) {
    event.loss = *loss;
    event.request_id = loss->request_id;
  }
  event.kind = kind;
  event.retry_in = retry_in;
  listener_.on_connection(event);
}

}  // namespace dg
