// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/countdialogue.h"

#include <utility>

#include <glib.h>

#include "server/messagewriter.h"

namespace dg::server {
namespace {

std::string msg(const std::string& text) {
  return "{\"msg\":" + json_string(text) + "}";
}

}  // namespace

CountDialogue::CountDialogue(const ListenQuery& query, std::string file, Listener& listener)
    : query_(query), file_(std::move(file)), listener_(listener) {}

void CountDialogue::open() {
  opened_ = g_get_monotonic_time();
  listener_.on_say(msg("New websocket connection opened"));
  std::string encoding = query_.encoding.empty() ? "None" : query_.encoding;
  std::string rate = query_.rate ? std::to_string(query_.rate) : "None";
  listener_.on_say(msg("Expecting audio data with encoding " + encoding + ", " + rate +
                       " sample rate, and " + std::to_string(query_.channels) + " channel(s)"));
}

void CountDialogue::hear(std::span<const std::byte> bytes) {
  bytes_ += bytes.size();
  listener_.on_say(msg("Received " + std::to_string(bytes_) + " bytes of data"));
  if (faster_than_real_time())
    listener_.on_say(msg("Warning: stream may be faster than real time!"));
}

void CountDialogue::finish() {
  if (!file_.empty()) listener_.on_say("{\"filename\":" + json_string(file_) + "}");
  listener_.on_say("{\"total_bytes\":" + std::to_string(bytes_) + "}");
  listener_.on_finished();
}

bool CountDialogue::faster_than_real_time() const {
  auto format = query_.format();
  if (!format || format->is_packets()) return false;
  double audio = static_cast<double>(bytes_) / static_cast<double>(format->bytes_per_sample());
  double time = static_cast<double>(g_get_monotonic_time() - opened_) / 1e6;
  return audio / format->rate > time;
}

}  // namespace dg::server
