// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "server/decoderpool.h"
#include "server/recognizer.h"
#include "server/resampler.h"

namespace dg::server {

// English by PocketSphinx, a window an utterance. What is said while the window is open has a
// confidence of 0: it is known at its end only.
class PocketsphinxRecognizer : public Recognizer {
 public:
  PocketsphinxRecognizer(DecoderPool& pool, int rate);
  ~PocketsphinxRecognizer() override;
  PocketsphinxRecognizer(const PocketsphinxRecognizer&) = delete;
  PocketsphinxRecognizer& operator=(const PocketsphinxRecognizer&) = delete;

  void hear(std::span<const std::int16_t> block) override;
  std::vector<Word> words() override;
  std::optional<std::int64_t> gap() override;
  std::vector<Word> settle(std::int64_t position) override;

 private:
  // What the decoder hears in a stretch of the utterance, in its own samples since the beginning
  // of the stream.
  struct Segment {
    std::string text;  // empty: silence or noise
    std::int64_t start = 0, end = 0;
    double confidence = 0;
  };
  std::vector<Segment> segments() const;
  void decode(std::span<const std::int16_t> samples);
  void end_utterance();
  std::int64_t inside(std::int64_t position) const;
  std::int64_t outside(std::int64_t position) const;

  DecoderPool& pool_;
  const int rate_;
  Decoder decoder_;
  Resampler resampler_;
  std::int64_t origin_ = 0;  // of the utterance, in the decoder's samples
  Samples utterance_;
  bool knows_speaker_ = false;
};

class PocketsphinxEngine : public Engine {
 public:
  // Null when there are not so many decoders left of `most`.
  static std::unique_ptr<Engine> make(DecoderPool& pool, int tracks, int most);
  ~PocketsphinxEngine() override;
  PocketsphinxEngine(const PocketsphinxEngine&) = delete;
  PocketsphinxEngine& operator=(const PocketsphinxEngine&) = delete;

  std::unique_ptr<Recognizer> recognizer(int rate) override;
  bool is_slow() const override { return true; }

 private:
  PocketsphinxEngine(DecoderPool& pool, int tracks) : pool_(pool), tracks_(tracks) {}

  DecoderPool& pool_;
  const int tracks_;
};

}  // namespace dg::server
