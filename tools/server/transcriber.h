// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "server/audio.h"
#include "server/listenquery.h"
#include "server/track.h"

namespace dg::server {

// What a client's parameters mean for each track.
TrackSettings track_settings(const Options& options);

// Hears the audio of one connection, as its bytes come, and has the service's messages for it.
// Used on one thread at a time.
class Transcriber {
 public:
  Transcriber(const AudioFormat& format, Split split, const TrackSettings& settings,
              Engine& engine);

  Messages hear(std::span<const std::byte> bytes);
  // One channel, or all.
  Messages finalize(std::optional<int> channel);
  Messages close();

 private:
  AudioReader reader_;
  std::vector<Track> tracks_;
};

}  // namespace dg::server
