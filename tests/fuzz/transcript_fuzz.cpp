// SPDX-License-Identifier: LGPL-2.1-or-later
// What a service may say of audio that was sent, whatever it says and in whichever order, over any
// number of connections. An input is a row of actions, a letter each with what it takes behind it.
#include <algorithm>
#include <string>

#include "core/backlog.h"
#include "core/timeline.h"
#include "core/transcript.h"
#include "fuzz/bytes.h"
#include "fuzz/target.h"

namespace dg {
namespace {

using testing::Bytes;
using testing::require;

constexpr AudioFormat kFormats[] = {
    {Encoding::Linear16, 16000, 1}, {Encoding::Mulaw, 8000, 1}, {Encoding::Linear16, 44100, 2}};
constexpr std::int64_t kLongestPiece = 2047;                 // samples
constexpr std::int64_t kLatest = 1'000'000'000'000'000'000;  // ns, of a time in a message
constexpr Nanos kJitter = std::chrono::milliseconds(1);      // of what counts as without a jump

class Conversation {
 public:
  explicit Conversation(Bytes& in)
      : in_(in), format_(kFormats[in.number(0, 2)]), pts_(in.number(0, kLatest)) {
    connect();
  }

  void run() {
    while (!in_.empty()) {
      act();
      check();
    }
    finish();
    check();
  }

 private:
  void act() {
    switch (in_.byte()) {
      case 'a':
        return accept(in_.number(1, kLongestPiece));
      case 'w':
        return write(in_.number(1, 4095));
      case 'h':
        pts_ = Nanos(in_.number(0, kLatest));
        return;
      case 'g':
        pts_ += Nanos(in_.number(-100'000'000, 100'000'000));
        return;
      case 'r':
        return take(results());
      case 'j':
        return take_json(in_.line());
      case 's':
        return timeline_.split();
      case 'd':
        backlog_.drop_oldest(Nanos(in_.number(0, 1'000'000'000)));
        return;
      case 'b':
        return backlog_.bound_written(Nanos(in_.number(0, 1'000'000'000)));
      case 't':
        backlog_.settle(transcript_.cut());
        return timeline_.trim(timeline_.time_of(transcript_.cut()));
      case 'x':
        return connect();
      case 'e':
        finish();
        return connect();
      default:
        return;
    }
  }

  void accept(std::int64_t samples) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(samples) * format_.bytes_per_sample());
    pts_ = std::max(pts_, Nanos(0));
    backlog_.append({pts_, format_, std::move(bytes), in_.flag()});
    pts_ += format_.duration_of(samples);
  }

  void write(std::int64_t samples) {
    while (samples > 0) {
      auto slice = backlog_.ahead(samples);
      if (!slice) return;
      sent(*slice, slice->samples);
      samples -= slice->samples;
      backlog_.written(slice->samples);
    }
  }

  void sent(const Backlog::Slice& slice, std::int64_t samples) {
    timeline_.sent(slice.from, slice.pts, samples);
    earliest_ = std::min(earliest_, slice.pts);
    latest_ = std::max(latest_, slice.pts + format_.duration_of(samples));
    written_ = std::max(written_, slice.from + samples);
  }

  // The last connection is gone, if there was one; what is not settled goes out again.
  void connect() {
    Position cut = backlog_.after_dropped(transcript_.cut());
    backlog_.rewind(cut);
    timeline_ = Timeline(format_);
    earliest_ = Nanos(2 * kLatest);
    latest_ = Nanos(0);
    if (auto slice = backlog_.ahead(1))
      sent(*slice, 0);
    else
      sent({backlog_.end(), pts_, format_, {}, 0}, 0);
    transcript_.connected(static_cast<int>(in_.number(-1, 21)));
    told_ = cut_ = transcript_.cut();
  }

  Nanos time() {
    constexpr std::int64_t units[] = {1'000'000, 20'000'000, 1'000'000'000, 1};
    std::int64_t unit = units[in_.number(0, 3)];
    return Nanos(unit == 1 ? in_.number(0, kLatest) : in_.number(0, 255) * unit);
  }

  Results results() {
    Results results;
    std::uint8_t flags = in_.byte();
    results.is_final = flags & 1;
    results.speech_final = flags & 2;
    results.from_finalize = flags & 4;
    if (flags & 8) results.channel.index = static_cast<int>(in_.number(0, 255));
    results.channel.count = results.channel.index + 1;
    results.start = time();
    results.duration = time();
    results.transcript = flags & 16 ? "text" : "";
    for (std::int64_t left = in_.number(0, 15); left > 0; --left) {
      Word word;
      word.word = word.punctuated_word = std::string(1, static_cast<char>('a' + left));
      word.start = time();
      word.end = std::min(word.start + time(), Nanos(kLatest));
      results.words.push_back(std::move(word));
    }
    return results;
  }

  void take_json(std::string_view json) {
    auto message = parse_message(json);
    if (!message) return;
    if (auto* results = std::get_if<Results>(&*message)) take(*results);
  }

  void take(const Results& results) {
    Position cut = transcript_.cut();
    Revision revision = transcript_.take(results, timeline_);
    require(revision.final == results.is_final, "a result is what it says");
    require(results.is_final || transcript_.cut() == cut, "an interim leaves the cut alone");
    require(revision.channel >= 0 && revision.channel < 20, "there are 20 channels at most");
    check(revision);
    check_replayed(results, revision);
    split(revision);
  }

  void check(const Revision& revision) {
    require(revision.words.size() == revision.middles.size(), "each word has a middle");
    require(revision.from <= revision.to, "a revision ends behind its start");
    for (Position middle : revision.middles)
      require(middle >= 0 && middle <= written_, "a word lies in what was sent");
    for (const Word& word : revision.words) {
      require(word.start <= word.end, "a word ends behind its start");
      require(word.start >= earliest_ - kJitter && word.end <= latest_ + kJitter,
              "a word has a time that was sent");
    }
  }

  // On a connection that began anew no word comes again which lies before the cut, as far as
  // that was sent here.
  void check_replayed(const Results& results, const Revision& revision) {
    Nanos done = timeline_.time_of(told_);
    if (done == Nanos(0)) return;
    auto is_new = [&](const Word& word) { return word.start + (word.end - word.start) / 2 > done; };
    auto most = std::count_if(results.words.begin(), results.words.end(), is_new);
    require(std::ssize(revision.words) <= most, "no word is told twice");
  }

  void split(const Revision& revision) {
    Revision rest = revision;
    Position position = in_.number(0, 65535);
    Revision before = rest.take_before(position);
    require(before.words.size() + rest.words.size() == revision.words.size() &&
                before.middles.size() == before.words.size() &&
                rest.middles.size() == rest.words.size(),
            "splitting a revision loses none of its words");
    if (std::is_sorted(revision.middles.begin(), revision.middles.end()))
      require((before.middles.empty() || before.middles.back() < position) &&
                  (rest.middles.empty() || rest.middles.front() >= position),
              "a revision is split where it was asked to");
    require(before.from <= before.to && rest.from <= rest.to, "parts end behind their starts");
    before.pack_before(Nanos(0));
    require(before.to == Nanos(0) && before.from <= before.to, "what is over ends where it should");
    Nanos end = before.from;
    for (const Word& word : before.words) {
      require(word.start == end && word.start <= word.end, "packed words lie in a row");
      end = word.end;
    }
  }

  void finish() {
    for (const Revision& left : transcript_.finish(backlog_.cursor())) {
      require(left.final && left.ends_utterance, "what is left is final");
      require(!left.transcript.empty(), "nothing is promoted that says nothing");
      require(left.words.size() == left.middles.size(), "each word has a middle");
    }
    require(transcript_.cut() >= backlog_.cursor(), "all that was written is settled");
    require(transcript_.finish(backlog_.cursor()).empty(), "nothing is promoted twice");
  }

  void check() {
    require(transcript_.cut() >= cut_, "the cut never goes back");
    cut_ = transcript_.cut();
    require(cut_ <= std::max(written_, backlog_.cursor()), "the cut is in what was sent");
    require(transcript_.duplicate_words() >= duplicates_, "duplicates are counted up");
    duplicates_ = transcript_.duplicate_words();
    if (auto end = timeline_.position_at(timeline_.length()))
      require(*end <= written_, "a position is in what was sent");
    const AudioLedger& ledger = backlog_.ledger();
    require(ledger.received == ledger.sent + ledger.dropped + ledger.pending && ledger.pending >= 0,
            "the ledger is balanced");
  }

  Bytes& in_;
  AudioFormat format_;
  Nanos pts_;
  Backlog backlog_;
  Transcript transcript_;
  Timeline timeline_{format_};
  Nanos earliest_{}, latest_{};  // of what this connection was sent
  Position written_ = 0;         // the end of what any was
  Position cut_ = 0, told_ = 0;  // the last cut, and that at the connection's begin
  int duplicates_ = 0;
};

}  // namespace
}  // namespace dg

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dg::testing::Bytes in(data, size);
  dg::Conversation(in).run();
  return 0;
}
