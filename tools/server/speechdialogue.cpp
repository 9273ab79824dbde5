// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/speechdialogue.h"

#include <algorithm>

#include "server/messagewriter.h"

namespace dg::server {
namespace {

// A job takes no longer than this much audio does, so that a lane stops soon.
constexpr std::size_t kLargestJob = 4096;

}  // namespace

SpeechDialogue::SpeechDialogue(GMainContext* loop, Setup setup, Listener& listener)
    : setup_(std::move(setup)), listener_(listener) {
  if (setup_.engine->is_slow())
    lane_ = std::make_unique<Lane>(loop, [this](Messages said) { deliver(std::move(said)); });
  auto prepare = [this] {
    transcriber_ =
        std::make_unique<Transcriber>(setup_.format, setup_.split, setup_.settings, *setup_.engine);
    return Messages();
  };
  run(prepare, 0);
}

void SpeechDialogue::hear(std::span<const std::byte> bytes) {
  if (!lane_) return run([&] { return transcriber_->hear(bytes); }, bytes.size());
  while (!bytes.empty()) {
    auto part = bytes.first(std::min(bytes.size(), kLargestJob));
    bytes = bytes.subspan(part.size());
    std::vector<std::byte> copy(part.begin(), part.end());
    run([this, copy = std::move(copy)] { return transcriber_->hear(copy); }, part.size());
  }
}

void SpeechDialogue::finalize(std::optional<int> channel) {
  run([this, channel] { return transcriber_->finalize(channel); }, 0);
}

void SpeechDialogue::finish() {
  finishing_ = true;
  run([this] { return transcriber_->close(); }, 0);
}

void SpeechDialogue::abandon() {
  if (lane_) lane_->stop();
}

void SpeechDialogue::run(Lane::Job job, std::size_t bytes) {
  posted_.push_back(bytes);
  waiting_ += bytes;
  if (lane_)
    lane_->post(std::move(job));
  else
    deliver(job());
}

void SpeechDialogue::deliver(Messages messages) {
  waiting_ -= posted_.front();
  posted_.pop_front();
  for (Message& message : messages) {
    if (auto* results = std::get_if<Results>(&message)) {
      results->request_id = setup_.source.request_id;
      results->model = setup_.source.model;
      results->extra = setup_.source.extra;
    }
    listener_.on_say(write(message));
  }
  if (finishing_ && posted_.empty())
    listener_.on_finished();
  else
    listener_.on_heard();
}

}  // namespace dg::server
