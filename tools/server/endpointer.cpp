// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/endpointer.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace dg::server {
namespace {

constexpr int kFramesPerSecond = 100;
// In dB of full scale.
constexpr double kQuietest = -70, kLoudestFloor = -40, kAboveFloor = 10, kAtLeast = -50;
constexpr double kFloorRise = 0.05;  // a frame: noise that stays becomes silence
constexpr int kOnsetFrames = 3;      // a click is shorter

double level(std::span<const std::int16_t> frame) {
  double sum = 0;
  for (double sample : frame) sum += sample * sample;
  double mean = sum / static_cast<double>(frame.size()) / (32768.0 * 32768.0);
  return std::max(10 * std::log10(mean + 1e-12), kQuietest);
}

}  // namespace

Endpointer::Endpointer(int rate) : frame_(rate / kFramesPerSecond), floor_(kQuietest) {}

void Endpointer::hear(std::span<const std::int16_t> block) {
  while (!block.empty()) {
    auto size = std::min(block.size(), static_cast<std::size_t>(frame_));
    hear_frame(block.first(size));
    block = block.subspan(size);
  }
}

void Endpointer::hear_frame(std::span<const std::int16_t> frame) {
  double now = level(frame);
  floor_ = std::min({now, floor_ + kFloorRise, kLoudestFloor});
  std::int64_t start = position_;
  position_ += static_cast<std::int64_t>(frame.size());
  if (now > std::max(floor_ + kAboveFloor, kAtLeast))
    mark_loud(start);
  else
    loud_since_.reset();
}

void Endpointer::mark_loud(std::int64_t frame_start) {
  if (!loud_since_) loud_since_ = frame_start;
  bool enough = position_ - *loud_since_ >= kOnsetFrames * frame_;
  if (enough && !speaking_) {
    speaking_ = true;
    onset_ = loud_since_;
  }
  if (speaking_) last_loud_ = position_;
}

std::optional<std::int64_t> Endpointer::take_onset() {
  return std::exchange(onset_, std::nullopt);
}

void Endpointer::rest() {
  speaking_ = false;
}

}  // namespace dg::server
