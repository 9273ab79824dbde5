// SPDX-License-Identifier: LGPL-2.1-or-later
// Random schedules of everything that a session can meet, in virtual time. DG_SCHEDULES says how
// many, DG_SEED where to start: a schedule that fails prints its seed and runs alone with
// DG_SEED=<seed> DG_SCHEDULES=1.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/packets.h"
#include "support/sessionrun.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using testing::kWordEvery;
using testing::SessionRun;
using testing::Told;
using testing::VirtualFault;
using testing::VirtualService;
using testing::VirtualTime;

constexpr int kEnd = 1'000'000;

long from_environment(const char* name, long otherwise) {
  const char* value = std::getenv(name);
  return value ? std::atol(value) : otherwise;
}

// One schedule: what the input does, what goes wrong, and what must come out.
class Schedule {
 public:
  explicit Schedule(std::uint64_t seed)
      : random_(seed),
        live_(chance(0.4)),
        drops_(live_ && chance(0.3)),
        service_(time_, seed),
        run_(std::in_place, time_, service_, limits()) {
    int healthy_from = pick(0, 4);
    service_.fault = [this, healthy_from](int connection) {
      return connection > healthy_from ? VirtualFault{} : fault();
    };
    static constexpr int kInterimEvery[] = {1, 3, 10};  // some services make up their mind first
    service_.interim_every = kInterimEvery[pick(0, 2)];
    service_.stutters = chance(0.1);
    service_.speaks_of_words_only = !keeps_little_ && chance(0.1);  // else it is waited for
    Nanos slowest = pick(0, 3) * 300ms;
    service_.delay = [this, slowest] { return Nanos(pick64(0, slowest.count())); };
  }

  // The first thing that is wrong, or nothing.
  std::string wrong() {
    run_->now_is.live = live_;
    run_->give_mark(next_mark_++, Mark::Ask::Finalize, true);
    int moves = pick(3, 14);
    for (int i = 0; i < moves; ++i) move();
    if (chance(0.05)) return stop();
    run_->give_mark(kEnd, Mark::Ask::End);
    bool ended = run_->await_mark(kEnd, 3600s);
    if (std::getenv("DG_VERBOSE")) describe();
    if (stuck_) return "the text stayed behind the input that waited for it";
    return ended ? check() : "the end never came";
  }

 private:
  struct Expected {
    int word;
    Nanos start, length;
    int marks;  // that came before it
  };

  Limits limits() {
    Limits limits;
    paced_ = chance(0.2);
    limits.max_rate = paced_ ? 1.25 : 0;
    if (chance(0.2)) limits.idle_timeout = pick(1, 10) * 1s;
    if (chance(0.3)) {
      limits.silence.threshold = -150;  // all but digital silence
      kept_back_ = limits.silence.pre_roll;
      limits.silence.hold = pick(0, 20) * 100ms;
    }
    limits.reconnect_timeout = 0s;
    limits.drain_patience = 3600s;
    limits.change_patience = pick(0, 8) * 1s;
    limits.drain_timeout = 60s;  // what is dead is noticed before that
    limits.max_backlog = drops_ ? pick(1, 5) * 1s : 3600s;
    if (drops_ && chance(0.3)) limits.overflow = Overflow::SkipToLive;
    keeps_little_ = !live_ && chance(0.5);
    if (keeps_little_) {
      limits.liveness.results_timeout = 5s;  // a service decides after 4 s and a word, at most
      limits.max_backlog = pick(10, 15) * 1s;
    }
    return limits;
  }

  std::int64_t pick64(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
  }
  int pick(int least, int most) { return static_cast<int>(pick64(least, most)); }
  bool chance(double p) { return std::bernoulli_distribution(p)(random_); }

  VirtualFault fault() {
    using Kind = VirtualFault::Kind;
    static constexpr Kind kinds[] = {
        Kind::None,        Kind::Refuse, Kind::NeverAnswer, Kind::Drop,       Kind::Close,
        Kind::StopReading, Kind::Drop,   Kind::ForgetClose, Kind::NoMetadata, Kind::Garbage,
        Kind::Freeze,      Kind::Vanish, Kind::Mute,        Kind::AnswerLate};
    static constexpr int statuses[] = {500, 502, 503, 504, 429, 408};
    static constexpr int codes[] = {1000, 1001, 1005, 1006, 1011, 1012, 1013, 1014, 3000, 4000};
    Kind kind = kinds[pick(0, static_cast<int>(std::size(kinds)) - 1)];
    stops_reading_ |= kind == Kind::StopReading || kind == Kind::Freeze;
    bool falls_silent = kind == Kind::Freeze || kind == Kind::Vanish || kind == Kind::Mute;
    silent_ |= falls_silent;
    // One that speaks of nothing from the start is not waited for.
    int after = falls_silent && keeps_little_ ? pick(10'000, 15'000) : pick(1, 6000);
    return {kind, statuses[pick(0, static_cast<int>(std::size(statuses)) - 1)],
            codes[pick(0, static_cast<int>(std::size(codes)) - 1)], after, pick(1, 14) * 1s};
  }

  // Words that begin in the next `count` half seconds of the source.
  void expect(std::int64_t from, std::int64_t count, Nanos pts) {
    for (std::int64_t i = 0; i < count; ++i)
      expected_.push_back({static_cast<int>((from / kWordEvery + i) % testing::kWords),
                           pts + duration_of(i * kWordEvery + testing::kWordFrom),
                           duration_of(testing::kWordSamples), next_mark_});
  }

  Nanos duration_of(std::int64_t samples) const { return format_.duration_of(samples); }

  // Whole words in buffers of any size.
  void audio() {
    std::int64_t count = pick(1, 8);
    std::int64_t end = source_ + count * kWordEvery;
    expect(source_, count, pts_);
    while (source_ < end) {
      std::int64_t samples = std::min<std::int64_t>(pick(1, 300), end - source_);
      run_->give_audio(source_, samples, pts_, format_);
      source_ += samples;
      pts_ += duration_of(samples);
      if (live_) run_->pass_until(time_.now() + duration_of(samples));
    }
    audio_end_ = pts_;
    heard_since_configured_ = true;
  }

  void silence() {
    std::int64_t samples = pick(1, format_.is_packets() ? 500 : 6000);
    run_->give_bytes(std::vector<std::byte>(static_cast<std::size_t>(samples) * 2), pts_, format_);
    pts_ += duration_of(samples);
    if (live_) run_->pass_until(time_.now() + duration_of(samples));
  }

  void hole() {
    Nanos length = pick(1, 1500) * 1ms;
    switch (pick(0, 2)) {
      case 0:  // a jump
        break;
      case 1:  // declared
        run_->give(Hole{pts_, pts_ + length, true});
        break;
      default:  // declared in parts
        for (Nanos at{}; at < length; at += 20ms)
          run_->give(Hole{pts_ + at, pts_ + std::min(at + 20ms, length), true});
    }
    pts_ += length;
    if (live_) run_->pass_until(time_.now() + length);
  }

  void flush() {
    run_->give(Flush{});
    expected_.clear();
    run_->told.clear();
    heard_since_configured_ = false;
    marks_out_ = next_mark_;
    first_after_flush_ = true;
    new_time();
  }

  // A segment.
  void new_time() {
    segment_ = next_mark_++;
    run_->give_mark(segment_, Mark::Ask::Finalize, true);
    pts_ = pick(0, 100) * 1s;
    audio_end_.reset();
  }

  // The input stops for as long as it takes to be noticed and answered, or let go of.
  void stall() {
    run_->awaited = chance(0.7);
    std::size_t changes = run_->states.size();
    bool open = run_->stats.state == ConnectionState::Connected;
    run_->pass_until(time_.now() + 6s);
    bool stays_open = open && changes == run_->states.size();
    bool all_written = !paced_ && !stops_reading_ && run_->stats.audio.pending == 0;
    bool is_stall = run_->awaited && !live_ && stays_open && all_written && audio_end_;
    if (!is_stall) return;
    std::optional<Nanos> settled;
    for (const Told& told : run_->told) {
      if (told.kind == Told::Kind::Settled) settled = told.start;
      if (told.kind == Told::Kind::Mark && told.mark == segment_) settled.reset();
    }
    // The silence gate keeps some, which may be where a word begins.
    if (settled.value_or(-1s) + kept_back_ + 1ms < *audio_end_) stuck_ = true;
  }

  // The application tells the service something, behind the audio so far.
  void control() {
    if (chance(0.5)) return run_->finalize(chance(0.5) ? std::optional(0) : std::nullopt);
    numerals_ = chance(0.5);
    heard_since_configured_ = false;
    run_->configure(numerals_);
  }

  bool ever_connected() const {
    return std::any_of(run_->states.begin(), run_->states.end(), [](const ConnectionEvent& event) {
      return event.state == ConnectionState::Connected;
    });
  }

  // A property changes, or several do; now and then to what makes no request.
  void change() {
    for (int i = pick(1, 3); i > 0; --i) {
      bool refused = ever_connected() && chance(0.2);
      run_->wanted.options.set("keywords", std::vector<std::string>(refused ? 1 : 0, "refused"));
      run_->set("model", refused ? "nova-3" : "m" + std::to_string(pick(0, 3)));
      if (live_ && chance(0.5)) run_->pass_until(time_.now() + pick(0, 400) * 1ms);
    }
  }

  void change_caps() {
    int rate = format_.rate;
    if (chance(0.5)) {
      rate = 3000 - rate;
    } else {
      format_ = format_.is_packets() ? testing::kVirtualFormat : testing::kPackets;
    }
    format_.rate = rate;
  }

  void move() {
    switch (pick(0, 11)) {
      case 0:
        return chance(0.5) ? hole() : silence();
      case 1:
        if (chance(0.3)) {
          change_caps();
          return;
        }
        return run_->give_mark(next_mark_++, Mark::Ask::Nothing);
      case 2:
        return new_time();
      case 3:
        if (chance(0.5)) return stall();
        run_->awaited = chance(0.5);
        return run_->pass_until(time_.now() + pick(0, 20) * 500ms);
      case 4:
        if (chance(0.3)) return flush();
        return audio();
      case 5:
        return control();
      case 6:
        return change();
      default:
        return audio();
    }
  }

  void describe() {
    for (const auto& [from, to] : run_->dropped)
      std::printf("dropped %.3f to %.3f\n", std::chrono::duration<double>(from).count(),
                  std::chrono::duration<double>(to).count());
    std::printf("unprotected %ld\n", static_cast<long>(run_->stats.audio.unprotected));
    for (const Loss& loss : run_->warnings) std::printf("warning %s\n", details(loss).c_str());
    for (const Results& is : run_->results)
      std::printf("%s %.3f +%.3f %s\n", is.is_final ? "final" : "interim",
                  std::chrono::duration<double>(is.start).count(),
                  std::chrono::duration<double>(is.duration).count(), is.transcript.c_str());
    for (const ConnectionEvent& event : run_->states)
      std::printf("connection %u %s %s\n", event.connection, connection_state_name(event.state),
                  event.loss ? details(*event.loss).c_str() : "");
    for (const Told& told : run_->told)
      std::printf("told kind %d word %d at %.3f mark %d\n", static_cast<int>(told.kind), told.word,
                  std::chrono::duration<double>(told.start).count(), told.mark);
    for (const Expected& expected : expected_)
      std::printf("expected word %d at %.3f, mark %d\n", expected.word,
                  std::chrono::duration<double>(expected.start).count(), expected.marks);
  }

  // The session goes in the middle of whatever it does, and calls nobody any more.
  std::string stop() {
    run_.reset();
    Nanos end = time_.now() + 100s;
    while (time_.now() < end && time_.step()) continue;
    return "";
  }

  // Audio that nobody can ever transcribe.
  bool is_lost(const Expected& expected) const {
    if (run_->stats.audio.unprotected > 0) return true;
    return std::any_of(run_->dropped.begin(), run_->dropped.end(), [&](const auto& span) {
      return expected.start < span.second + 2ms &&
             span.first < expected.start + expected.length + 2ms;
    });
  }

  std::string check() {
    if (!run_->failures.empty()) return "it failed";
    const AudioLedger& audio = run_->stats.audio;
    if (audio.received != audio.sent + audio.gated + audio.dropped + audio.pending)
      return "the ledger does not balance";
    if (audio.received != run_->given) return "not all that was given was received";
    if (service_.seen().samples > audio.sent + audio.replayed + audio.filled)
      return "more was heard than was written";
    if (service_.seen().empty_frames > 0) return "a frame without audio";
    for (const std::string& url : service_.seen().urls)
      if (url.find("refused") != std::string::npos) return "a dial with what makes no request";
    if (heard_since_configured_ && !drops_ && service_.seen().numerals != numerals_)
      return "what was configured last was not in force at the end";
    if (service_.seen().broken_packets > 0) return "a frame that is not a packet";
    if (audio.unprotected > 0 && !drops_) return "more was under way than is kept";
    return check_told();
  }

  std::string check_told() {
    std::size_t next = 0;
    int mark = marks_out_;
    std::optional<Nanos> settled;
    for (const Told& told : run_->told) {
      if (told.kind == Told::Kind::Flush) return "a flush that nobody asked for";
      if (told.kind == Told::Kind::Settled) settled = told.start;
      if (told.kind == Told::Kind::Mark) {
        if (told.mark != kEnd && told.mark != mark) return "marks out of order";
        ++mark;
        settled.reset();
      }
      if (told.kind != Told::Kind::Word) continue;
      while (drops_ && next < expected_.size() && expected_[next].word != told.word &&
             is_lost(expected_[next]))
        ++next;
      if (next == expected_.size()) return "a word too many: " + std::to_string(told.word);
      const Expected& expected = expected_[next++];
      std::string where = "word " + std::to_string(next - 1) + ": ";
      if (told.word != expected.word)
        return where + std::to_string(expected.word) + " expected, told " +
               std::to_string(told.word);
      // Live, or when its question is not answered, a mark does not wait for long; then there is
      // only a place behind it.
      bool late = (live_ || silent_) && expected.marks < mark && told.end <= Nanos(0);
      if (!late && abs(told.start - expected.start) > 2ms)
        return where + "at " + std::to_string(told.start.count()) + ", not " +
               std::to_string(expected.start.count());
      if (!live_ && !silent_ && expected.marks != mark)
        return where + "on the wrong side of a mark";
    }
    while (drops_ && next < expected_.size() && is_lost(expected_[next])) ++next;
    if (next != expected_.size())
      return "lost from word " + std::to_string(next) + " of " + std::to_string(expected_.size());
    return "";
  }

  std::mt19937_64 random_;
  bool live_, drops_, paced_ = false, keeps_little_ = false;
  Nanos kept_back_{};
  VirtualTime time_;
  VirtualService service_;
  std::optional<SessionRun> run_;
  AudioFormat format_ = chance(0.3) ? testing::kPackets : testing::kVirtualFormat;
  bool silent_ = false, first_after_flush_ = false;
  bool stops_reading_ = false, stuck_ = false;
  bool numerals_ = false, heard_since_configured_ = false;
  std::optional<Nanos> audio_end_;  // of this segment
  int segment_ = 0;
  std::int64_t source_ = 0;
  Nanos pts_{};
  int next_mark_ = 0, marks_out_ = 0;
  std::vector<Expected> expected_;
};

// Plays schedules on all processors; what a schedule does depends on its seed alone.
class Player {
 public:
  Player(std::uint64_t first, std::uint64_t count) : next_(first), end_(first + count) {}

  void play() {
    unsigned players = std::max(std::thread::hardware_concurrency(), 1U);
    if (end_ - next_ == 1) players = 1;
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < players; ++i) threads.emplace_back([this] { play_some(); });
    play_some();
  }

 private:
  static constexpr int kEnough = 5;  // complaints

  void play_some() {
    for (std::uint64_t seed; wrong_ < kEnough && (seed = next_++) < end_;) {
      std::string complaint = Schedule(seed).wrong();
      if (complaint.empty() && !std::getenv("DG_VERBOSE")) continue;
      ++wrong_;
      ADD_FAILURE() << "DG_SEED=" << seed << " DG_SCHEDULES=1: " << complaint;
    }
  }

  std::atomic<std::uint64_t> next_;
  const std::uint64_t end_;
  std::atomic<int> wrong_ = 0;
};

TEST(SessionSimulation, TellsEveryWordOnceInOrderAtItsTime) {
  long schedules = from_environment("DG_SCHEDULES", 100'000);
  auto first = static_cast<std::uint64_t>(
      from_environment("DG_SEED", static_cast<long>(std::random_device{}())));
  std::printf("DG_SEED=%lu DG_SCHEDULES=%ld\n", static_cast<unsigned long>(first), schedules);
  Player(first, static_cast<std::uint64_t>(schedules)).play();
}

}  // namespace
}  // namespace dg
