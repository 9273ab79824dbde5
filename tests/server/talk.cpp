// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/talk.h"

#include <algorithm>
#include <span>
#include <utility>

#include <gtest/gtest.h>

#include "server/tones.h"

namespace dg::server {

std::unique_ptr<Server> serve(ServerOptions options) {
  auto server = Server::start(std::move(options));
  EXPECT_TRUE(server) << server.error().text;
  return std::move(*server);
}

std::unique_ptr<Server> serve_script(const std::string& scenario) {
  ServerOptions options;
  options.recognizer = RecognizerKind::Script;
  options.scenario = scenario;
  return serve(options);
}

Samples tones_at(int rate, double seconds) {
  Samples samples(static_cast<std::size_t>(seconds * rate));
  tones::write(rate, 0, samples);
  return samples;
}

void speak(Client& client, const Samples& samples) {
  auto bytes = std::as_bytes(std::span(samples));
  for (; !bytes.empty(); bytes = bytes.subspan(std::min<std::size_t>(bytes.size(), 3200)))
    client.send(bytes.first(std::min<std::size_t>(bytes.size(), 3200)));
}

std::vector<std::string> types(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  for (const Frame& frame : parse(texts)) out.push_back(frame.type());
  return out;
}

std::vector<Frame> of_type(const std::vector<std::string>& texts, const std::string& type) {
  std::vector<Frame> out;
  for (Frame& frame : parse(texts))
    if (frame.type() == type) out.push_back(std::move(frame));
  return out;
}

std::vector<Frame> finals(const std::vector<std::string>& texts) {
  std::vector<Frame> out = of_type(texts, "Results");
  std::erase_if(out, [](const Frame& frame) { return !frame.flag("is_final"); });
  return out;
}

std::string words(const std::vector<Frame>& frames) {
  std::string text;
  for (const Frame& frame : frames) {
    std::string some = frame.words();
    text += (text.empty() || some.empty() ? "" : " ") + some;
  }
  return text;
}

}  // namespace dg::server
