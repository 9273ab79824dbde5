// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/recording.h"

#include <filesystem>

#include <glib.h>

#include "server/messagewriter.h"
#include "server/wav.h"

namespace dg::server {
namespace {

void put(std::ofstream& to, std::span<const std::byte> bytes) {
  to.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

Result<Recording> Recording::make(const std::string& folder, const std::string& name,
                                  const std::optional<AudioFormat>& format) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  Recording made(folder + "/" + name, name, format);
  if (!made.raw_ || !made.log_) return Error{"cannot write to " + folder};
  return made;
}

Recording::Recording(const std::string& base, std::string name,
                     const std::optional<AudioFormat>& format)
    : name_(std::move(name)),
      format_(format),
      raw_(base + ".raw", std::ios::binary),
      log_(base + ".jsonl"),
      started_(g_get_monotonic_time()) {
  if (!format_ || format_->is_packets()) return;
  wav_.open(base + ".wav", std::ios::binary);
  put(wav_, wav_header(*format_, 0));
}

Recording::~Recording() {
  if (!wav_.is_open()) return;
  wav_.seekp(0);
  put(wav_, wav_header(*format_, bytes_));
}

void Recording::audio(std::span<const std::byte> bytes) {
  bytes_ += bytes.size();
  put(raw_, bytes);
  if (wav_.is_open()) put(wav_, bytes);
  line("in", "\"bytes\":" + std::to_string(bytes.size()));
}

void Recording::text(const char* direction, std::string_view text) {
  line(direction, "\"text\":" + json_string(text));
}

void Recording::end(const std::string& how) {
  line("end", "\"text\":" + json_string(how));
  raw_.flush();
}

void Recording::line(const char* direction, const std::string& members) {
  double seconds = static_cast<double>(g_get_monotonic_time() - started_) / 1e6;
  log_ << "{\"time\":" << number(seconds) << ",\"direction\":\"" << direction << "\"," << members
       << "}" << std::endl;
}

}  // namespace dg::server
