#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Installs what is built into an empty prefix, and uses it there: install_test.py BUILD_FOLDER

GStreamer is told of the plugin by GST_PLUGIN_PATH alone, as README's users do.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

BUILD = sys.argv[1]
ELEMENTS = ["deepgramtranscribe", "deepgramsink", "deepgramoverlay"]
TOOLS = ["gst-deepgram-caption", "gst-deepgram-server"]


def run(command, **settings):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
                          check=False, env=os.environ | settings)
    return done.returncode, done.stdout


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.outcome = run(["meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", folder.name])
        cls.files = {path.name: path for path in cls.folder.rglob("*") if path.is_file()}

    def test_installs_what_users_need_and_no_more(self):
        self.assertEqual(self.outcome[0], 0, self.outcome[1])
        self.assertEqual(set(self.files), {"libgstdeepgramlive.so", *TOOLS, *(f"{tool}.1" for tool in TOOLS)})

    def test_elements_are_found(self):
        plugin = self.files["libgstdeepgramlive.so"]
        for element in ELEMENTS:
            status, text = run(["gst-inspect-1.0", element], GST_PLUGIN_PATH_1_0=str(plugin.parent),
                               GST_REGISTRY_1_0=str(self.folder / "registry"))
            self.assertEqual(status, 0, text)
            self.assertIn(str(plugin), text)

    def test_tools_start(self):
        for tool in TOOLS:
            self.assertEqual(run([self.files[tool], "--version"])[0], 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
