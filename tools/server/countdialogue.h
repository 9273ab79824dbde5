// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>

#include "server/dialogue.h"
#include "server/listenquery.h"

namespace dg::server {

// Answers as the mock server of the live streaming starter kit does: how many bytes have come, and
// at the end where they are. https://github.com/deepgram/live-streaming-starter-kit
class CountDialogue : public Dialogue {
 public:
  // `file` is where the audio is kept; empty: nowhere.
  CountDialogue(const ListenQuery& query, std::string file, Listener& listener);

  void open() override;
  void hear(std::span<const std::byte> bytes) override;
  void finish() override;

 private:
  bool faster_than_real_time() const;

  const ListenQuery query_;
  const std::string file_;
  Listener& listener_;
  std::uint64_t bytes_ = 0;
  std::int64_t opened_ = 0;  // monotonic time, in us
};

}  // namespace dg::server
