// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace dg::server {

// What a recognizer of whichever kind says to one client, between the first frame and Metadata.
// Lives on the loop's thread.
class Dialogue {
 public:
  class Listener {
   public:
    // A text frame for the client.
    virtual void on_say(std::string text) = 0;
    // Audio that was waiting has been heard.
    virtual void on_heard() = 0;
    // After finish(): all is said.
    virtual void on_finished() = 0;

   protected:
    ~Listener() = default;
  };

  virtual ~Dialogue() = default;
  virtual void open() {}
  virtual void hear(std::span<const std::byte>) {}
  virtual void finalize(std::optional<int>) {}
  // The client will send no more.
  virtual void finish() = 0;
  // Nobody listens any more: what waits to be heard need not be.
  virtual void abandon() {}
  // Bytes of audio that wait to be heard.
  virtual std::size_t waiting() const { return 0; }
};

// Says nothing of itself: the scenario does.
class ScriptDialogue : public Dialogue {
 public:
  explicit ScriptDialogue(Listener& listener) : listener_(listener) {}
  void finish() override { listener_.on_finished(); }

 private:
  Listener& listener_;
};

}  // namespace dg::server
