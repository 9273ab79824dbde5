// SPDX-License-Identifier: LGPL-2.1-or-later
// main() of every test program that uses GStreamer.
#include <gst/gst.h>
#include <gtest/gtest.h>

int main(int argc, char** argv) {
  gst_registry_fork_set_enabled(FALSE);  // the scanner process cannot load a sanitized plugin
  gst_init(&argc, &argv);
  testing::InitGoogleTest(&argc, argv);
  int failed = RUN_ALL_TESTS();
  gst_deinit();
  return failed;
}
