// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/dialogue.h"
#include "server/lane.h"
#include "server/transcriber.h"

namespace dg::server {

// What stands in each result of one connection.
struct Source {
  std::string request_id;
  Model model;
  std::vector<std::pair<std::string, std::string>> extra;
};

// A client and a recognizer of its speech: on a thread of its own if that is slow, else on the
// loop.
class SpeechDialogue : public Dialogue {
 public:
  struct Setup {
    AudioFormat format;
    Split split = Split::MixedDown;
    TrackSettings settings;
    Source source;
    std::unique_ptr<Engine> engine;
  };

  SpeechDialogue(GMainContext* loop, Setup setup, Listener& listener);

  void hear(std::span<const std::byte> bytes) override;
  void finalize(std::optional<int> channel) override;
  void finish() override;
  void abandon() override;
  std::size_t waiting() const override { return waiting_; }

 private:
  void run(Lane::Job job, std::size_t bytes);
  void deliver(Messages messages);

  Setup setup_;
  Listener& listener_;
  std::unique_ptr<Transcriber> transcriber_;  // used by the jobs
  std::deque<std::size_t> posted_;            // bytes of each job that is not delivered yet
  std::size_t waiting_ = 0;
  bool finishing_ = false;
  std::unique_ptr<Lane> lane_;  // last: its thread uses the rest
};

}  // namespace dg::server
