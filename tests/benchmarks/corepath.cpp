// SPDX-License-Identifier: LGPL-2.1-or-later
// What a live stream makes of a minute and a half of audio and results, without threads, sockets
// and elements, for callgrind, which counts instructions: instructions.py runs it and reads what
// the functions with a name of C cost.
//
// Usage: corepath GRANULARITY LATENCY, as the properties have them; 0 is not live.
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

#include "core/breakplace.h"
#include "core/captions.h"
#include "core/intake.h"
#include "core/message.h"
#include "core/timeline.h"
#include "core/transcript.h"
#include "support/broadcast.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kBuffer = 20ms, kTick = 50ms, kAhead = 60ms;
constexpr std::uint64_t kWords = 270;

std::string seconds(Nanos time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", std::chrono::duration<double>(time).count());
  return text;
}

// As the service writes it.
std::string json_of(const Revision& revision) {
  std::ostringstream out;
  out << R"({"type":"Results","channel_index":[0,1],"duration":)"
      << seconds(revision.to - revision.from) << R"(,"start":)" << seconds(revision.from)
      << R"(,"is_final":)" << (revision.final ? "true" : "false") << R"(,"speech_final":)"
      << (revision.ends_utterance ? "true" : "false")
      << R"(,"channel":{"alternatives":[{"transcript":")" << revision.transcript
      << R"(","confidence":0.9902344,"words":[)";
  const char* comma = "";
  for (const Word& word : revision.words) {
    out << comma << R"({"word":")" << word.word << R"(","start":)" << seconds(word.start)
        << R"(,"end":)" << seconds(word.end) << R"(,"confidence":0.98876953,"speaker":)"
        << word.speaker.value_or(0) << R"(,"punctuated_word":")" << word.punctuated_word << "\"}";
    comma = ",";
  }
  out << R"(]}]},"metadata":{"request_id":"01a03ac3-92a1-79f0-ad85-2cee59754422","model_info":)"
      << R"({"name":"general-nova-3","version":"2025-04-17.21547","arch":"nova-3"},)"
      << R"("model_uuid":"7e3b5bdf-85ed-4fd2-9f7a-7721bbcad97b"},"from_finalize":false})";
  return out.str();
}

struct Stream {
  explicit Stream(const CaptionStyle& style) : captions(style) { captions.restart(Nanos(0)); }

  Intake intake{HolePolicy{}};
  Timeline timeline{AudioFormat{}};
  Transcript transcript;
  Captions captions;
  std::vector<std::byte> frame;
};

// What is measured: each is called, and none is a part of its caller.
extern "C" {

[[gnu::noinline]] void audio_buffer(Stream& stream, Backlog::Piece piece, Nanos now) {
  stream.intake.audio(std::move(piece), now);
  Backlog& backlog = stream.intake.backlog();
  auto slice = backlog.ahead(AudioFormat{}.samples_in(kBuffer));
  stream.frame.assign(slice->bytes.begin(), slice->bytes.end());
  stream.timeline.sent(slice->from, slice->pts, slice->samples);
  backlog.written(slice->samples);
}

[[gnu::noinline]] void parse_interim(std::string_view json, Results& out) {
  out = std::get<Results>(*parse_message(json));
}

[[gnu::noinline]] void parse_final(std::string_view json, Results& out) {
  out = std::get<Results>(*parse_message(json));
}

[[gnu::noinline]] void transcribe_interim(Stream& stream, const Results& in, Revision& out) {
  out = stream.transcript.take(in, stream.timeline);
}

[[gnu::noinline]] void transcribe_final(Stream& stream, const Results& in, Revision& out) {
  out = stream.transcript.take(in, stream.timeline);
}

[[gnu::noinline]] void settle_audio(Stream& stream) {
  stream.intake.settle(stream.transcript.cut());
}

[[gnu::noinline]] std::size_t caption_interim(Stream& stream, const Revision& revision) {
  stream.captions.take(revision);
  return stream.captions.release().size();
}

[[gnu::noinline]] std::size_t caption_final(Stream& stream, const Revision& revision) {
  stream.captions.take(revision);
  stream.captions.settled(revision.to);
  return stream.captions.release().size();
}

[[gnu::noinline]] std::size_t caption_tick(Stream& stream, Nanos due, Nanos now) {
  stream.captions.due(due, now);
  return stream.captions.release().size();
}

[[gnu::noinline]] BreakPlace look_for_break(std::string_view before, std::string_view after) {
  return break_between(before, after);
}

}  // extern "C"

void send_audio(Stream& stream, Nanos& sent, Nanos until) {
  for (; sent < until; sent += kBuffer) {
    Backlog::Piece piece{sent, AudioFormat{}, {}};
    piece.bytes.resize(AudioFormat{}.bytes_per_sample() *
                       static_cast<std::size_t>(AudioFormat{}.samples_in(kBuffer)));
    audio_buffer(stream, std::move(piece), sent);
  }
}

std::size_t run(Stream& stream, Nanos latency) {
  std::size_t items = 0;
  Nanos sent{}, ticked{};
  Results results;
  Revision revision;
  for (std::uint64_t i = 0; i < kWords; ++i) {
    Revision spoken = Broadcast::result_behind(i);
    send_audio(stream, sent, spoken.to + 100ms);
    for (; latency > 0s && ticked + kTick <= spoken.to; ticked += kTick)
      items += caption_tick(stream, ticked - latency + kAhead, ticked);
    std::string json = json_of(spoken);
    (spoken.final ? parse_final : parse_interim)(json, results);
    (spoken.final ? transcribe_final : transcribe_interim)(stream, results, revision);
    settle_audio(stream);
    if (spoken.final || latency > 0s)
      items += (spoken.final ? caption_final : caption_interim)(stream, revision);
  }
  return items;
}

void look_for_breaks() {
  for (std::uint64_t i = 1; i < kWords; ++i)
    look_for_break(Broadcast::word_at(i - 1).word, Broadcast::word_at(i).word);
}

}  // namespace
}  // namespace dg

int main(int argc, char** argv) {
  using namespace dg;
  if (argc != 3) return 2;
  std::string_view name = argv[1];
  CaptionStyle style;
  style.granularity = name == "cue"      ? Granularity::Cue
                      : name == "word"   ? Granularity::Word
                      : name == "rollup" ? Granularity::RollUp
                                         : Granularity::Utterance;
  Stream stream(style);
  look_for_breaks();
  std::size_t items = run(stream, std::chrono::milliseconds(std::atoi(argv[2])));
  std::printf("%zu items\n", items);
  return items > 0 ? 0 : 1;
}
