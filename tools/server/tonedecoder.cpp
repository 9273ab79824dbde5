// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/tonedecoder.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace dg::server {
namespace {

constexpr float kLoud = 150;      // of 32768: well over the noise of G.711, under any word
constexpr double kReach = 0.002;  // s
constexpr int kFinest = 48000;    // starts are told to this part of a second
constexpr int kFirstLook = 8000;  // enough samples a second for pitches below 2.1 kHz
constexpr double kMaybe = 0.5, kSurely = 0.9;
constexpr int kPieces = 60;  // of 5 ms, each of which must be what the word has there
constexpr double kPieceLikeness = 0.85, kPieceVolume = 0.25;

// How one stretch of audio goes with what it should be.
struct Fit {
  double both = 0, wanted = 0, there = 0;

  void add(double want, double have) {
    both += want * have;
    wanted += want * want;
    there += have * have;
  }
  double likeness() const { return wanted * there > 0 ? both / std::sqrt(wanted * there) : 0; }
  double volume() const { return wanted > 0 ? both / wanted : 0; }
};

std::int64_t up(double samples) {
  return static_cast<std::int64_t>(std::ceil(samples));
}

}  // namespace

ToneDecoder::ToneDecoder(int rate)
    : rate_(rate),
      stride_(std::max(1, rate / kFirstLook)),
      shifts_(static_cast<std::size_t>((kFinest + rate - 1) / rate)),
      reach_(up(kReach * rate)),
      sweep_length_(up(tones::kSweep * rate) + 1) {
  const std::int64_t tone_length = up(tones::kTone * rate) + 1;
  for (std::size_t shift = 0; shift < shifts_; ++shift) {
    double part = static_cast<double>(shift) / static_cast<double>(shifts_);
    auto fill = [&](std::vector<float>& to, std::int64_t length, auto&& value) {
      for (std::int64_t n = 0; n < length; ++n)
        to.push_back(static_cast<float>(value((static_cast<double>(n) - part) / rate)));
    };
    fill(sweeps_.emplace_back(), sweep_length_, tones::sweep);
    for (int pitch = 0; pitch < tones::kPitches; ++pitch)
      fill(tones_.emplace_back(), tone_length, [&](double t) { return tones::tone(pitch, t); });
  }
}

std::vector<ToneDecoder::Found> ToneDecoder::hear(std::span<const std::int16_t> samples) {
  heard_.insert(heard_.end(), samples.begin(), samples.end());
  std::vector<Found> found;
  while (auto one = next()) found.push_back(*one);
  forget();
  return found;
}

std::int64_t ToneDecoder::decided() const {
  if (start_) return std::max(scan_, static_cast<std::int64_t>(*start_));
  return loud_ ? std::max(scan_, *loud_ - reach_) : scan_;
}

void ToneDecoder::cut() {
  base_ += static_cast<std::int64_t>(heard_.size());
  heard_.clear();
  scan_ = base_;
  loud_.reset();
  start_.reset();
}

std::optional<ToneDecoder::Found> ToneDecoder::next() {
  while (true) {
    if (!loud_ && !find_loud()) return std::nullopt;
    if (!start_) {
      if (!has(*loud_ + reach_ + sweep_length_)) return std::nullopt;
      Match match = best_sweep(*loud_ - reach_, *loud_ + reach_);
      if (match.likeness >= kSurely) start_ = match.start;
    }
    std::optional<Found> found;
    if (start_) {
      if (!has(up(*start_ + tones::kLength * rate_))) return std::nullopt;
      if (auto number = read(*start_)) found = Found{*number, *start_};
    }
    // Starts that lie close together overlap a little, so that none falls between two looks.
    scan_ = found ? up(found->start + tones::kLength * rate_) : *loud_ + 2 * reach_ - reach_ / 2;
    loud_.reset();
    start_.reset();
    if (found) return found;
  }
}

bool ToneDecoder::find_loud() {
  auto begin = heard_.begin() + std::min<std::ptrdiff_t>(scan_ - base_, std::ssize(heard_));
  auto loud = std::find_if(begin, heard_.end(), [](float x) { return std::abs(x) > kLoud; });
  std::int64_t position = base_ + (loud - heard_.begin());
  if (loud != heard_.end())
    loud_ = position;
  else
    scan_ = std::max(scan_, position);
  return loud != heard_.end();
}

bool ToneDecoder::has(std::int64_t end) const {
  return base_ + std::ssize(heard_) >= end;
}

ToneDecoder::Match ToneDecoder::best_sweep(std::int64_t from, std::int64_t to) const {
  Match rough = coarse_sweep(from, to), best;
  if (rough.likeness < kMaybe) return best;
  auto middle = static_cast<std::int64_t>(rough.start);
  for (std::int64_t at = middle - stride_; at <= middle + stride_; ++at)
    for (std::size_t shift = 0; shift < shifts_; ++shift)
      if (double now = likeness(at, shift, 1); now > best.likeness)
        best = {static_cast<double>(at) + static_cast<double>(shift) / static_cast<double>(shifts_),
                now};
  return best;
}

ToneDecoder::Match ToneDecoder::coarse_sweep(std::int64_t from, std::int64_t to) const {
  Match best;
  for (std::int64_t at = from; at <= to; at += stride_)
    if (double now = likeness(at, 0, stride_); now > best.likeness)
      best = {static_cast<double>(at), now};
  return best;
}

double ToneDecoder::likeness(std::int64_t position, std::size_t shift, std::int64_t stride) const {
  Fit fit;
  const std::vector<float>& want = sweeps_[shift];
  for (std::int64_t n = 0; n < sweep_length_; n += stride)
    fit.add(want[static_cast<std::size_t>(n)], at(position + n));
  return fit.likeness();
}

std::optional<std::int64_t> ToneDecoder::read(double start) const {
  tones::Symbols symbols;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    double into = tones::kSweep + static_cast<double>(i) * tones::kTone;
    symbols[i] = static_cast<std::uint8_t>(pitch_at(start + into * rate_));
  }
  std::int64_t number = tones::number(symbols);
  if (number < 0 || !is_whole(start, symbols)) return std::nullopt;
  return number;
}

int ToneDecoder::pitch_at(double start) const {
  auto parts = static_cast<std::int64_t>(std::lround(start * static_cast<double>(shifts_)));
  auto shifts = static_cast<std::int64_t>(shifts_);
  std::int64_t position = parts / shifts;
  const auto* want = &tones_[static_cast<std::size_t>(parts % shifts) * tones::kPitches];
  int best = 0;
  double most = 0;
  for (int pitch = 0; pitch < tones::kPitches; ++pitch) {
    double both = 0;
    for (std::int64_t n = 0; n < std::ssize(want[pitch]); n += stride_)
      both += want[pitch][static_cast<std::size_t>(n)] * at(position + n);
    if (both > most) best = pitch, most = both;
  }
  return best;
}

bool ToneDecoder::is_whole(double start, const tones::Symbols& symbols) const {
  std::array<Fit, kPieces> pieces;
  Fit whole;
  const double length = tones::kLength * rate_;
  for (std::int64_t position = up(start); position < up(start + length); ++position) {
    double into = static_cast<double>(position) - start;
    double want = tones::word(symbols, into / rate_), have = at(position);
    auto piece = std::min(static_cast<std::size_t>(into / length * kPieces), pieces.size() - 1);
    pieces[piece].add(want, have);
    whole.add(want, have);
  }
  return std::all_of(pieces.begin(), pieces.end(), [&](const Fit& piece) {
    double louder = piece.volume() / whole.volume();
    return piece.likeness() >= kPieceLikeness && std::abs(louder - 1) <= kPieceVolume;
  });
}

void ToneDecoder::forget() {
  std::int64_t keep = std::min(decided(), scan_) - 2 * reach_;
  auto count = std::clamp<std::int64_t>(keep - base_, 0, std::ssize(heard_));
  // Moving what stays costs as much as a look at it: not at each call.
  if (count < rate_ && count < std::ssize(heard_) / 2) return;
  heard_.erase(heard_.begin(), heard_.begin() + count);
  base_ += count;
}

float ToneDecoder::at(std::int64_t position) const {
  auto index = static_cast<std::size_t>(position - base_);
  return index < heard_.size() ? heard_[index] : 0;
}

}  // namespace dg::server
