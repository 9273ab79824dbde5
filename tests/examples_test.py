#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the examples of docs/examples against a server on this machine: examples_test.py SERVER EXAMPLE..."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parent / "support"))
# pylint: disable-next=wrong-import-position
from localserver import serve, write_tones

SERVER, *EXAMPLES = sys.argv[1:]
PATIENCE = 60


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.sound = str(pathlib.Path(folder.name) / "tones.wav")
        write_tones(SERVER, cls.sound, 5)
        # The registry of the tests may not be there yet.
        os.environ["GST_REGISTRY_1_0"] = str(pathlib.Path(folder.name) / "registry")
        cls.url = serve(cls, SERVER, "--recognizer=tone")

    def run_each(self, *arguments):
        for example in EXAMPLES:
            with self.subTest(example):
                yield subprocess.run([example, *arguments], capture_output=True, text=True, timeout=PATIENCE,
                                     check=False)

    def test_show_what_is_said_the_captions_and_the_stats(self):
        for done in self.run_each(self.sound, self.url):
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("    0.00  w0 w1 w2 w3 w4 w5 w6 w7\n", done.stdout)
            self.assertIn("    4.00  w8 w9\n", done.stdout)
            self.assertIn("caption 0.00-4.80: w0 w1 w2 w3 w4 w5 w6 w7 w8 w9   [w0: 1.00]\n", done.stdout)
            self.assertIn("10 words in 2 results, 5.0 s of audio on 1 connection(s)\n", done.stderr)

    def test_say_that_a_file_is_not_there(self):
        for done in self.run_each(self.sound + ".none", self.url):
            self.assertEqual(done.returncode, 1)
            self.assertIn("not found", done.stderr)

    def test_fail_when_the_service_refuses(self):
        for done in self.run_each(self.sound, self.url + "?x-refuse=401"):
            self.assertEqual(done.returncode, 1)
            self.assertIn("401", done.stderr)

    def test_say_how_they_are_used(self):
        for done in self.run_each():
            self.assertEqual(done.returncode, 2)
            self.assertIn("captions", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
