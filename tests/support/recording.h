// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <string>

#include <gst/gst.h>

#include "base/nanos.h"

namespace dg {

// Plays a pipeline to its end, which stops it; false if that did not come in time.
bool play_out(GstElement* pipeline);

// A file that is empty at first, and gone with this.
class ScratchFile {
 public:
  ScratchFile();
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A folder that is gone with this, and what is in it.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A Matroska file with the tone oracle's audio, 16 kHz mono, and 25 small pictures a second.
class Recording {
 public:
  explicit Recording(Nanos length);

  const std::string& path() const { return file_.path(); }
  Nanos length() const { return length_; }
  std::size_t pictures() const { return pictures_; }

 private:
  ScratchFile file_;
  const Nanos length_;
  const std::size_t pictures_;
};

}  // namespace dg
