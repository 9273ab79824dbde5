// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/nanos.h"

namespace dg::server {

enum class RecognizerKind { Pocketsphinx, Tone, Script, Count };

// What a server does. The first group is read when it starts, the rest for each connection.
struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: any that is free
  bool tls = false;
  std::vector<std::string> tls_names = {"localhost", "127.0.0.1"};

  RecognizerKind recognizer = RecognizerKind::Tone;
  int streams = 2;                    // of pocketsphinx at a time; each has a decoder of 91 MB
  std::string model_dir;              // of pocketsphinx; empty: the installed one
  std::string scenario;               // its text; plays beside every recognizer
  std::vector<std::string> api_keys;  // empty: every key will do, and none
  std::vector<std::string> faults;    // "drop-after=3", as in docs/server.md
  int faulty_connections = -1;        // how many have these faults; -1: all
  bool strict = false;                // refuse unknown query parameters
  Nanos idle_timeout = std::chrono::seconds(12);
  Nanos interim_step = std::chrono::seconds(1);
  double max_rate = 0;      // seconds of audio read a second; 0: as fast as it comes
  std::string record_dir;   // for each connection its audio and its frames; empty: none
  bool keep_audio = false;  // in Seen::audio
  std::function<void(const std::string&)> log;  // a line a connection, on the server's thread
  // Seconds since 1970, by which access tokens expire; empty: the system's. Called on its thread.
  std::function<std::int64_t()> clock;
};

}  // namespace dg::server
