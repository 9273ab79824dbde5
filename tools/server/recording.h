// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/audioformat.h"

namespace dg::server {

// Keeps one connection in a folder: its audio as it came (.raw), the same with a header (.wav),
// and a line for each frame either way (.jsonl).
class Recording {
 public:
  // `name` is a file's name without an ending.
  static Result<Recording> make(const std::string& folder, const std::string& name,
                                const std::optional<AudioFormat>& format);
  Recording(Recording&&) = default;
  ~Recording();

  void audio(std::span<const std::byte> bytes);
  void text(const char* direction, std::string_view text);
  // The end of the connection, in words.
  void end(const std::string& how);
  // Of the raw audio, with its ending.
  std::string file_name() const { return name_ + ".raw"; }

 private:
  Recording(const std::string& base, std::string name, const std::optional<AudioFormat>& format);
  void line(const char* direction, const std::string& members);

  std::string name_;
  std::optional<AudioFormat> format_;
  std::ofstream raw_, wav_, log_;
  std::uint64_t bytes_ = 0;
  std::int64_t started_;
};

}  // namespace dg::server
