// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

namespace dg::server {

// An empty folder, for as long as it is needed.
class Folder {
 public:
  Folder() {
    std::string pattern = testing::TempDir() + "gst-deepgram-server-XXXXXX";
    path = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  // Of the file with this ending, of which there is one; empty if there is none.
  std::string content(const std::string& ending) const {
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      if (entry.path().extension() != ending) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      return std::string{std::istreambuf_iterator<char>(file), {}};
    }
    return "";
  }

  std::string path;
};

}  // namespace dg::server
