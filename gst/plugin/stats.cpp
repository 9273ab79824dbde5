// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/stats.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "plugin/fields.h"
#include "plugin/times.h"

namespace dg {
namespace {

const char* drain_name(Drain drain) {
  switch (drain) {
    case Drain::None:
      return "none";
    case Drain::Complete:
      return "complete";
    case Drain::TimedOut:
      return "timed-out";
    case Drain::Failed:
      return "failed";
  }
  return "";
}

void add_audio(Fields& out, const SessionStats& stats) {
  auto time = [&](std::int64_t samples) {
    return AudioFormat{Encoding::Linear16, std::max(stats.rate, 1), 1}.duration_of(samples);
  };
  const AudioLedger& audio = stats.audio;
  out.time("audio-received", time(audio.received))
      .time("audio-sent", time(audio.sent))
      .time("audio-replayed", time(audio.replayed))
      .time("audio-filled", time(audio.filled))
      .time("audio-gated", time(audio.gated))
      .time("audio-dropped", time(audio.dropped))
      .time("audio-pending", time(audio.pending))
      .time("audio-unprotected", time(audio.unprotected))
      .time("backlog", stats.backlog);
}

void add_connections(Fields& out, const SessionStats& stats) {
  auto after = [&](FaultClass kind) {
    return stats.reconnects_after.at(static_cast<std::size_t>(kind));
  };
  unsigned after_losses =
      std::accumulate(stats.reconnects_after.begin(), stats.reconnects_after.end(), 0U);
  out.text("state", connection_state_name(stats.state))
      .count("connections", stats.connections)
      .count("reconnects", stats.reconnects)
      .count("reconnects-transient", after(FaultClass::Transient))
      .count("reconnects-capacity", after(FaultClass::Capacity))
      .count("reconnects-data", after(FaultClass::Data))
      .count("reconnects-auth", after(FaultClass::Auth))
      .count("reconnects-planned", stats.reconnects - after_losses)
      .text("drain", drain_name(stats.drain))
      .text("request-id", stats.request_id);
}

void add_messages(Fields& out, const SessionStats& stats) {
  out.total("bytes-out", stats.bytes_out)
      .total("bytes-in", stats.bytes_in)
      .total("messages", stats.messages)
      .total("results-messages", stats.interims + stats.finals)
      .total("metadata-messages", stats.metadata)
      .total("speech-started-messages", stats.speech_started)
      .total("utterance-end-messages", stats.utterance_ends)
      .total("error-messages", stats.service_errors)
      .total("unknown-messages", stats.unknown)
      .total("malformed-messages", stats.malformed)
      .total("keepalives", stats.keepalives)
      .total("finalizes", stats.finalizes)
      .total("interims", stats.interims)
      .total("finals", stats.finals)
      .total("empty-finals", stats.empty_finals)
      .total("words", stats.words)
      .total("duplicate-words", stats.duplicate_words)
      .total("promoted-words", stats.promoted_words);
}

void add_latency(Fields& out, const LatencyMeter::Report& latency) {
  if (latency.count == 0) return;
  out.time("latency-now", latency.last)
      .time("latency-p50", latency.p50)
      .time("latency-p95", latency.p95)
      .time("latency-max", latency.most);
}

void add_last_error(Fields& out, const SessionStats& stats) {
  out.text("last-error", stats.last_error ? details(stats.last_error->first) : "");
  if (!stats.last_error) return;
  const auto& [loss, kind] = *stats.last_error;
  out.text("last-error-class", fault_class_name(kind))
      .known_count("last-error-http-status", loss.http_status)
      .known_count("last-error-close-code", loss.close_code)
      .known_text("last-error-close-reason", loss.close_reason)
      .known_text("last-error-dg-error", loss.dg_error)
      .known_text("last-error-request-id", loss.request_id);
}

}  // namespace

Ptr<GstStructure> stats_structure(const SessionStats& stats) {
  Fields out("application/x-deepgram-stats");
  add_connections(out, stats);
  add_audio(out, stats);
  add_messages(out, stats);
  add_latency(out, stats.latency);
  add_last_error(out, stats);
  return out.take();
}

}  // namespace dg
