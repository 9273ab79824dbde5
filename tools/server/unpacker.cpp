// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/unpacker.h"

#include "server/flacunpacker.h"
#include "server/opusunpacker.h"

namespace dg::server {

std::unique_ptr<Unpacker> Unpacker::make(const AudioFormat& format) {
  if (format.encoding == Encoding::Flac && format.channels <= FlacUnpacker::kMostChannels)
    return std::make_unique<FlacUnpacker>(format.rate, format.channels);
  if (format.encoding == Encoding::Opus && format.channels <= OpusUnpacker::kMostChannels)
    return std::make_unique<OpusUnpacker>(format.rate, format.channels);
  return nullptr;
}

}  // namespace dg::server
