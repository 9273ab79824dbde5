// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/engines.h"

#include "server/tonerecognizer.h"
#ifdef HAVE_POCKETSPHINX
#include "server/decoderpool.h"
#include "server/pocketsphinxrecognizer.h"
#endif

namespace dg::server {

#ifdef HAVE_POCKETSPHINX

struct Engines::Pools {
  std::optional<DecoderPool> decoders;  // made with the first connection that wants one
};

RecognizerKind default_recognizer() {
  return RecognizerKind::Pocketsphinx;
}

std::optional<Error> Engines::check(const ServerOptions& options) const {
  if (options.recognizer != RecognizerKind::Pocketsphinx) return std::nullopt;
  return DecoderPool::check(options.model_dir);
}

std::unique_ptr<Engine> Engines::reserve(const ServerOptions& options, int tracks) {
  if (options.recognizer == RecognizerKind::Tone) return std::make_unique<ToneEngine>();
  if (!pools_->decoders) pools_->decoders.emplace(options.model_dir);
  return PocketsphinxEngine::make(*pools_->decoders, tracks, options.streams);
}

#else

struct Engines::Pools {};

RecognizerKind default_recognizer() {
  return RecognizerKind::Tone;
}

std::optional<Error> Engines::check(const ServerOptions& options) const {
  if (options.recognizer != RecognizerKind::Pocketsphinx) return std::nullopt;
  return Error{"this gst-deepgram-server was built without PocketSphinx"};
}

std::unique_ptr<Engine> Engines::reserve(const ServerOptions&, int) {
  return std::make_unique<ToneEngine>();
}

#endif

Engines::Engines() : pools_(std::make_unique<Pools>()) {}
Engines::~Engines() = default;

}  // namespace dg::server
