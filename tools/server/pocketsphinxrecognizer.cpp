// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/pocketsphinxrecognizer.h"

#include <pocketsphinx.h>

#include "core/audioformat.h"

namespace dg::server {
namespace {

constexpr int kRate = 16000;
constexpr std::int64_t kFrame = kRate / 100;
// A window that is cut within speech keeps so much: the decoder still changes its mind about the
// last words, and a window of one word is of no use.
constexpr std::int64_t kLeastWindow = kRate, kUnsure = kLeastWindow * 6 / 10;
constexpr std::int64_t kPause = kRate / 10;
// Until then it waits for a pause, from then on any gap between words will do.
constexpr std::int64_t kPatience = 6 * kLeastWindow;

bool is_filler(const std::string& word) {
  return word.starts_with("<") || word.starts_with("[") || word.starts_with("+");
}

// "read(2)" is the second way to say "read".
std::string spelled(const std::string& word) {
  return word.substr(0, word.find('('));
}

Nanos time(std::int64_t samples) {
  return AudioFormat{Encoding::Linear16, kRate, 1}.duration_of(samples);
}

}  // namespace

PocketsphinxRecognizer::PocketsphinxRecognizer(DecoderPool& pool, int rate)
    : pool_(pool), rate_(rate), decoder_(pool.take()), resampler_(rate, kRate) {
  ps_start_utt(decoder_.get());
}

PocketsphinxRecognizer::~PocketsphinxRecognizer() {
  ps_end_utt(decoder_.get());
  pool_.give_back(std::move(decoder_));
}

void PocketsphinxRecognizer::hear(std::span<const std::int16_t> block) {
  std::size_t before = utterance_.size();
  resampler_.convert(block, utterance_);
  decode(std::span(utterance_).subspan(before));
}

std::vector<Word> PocketsphinxRecognizer::words() {
  std::vector<Word> words;
  for (const Segment& segment : segments()) {
    if (segment.text.empty()) continue;
    Word word;
    word.word = segment.text;
    word.start = time(segment.start);
    word.end = time(segment.end);
    words.push_back(word);
  }
  return words;
}

std::optional<std::int64_t> PocketsphinxRecognizer::gap() {
  std::int64_t heard = origin_ + std::ssize(utterance_);
  std::optional<std::int64_t> pause, any;
  for (const Segment& segment : segments()) {
    bool may_end = segment.start >= origin_ + kLeastWindow && segment.end <= heard - kUnsure;
    if (!may_end) continue;
    if (!segment.text.empty())
      any = segment.start;
    else if (segment.end - segment.start >= kPause)
      pause = segment.start + (segment.end - segment.start) / 2;
  }
  if (pause) return outside(*pause);
  if (any && heard - origin_ >= kPatience) return outside(*any);
  return std::nullopt;
}

std::vector<Word> PocketsphinxRecognizer::settle(std::int64_t position) {
  std::int64_t end = std::min(inside(position), origin_ + std::ssize(utterance_));
  end_utterance();
  std::vector<Word> words;
  for (const Segment& segment : segments()) {
    if (segment.text.empty() || segment.start + segment.end >= 2 * end) continue;
    Word word;
    word.word = segment.text;
    word.start = time(segment.start);
    word.end = time(std::min(segment.end, end));
    word.confidence = segment.confidence;
    words.push_back(word);
  }
  utterance_.erase(utterance_.begin(), utterance_.begin() + (end - origin_));
  origin_ = end;
  ps_start_utt(decoder_.get());
  decode(utterance_);
  return words;
}

std::vector<PocketsphinxRecognizer::Segment> PocketsphinxRecognizer::segments() const {
  std::vector<Segment> out;
  logmath_t* logs = ps_get_logmath(decoder_.get());
  // Frames are counted from somewhere in the utterance before; the first segment is at its start.
  std::optional<int> zero;
  for (ps_seg_t* at = ps_seg_iter(decoder_.get()); at; at = ps_seg_next(at)) {
    int first = 0, last = 0;
    ps_seg_frames(at, &first, &last);
    if (!zero) zero = first;
    std::string word = ps_seg_word(at);
    double probability = logmath_exp(logs, ps_seg_prob(at, nullptr, nullptr, nullptr));
    out.push_back({is_filler(word) ? "" : spelled(word), origin_ + (first - *zero) * kFrame,
                   origin_ + (last - *zero + 1) * kFrame, std::min(probability, 1.0)});
  }
  return out;
}

void PocketsphinxRecognizer::decode(std::span<const std::int16_t> samples) {
  if (!samples.empty())
    ps_process_raw(decoder_.get(), samples.data(), samples.size(), FALSE, FALSE);
}

// At its end the decoder knows how the speaker and the microphone sound. The first utterance is
// decoded again with that: it was heard without, and has a quarter fewer errors with it.
void PocketsphinxRecognizer::end_utterance() {
  ps_end_utt(decoder_.get());
  if (knows_speaker_ || words().empty()) return;
  knows_speaker_ = true;
  ps_start_utt(decoder_.get());
  decode(utterance_);
  ps_end_utt(decoder_.get());
}

// The decoder's sample of a position, and the other way.
std::int64_t PocketsphinxRecognizer::inside(std::int64_t position) const {
  return position * kRate / rate_;
}

std::int64_t PocketsphinxRecognizer::outside(std::int64_t position) const {
  return position * rate_ / kRate;
}

std::unique_ptr<Engine> PocketsphinxEngine::make(DecoderPool& pool, int tracks, int most) {
  if (!pool.reserve(tracks, most)) return nullptr;
  return std::unique_ptr<Engine>(new PocketsphinxEngine(pool, tracks));
}

PocketsphinxEngine::~PocketsphinxEngine() {
  pool_.release(tracks_);
}

std::unique_ptr<Recognizer> PocketsphinxEngine::recognizer(int rate) {
  return std::make_unique<PocketsphinxRecognizer>(pool_, rate);
}

}  // namespace dg::server
