#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds a manual page against its program: manual_test.py PROGRAM PAGE

Both must name the same options, but for the help on options of GStreamer's.
"""
import re
import subprocess
import sys
import unittest

PROGRAM, PAGE = sys.argv[1:]


class Manual(unittest.TestCase):
    def test_names_the_options_of_the_help(self):
        help_text = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True, timeout=60).stdout
        told = set(re.findall(r"^  (?:-\w, )?(--[a-z-]+)", help_text, re.MULTILINE)) - {"--help-all", "--help-gst"}
        self.assertIn("--version", told)
        with open(PAGE, encoding="utf-8") as page:
            options = page.read().split(".SH OPTIONS")[1].split("\n.SH ")[0]
        heads = re.findall(r"^\.TP\n(\..*)$", options, re.MULTILINE)
        named = set(re.findall(r"--[a-z-]+", " ".join(heads).replace("\\-", "-")))
        self.assertEqual(named, told)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
