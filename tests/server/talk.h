// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/audio.h"
#include "server/client.h"
#include "server/server.h"

namespace dg::server {

inline constexpr char kAudio[] = "?encoding=linear16&sample_rate=16000";
inline constexpr char kCloseStream[] = R"({"type":"CloseStream"})";

std::unique_ptr<Server> serve(ServerOptions options = {});
// One that says what a scenario says.
std::unique_ptr<Server> serve_script(const std::string& scenario);

// The tone oracle's audio, and all of it sent.
Samples tones_at(int rate, double seconds);
void speak(Client& client, const Samples& samples);

// Of what came back: the types of the messages, those of one type, the final results, and what they
// say.
std::vector<std::string> types(const std::vector<std::string>& texts);
std::vector<Frame> of_type(const std::vector<std::string>& texts, const std::string& type);
std::vector<Frame> finals(const std::vector<std::string>& texts);
std::string words(const std::vector<Frame>& frames);

}  // namespace dg::server
