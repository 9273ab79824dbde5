// SPDX-License-Identifier: LGPL-2.1-or-later
#include <limits>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gst/gst.h>

namespace {

int last_but(const std::vector<int>& numbers, int back) {
  return numbers.data()[static_cast<int>(numbers.size()) - 1 - back];
}

int race() {
  int shared = 0;
  std::thread other([&shared] { ++shared; });
  ++shared;
  other.join();
  return shared;
}

}  // namespace

// Does wrong what it is told to, so that the tests of the tests' tools have something to find.
int main(int argc, char** argv) {
  const std::set<std::string> faults(argv + 1, argv + argc);
  int sum = 0;
  if (faults.contains("read-outside")) sum += last_but(std::vector<int>(4), -argc);
  if (faults.contains("overflow")) sum += std::numeric_limits<int>::max() - 1 + argc;
  if (faults.contains("race")) sum += race();

  gst_init(nullptr, nullptr);
  GstElement* bin = gst_bin_new(std::to_string(sum).c_str());
  if (!faults.contains("leak")) gst_object_unref(bin);
  if (!faults.contains("no-deinit")) gst_deinit();
  return faults.contains("exit-3") ? 3 : 0;
}
