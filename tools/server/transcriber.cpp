// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/transcriber.h"

#include <algorithm>

namespace dg::server {
namespace {

// https://developers.deepgram.com/docs/endpointing
constexpr int kDefaultEndpointing = 10;  // ms

bool is_on(const Options& options, const char* key) {
  return std::get<bool>(options.at(key));
}

int count(const Options& options, const char* key) {
  return std::get<int>(options.at(key));
}

}  // namespace

TrackSettings track_settings(const Options& options) {
  using std::chrono::milliseconds;
  TrackSettings out;
  out.interims = is_on(options, "interim_results");
  out.punctuate = is_on(options, "punctuate") || is_on(options, "smart_format") ||
                  is_on(options, "detect_entities");
  out.vad_events = is_on(options, "vad_events");
  out.diarize = is_on(options, "diarize") || options.is_set("diarize_model");
  if (std::get<std::string>(options.at("language")) == "multi") out.language = "en";
  int endpointing = count(options, "endpointing");
  if (endpointing != 0)
    out.endpointing = milliseconds(endpointing < 0 ? kDefaultEndpointing : endpointing);
  if (int gap = count(options, "utterance_end_ms"); gap > 0) out.utterance_end = milliseconds(gap);
  out.search = std::get<std::vector<std::string>>(options.at("search"));
  return out;
}

Transcriber::Transcriber(const AudioFormat& format, Split split, const TrackSettings& settings,
                         Engine& engine)
    : reader_(format, split) {
  int count = static_cast<int>(reader_.tracks());
  for (int index = 0; index < count; ++index)
    tracks_.emplace_back(engine.recognizer(format.rate), format.rate, settings,
                         Channel{index, count});
}

Messages Transcriber::hear(std::span<const std::byte> bytes) {
  Messages out;
  const std::vector<Samples>& heard = reader_.read(bytes);
  // Side by side, so that the order of the messages does not depend on where the frames are cut.
  for (std::size_t at = 0, size; at < heard[0].size(); at += size) {
    size = heard[0].size() - at;
    for (const Track& track : tracks_) size = std::min(size, track.room());
    for (std::size_t i = 0; i < tracks_.size(); ++i)
      tracks_[i].hear(std::span(heard[i]).subspan(at, size), out);
  }
  return out;
}

Messages Transcriber::finalize(std::optional<int> channel) {
  Messages out;
  for (std::size_t i = 0; i < tracks_.size(); ++i)
    if (!channel || *channel == static_cast<int>(i)) tracks_[i].finalize(out);
  return out;
}

Messages Transcriber::close() {
  Messages out;
  for (Track& track : tracks_) track.close(out);
  return out;
}

}  // namespace dg::server
