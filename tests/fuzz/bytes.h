// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dg::testing {

// The input of a fuzzer as a row of values. Behind its end all are 0 and empty.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size)
      : left_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return left_.empty(); }

  std::uint8_t byte() {
    if (left_.empty()) return 0;
    auto value = static_cast<std::uint8_t>(left_.front());
    left_.remove_prefix(1);
    return value;
  }
  bool flag() { return byte() & 1; }
  // From `least` to `most`, of as many bytes as that takes.
  std::int64_t number(std::int64_t least, std::int64_t most) {
    auto range = static_cast<std::uint64_t>(most - least);
    std::uint64_t value = 0;
    for (std::uint64_t rest = range; rest > 0; rest >>= 8) value = value << 8 | byte();
    return least + static_cast<std::int64_t>(range + 1 ? value % (range + 1) : value);
  }
  // What is left of this line.
  std::string_view line() {
    std::string_view text = left_.substr(0, left_.find('\n'));
    left_.remove_prefix(std::min(text.size() + 1, left_.size()));
    return text;
  }

 private:
  std::string_view left_;
};

}  // namespace dg::testing
