// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace dg::server {

// Tells speech from silence by the level of each hundredth of a second against the quietest level
// of late. Positions and lengths are in samples.
class Endpointer {
 public:
  explicit Endpointer(int rate);

  void hear(std::span<const std::int16_t> block);
  // Where speech began, once for each time that it does.
  std::optional<std::int64_t> take_onset();
  bool speaking() const { return speaking_; }
  // Silence since the last speech; nothing has been said before the first.
  std::int64_t silence() const { return position_ - last_loud_; }
  // The silence up to now ends nothing more: the next onset needs new speech.
  void rest();

 private:
  void hear_frame(std::span<const std::int16_t> frame);
  void mark_loud(std::int64_t frame_start);

  const std::int64_t frame_;
  double floor_;
  std::int64_t position_ = 0, last_loud_ = 0;
  std::optional<std::int64_t> loud_since_, onset_;
  bool speaking_ = false;
};

}  // namespace dg::server
