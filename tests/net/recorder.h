// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "net/websocket.h"

namespace dg {

// Writes down what a socket calls back, and can do something about it.
struct Recorder final : WebSocket::Listener {
  void on_open(const std::string& id) override {
    opened = true;
    request_id = id;
    if (at_open) at_open();
  }
  void on_text(std::string_view text) override {
    texts.emplace_back(text);
    if (at_text) at_text();
  }
  void on_pong() override { ++pongs; }
  void on_writable() override {
    ++writable;
    if (at_writable) at_writable();
  }
  void on_lost(const Loss& why) override {
    losses.push_back(why);
    if (at_lost) at_lost();
  }

  bool opened = false;
  std::string request_id;
  std::vector<std::string> texts;
  int writable = 0, pongs = 0;
  std::vector<Loss> losses;
  std::function<void()> at_open, at_text, at_writable, at_lost;
};

}  // namespace dg
