// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "server/recognizer.h"
#include "server/tonedecoder.h"

namespace dg::server {

// Reads the words "w0", "w1", ... that tones::write() has put into the audio: an exact oracle of
// what was heard, once, and when.
class ToneRecognizer : public Recognizer {
 public:
  explicit ToneRecognizer(int rate) : rate_(rate), decoder_(rate) {}

  void hear(std::span<const std::int16_t> block) override;
  std::vector<Word> words() override { return words_; }
  std::optional<std::int64_t> gap() override;
  std::vector<Word> settle(std::int64_t position) override;

 private:
  const int rate_;
  ToneDecoder decoder_;
  std::int64_t heard_ = 0;
  std::vector<Word> words_;  // all end before decoder_.decided()
};

class ToneEngine : public Engine {
 public:
  std::unique_ptr<Recognizer> recognizer(int rate) override {
    return std::make_unique<ToneRecognizer>(rate);
  }
  bool is_slow() const override { return false; }
};

}  // namespace dg::server
