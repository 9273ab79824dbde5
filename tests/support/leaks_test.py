#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests leaks.py on a program that leaks when it is told to. Usage: leaks_test.py PROGRAM"""
import os
import pathlib
import subprocess
import sys
import unittest

LEAKS = pathlib.Path(__file__).with_name("leaks.py")


class Leaks(unittest.TestCase):
    program = ""

    def run_planted(self, *faults):
        command = [sys.executable, str(LEAKS), self.program, *faults]
        # In a sanitizer build the planted leak is the tracer's to find.
        env = os.environ | {"ASAN_OPTIONS": "detect_leaks=0"}
        return subprocess.run(
            command, env=env, capture_output=True, text=True, check=False, timeout=60)

    def test_passes_a_clean_program(self):
        run = self.run_planted()
        self.assertEqual((run.returncode, run.stderr), (0, ""))

    def test_finds_an_object_that_is_left(self):
        run = self.run_planted("leak")
        self.assertEqual(run.returncode, 1)
        self.assertIn("type-name=(string)GstBin", run.stderr)

    def test_refuses_a_program_that_does_not_let_the_tracer_report(self):
        run = self.run_planted("no-deinit")
        self.assertEqual(run.returncode, 1)
        self.assertIn("gst_deinit() not called", run.stderr)

    def test_keeps_the_exit_code_of_the_program(self):
        self.assertEqual(self.run_planted("exit-3").returncode, 3)


if __name__ == "__main__":
    Leaks.program = sys.argv.pop()
    unittest.main()
