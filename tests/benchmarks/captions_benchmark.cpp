// SPDX-License-Identifier: LGPL-2.1-or-later
// What a result, a release and a tick cost by the number of words, beside what it costs to copy
// these words: `floors` is the ratio, which says more of the code than of the machine.
#include <algorithm>
#include <chrono>
#include <map>
#include <string>

#include <benchmark/benchmark.h>

#include "core/captions.h"
#include "support/broadcast.h"
#include "support/captionscript.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kWord = 300ms, kLatency = 2s;

std::vector<Word> some_words(std::int64_t count) {
  std::vector<Word> out;
  for (std::int64_t i = 0; i < count; ++i) {
    out.push_back(Broadcast::word_at(static_cast<std::uint64_t>(i)));
    out.back().start = i * kWord;
    out.back().end = out.back().start + kWord;
    out.back().speaker.reset();
  }
  return out;
}

// Seconds that a copy of so many words takes in this run.
double floor_of(std::int64_t count) {
  static std::map<std::int64_t, double> known;
  double& floor = known[count];
  if (floor > 0) return floor;
  std::vector<Word> words = some_words(count);
  const auto times = static_cast<int>(20'000 / count + 1);
  floor = 1;
  for (int round = 0; round < 20; ++round) {
    auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < times; ++i) {
      std::vector<Word> copy = words;
      benchmark::DoNotOptimize(copy.data());
    }
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    floor = std::min(floor, took.count() / times);
  }
  return floor;
}

constexpr const char* kFloors = "floors";

void compare_with_floor(benchmark::State& state, std::int64_t words) {
  using benchmark::Counter;
  state.counters[kFloors] =
      Counter(floor_of(words), Counter::kIsIterationInvariantRate | Counter::kInvert);
}

// The library takes what is a ratio for seconds.
class Reporter : public benchmark::ConsoleReporter {
 public:
  Reporter() : ConsoleReporter(OO_Tabular) {}
  void ReportRuns(const std::vector<Run>& runs) override {
    std::vector<Run> out = runs;
    for (Run& run : out) run.counters[kFloors].flags = benchmark::Counter::kDefaults;
    ConsoleReporter::ReportRuns(out);
  }
};

// A result that is said again and again, each time later.
class Repeated {
 public:
  explicit Repeated(std::int64_t words)
      : result_(final(0s, words * kWord, some_words(words), true)),
        interim_(dg::interim(0s, words * kWord, some_words(words))),
        length_(words * kWord + 1s) {}

  // The final; its interim is later too.
  const Revision& next() {
    for (Revision* revision : {&result_, &interim_}) delay(*revision);
    return result_;
  }
  const Revision& result() const { return result_; }
  const Revision& interim() const { return interim_; }

 private:
  void delay(Revision& revision) const {
    revision.from += length_;
    revision.to += length_;
    for (Word& word : revision.words) {
      word.start += length_;
      word.end += length_;
    }
  }

  Revision result_, interim_;
  Nanos length_;
};

// Of all places of a text, each.
void break_place(benchmark::State& state) {
  std::vector<Word> text = some_words(108);
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(break_between(text[i].word, text[i + 1].word));
    i = (i + 1) % (text.size() - 1);
  }
  compare_with_floor(state, 1);
}

void floor(benchmark::State& state) {
  std::vector<Word> words = some_words(state.range(0));
  for (auto _ : state) {
    std::vector<Word> copy = words;
    benchmark::DoNotOptimize(copy.data());
  }
  compare_with_floor(state, state.range(0));
}

void word_release_final(benchmark::State& state) {
  WordRelease release(InterimStrategy::Deadline);
  Repeated speech(state.range(0));
  for (auto _ : state) {
    release.take(speech.next());
    benchmark::DoNotOptimize(release.said().size());
  }
  compare_with_floor(state, state.range(0));
}

// An interim in place of one that is the same.
void word_release_interim(benchmark::State& state) {
  WordRelease release(InterimStrategy::Deadline);
  Revision interim = Repeated(state.range(0)).interim();
  for (auto _ : state) release.take(interim);
  compare_with_floor(state, state.range(0));
}

// All of an interim was given out; then the final has it.
void word_release_confirm(benchmark::State& state) {
  WordRelease release(InterimStrategy::Deadline);
  Repeated speech(state.range(0));
  for (auto _ : state) {
    speech.next();
    release.take(speech.interim());
    release.due(speech.result().to);
    release.take(speech.result());
    benchmark::DoNotOptimize(release.said().size());
  }
  compare_with_floor(state, state.range(0));
}

// A file's: a final, and all that it lets go of.
void captions_final(benchmark::State& state, Granularity granularity) {
  Captions captions(style_of(granularity));
  captions.restart(0s);
  Repeated speech(state.range(0));
  for (auto _ : state) {
    captions.take(speech.next());
    captions.settled(speech.result().to);
    benchmark::DoNotOptimize(captions.release().size());
  }
  compare_with_floor(state, state.range(0));
}

// Live: an interim of which nothing is due.
void captions_interim(benchmark::State& state, Granularity granularity) {
  Captions captions(style_of(granularity));
  captions.restart(0s);
  captions.due(0s, kLatency);
  Repeated speech(state.range(0));
  speech.next();
  Revision interim = speech.interim();
  for (auto _ : state) {
    captions.take(interim);
    benchmark::DoNotOptimize(captions.release().size());
  }
  compare_with_floor(state, state.range(0));
}

// Live: words fall due one by one, then their final comes.
void captions_live(benchmark::State& state, Granularity granularity) {
  Captions captions(style_of(granularity));
  captions.restart(0s);
  Repeated speech(state.range(0));
  for (auto _ : state) {
    const Revision& result = speech.next();
    captions.take(speech.interim());
    for (const Word& word : result.words) {
      captions.due(word.start, word.start + kLatency);
      benchmark::DoNotOptimize(captions.release().size());
    }
    captions.take(result);
    captions.settled(result.to);
    benchmark::DoNotOptimize(captions.release().size());
  }
  compare_with_floor(state, state.range(0));
}

// A tick, as a live stream has twenty a second; time goes on by so little that all else stays.
void ticks(benchmark::State& state, Captions& captions, Nanos due) {
  for (auto _ : state) {
    due += Nanos(1);
    captions.due(due, due + kLatency);
    benchmark::DoNotOptimize(captions.release().size());
  }
  compare_with_floor(state, 1);
}

void tick_with_nothing(benchmark::State& state, Granularity granularity) {
  Captions captions(style_of(granularity));
  captions.restart(0s);
  captions.take(interim(0s, 1s, {}));
  ticks(state, captions, 1s);
}

void tick_with_text(benchmark::State& state, Granularity granularity) {
  Captions captions(style_of(granularity));
  captions.restart(0s);
  captions.take(interim(0s, 1s, some_words(10)));
  captions.due(2700ms, 4700ms);
  captions.release();
  ticks(state, captions, 2710ms);
}

// Words are known that are not due.
void tick_before_final(benchmark::State& state, Granularity granularity) {
  Captions captions(style_of(granularity));
  captions.restart(0s);
  captions.take(final(10s, 13s, words("so that nobody had to look up at the", 10s, kWord)));
  captions.settled(13s);
  ticks(state, captions, 1s);
}

void by_words(benchmark::internal::Benchmark* it) {
  for (int words : {1, 10, 50, 200, 1000}) it->Arg(words);
}

BENCHMARK(floor)->Apply(by_words);
BENCHMARK(break_place);
BENCHMARK(word_release_final)->Apply(by_words);
BENCHMARK(word_release_interim)->Apply(by_words);
BENCHMARK(word_release_confirm)->Apply(by_words);

void register_all() {
  const std::pair<const char*, Granularity> kGranularities[] = {
      {"cue", Granularity::Cue},
      {"word", Granularity::Word},
      {"rollup", Granularity::RollUp},
      {"utterance", Granularity::Utterance}};
  for (auto [name, granularity] : kGranularities) {
    auto add = [name = std::string(name), granularity = granularity](const char* what, auto* run) {
      return benchmark::RegisterBenchmark((what + ("/" + name)).c_str(), run, granularity);
    };
    add("captions_final", captions_final)->Apply(by_words);
    add("captions_interim", captions_interim)->Apply(by_words);
    add("captions_live", captions_live)->Apply(by_words);
    add("tick_with_nothing", tick_with_nothing);
    add("tick_with_text", tick_with_text);
    add("tick_before_final", tick_before_final);
  }
}

}  // namespace
}  // namespace dg

int main(int argc, char** argv) {
  dg::register_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  dg::Reporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}
