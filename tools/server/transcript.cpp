// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/transcript.h"

#include <cmath>
#include <cstdio>
#include <fstream>

#include "server/engines.h"
#include "server/messagewriter.h"
#include "server/servedmodel.h"
#include "server/tones.h"
#include "server/transcriber.h"
#include "server/wav.h"

namespace dg::server {
namespace {

double seconds(Nanos time) {
  return std::chrono::duration<double>(time).count();
}

std::string line(const char* lead, Nanos start, Nanos end, const std::string& text) {
  char times[64];
  std::snprintf(times, sizeof times, "%s%.3f %.3f ", lead, seconds(start), seconds(end));
  return times + text + "\n";
}

std::string words(const Results& results, const char* lead) {
  std::string text;
  for (const Word& word : results.words)
    text += line(lead, word.start, word.end,
                 word.punctuated_word.empty() ? word.word : word.punctuated_word);
  return text;
}

std::string shown(const Results& results, TextFormat format) {
  switch (format) {
    case TextFormat::Json:
      return write(results) + "\n";
    case TextFormat::Words:
      return words(results, "");
    case TextFormat::Text:
      return line("", results.start, results.end(), results.transcript) + words(results, "  ");
  }
  return "";
}

Result<ListenQuery> query_of(const std::string& text) {
  auto pairs = split_query(text.c_str());
  if (!pairs) return Error{"--query cannot be decoded"};
  auto read = read_query(*pairs, UnknownNames::Accept);
  if (auto* refusal = std::get_if<Refusal>(&read)) return Error{"--query: " + refusal->message};
  return std::get<ListenQuery>(std::move(read));
}

}  // namespace

Result<std::string> transcribe(const Arguments& arguments) {
  RecognizerKind kind = arguments.server.recognizer;
  if (kind == RecognizerKind::Script || kind == RecognizerKind::Count)
    return Error{"--transcribe needs a recognizer that hears"};
  auto wav = read_wav(arguments.file);
  if (!wav) return wav.error();
  auto query = query_of(arguments.query);
  if (!query) return query.error();
  Engines engines;
  if (auto error = engines.check(arguments.server)) return *error;
  bool multichannel = std::get<bool>(query->options.at("multichannel"));
  ServerOptions options = arguments.server;
  options.streams = multichannel ? wav->format.channels : 1;
  auto engine = engines.reserve(options, options.streams);
  Transcriber transcriber(wav->format, multichannel ? Split::PerChannel : Split::MixedDown,
                          track_settings(query->options), *engine);
  Messages said = transcriber.hear(wav->audio), rest = transcriber.close();
  said.insert(said.end(), rest.begin(), rest.end());
  std::string text;
  for (Message& message : said) {
    auto* results = std::get_if<Results>(&message);
    if (!results || !results->is_final) continue;
    results->model = served_model(std::get<std::string>(query->options.at("model")));
    text += shown(*results, arguments.format);
  }
  return text;
}

std::optional<Error> write_tones(const Arguments& arguments) {
  AudioFormat format{Encoding::Linear16, arguments.rate, 1};
  auto samples = std::llround(arguments.seconds * arguments.rate);
  std::ofstream file(arguments.file, std::ios::binary);
  auto put = [&](std::span<const std::byte> bytes) {
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  };
  put(wav_header(format, static_cast<std::size_t>(samples) * format.bytes_per_sample()));
  for (std::int64_t at = 0; at < samples; at += format.rate) {
    Samples second(static_cast<std::size_t>(std::min<std::int64_t>(format.rate, samples - at)));
    tones::write(format.rate, at, second);
    put(std::as_bytes(std::span(second)));
  }
  if (!file.flush()) return Error{arguments.file + ": cannot be written"};
  return std::nullopt;
}

}  // namespace dg::server
