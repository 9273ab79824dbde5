#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests tally.py: what it counts, and that nothing that went wrong can look like a success."""
import contextlib
import io
import json
import pathlib
import tempfile
import unittest

import tally

PASSING = "[       OK ] Queue.GivesItemsInOrder (0 ms)\n[       OK ] Queue/1.Closes (12 ms)\n"
FAILING = "[  FAILED  ] Queue/2.Waits, where GetParam() = 7 (ms) (3 ms)\n"
SUMMARY = "[  FAILED  ] 1 test, listed below:\n[  FAILED  ] Queue/2.Waits, where GetParam() = 7 (ms)\n"


def test(result="OK", stdout=""):
    return {"name": "core / queue", "result": result, "stdout": stdout}


class Tally(unittest.TestCase):
    def tally(self, *tests):
        """The exit code and the last line for a log of these tests."""
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "testlog.json"
            log.write_text("".join(json.dumps(entry) + "\n" for entry in tests))
            return self.printed([str(log)])

    def printed(self, paths):
        with contextlib.redirect_stdout(io.StringIO()) as output:
            code = tally.main(paths)
        return code, output.getvalue().splitlines()[-1]

    def test_counts_the_cases_of_a_googletest_program(self):
        self.assertEqual(self.tally(test(stdout=PASSING)), (0, "2 passed, 0 failed"))

    def test_counts_another_program_as_one(self):
        self.assertEqual(self.tally(test(), test()), (0, "2 passed, 0 failed"))

    def test_counts_a_failed_case_once(self):
        log = test("FAIL", PASSING + FAILING + SUMMARY)
        self.assertEqual(self.tally(log), (1, "2 passed, 1 failed"))

    def test_counts_a_crash_after_cases_that_passed(self):
        self.assertEqual(self.tally(test("FAIL", PASSING)), (1, "2 passed, 1 failed"))

    def test_counts_a_timeout_and_an_unexpected_pass_as_failed(self):
        log = [test("TIMEOUT"), test("UNEXPECTEDPASS"), test()]
        self.assertEqual(self.tally(*log), (1, "1 passed, 2 failed"))

    def test_does_not_count_what_was_skipped(self):
        log = [test("SKIP"), test(stdout=PASSING + "[  SKIPPED ] Queue.Later (0 ms)\n")]
        self.assertEqual(self.tally(*log), (0, "2 passed, 0 failed"))

    def test_fails_a_program_without_cases(self):
        log = test(stdout="[==========] Running 0 tests from 0 test suites.\n")
        self.assertEqual(self.tally(log, test()), (1, "1 passed, 1 failed"))

    def test_fails_when_nothing_passed(self):
        self.assertEqual(self.tally(), (1, "0 passed, 0 failed"))
        self.assertEqual(self.tally(test("SKIP")), (1, "0 passed, 0 failed"))
        self.assertEqual(self.printed(["/nonexistent"]), (1, "0 passed, 1 failed"))


if __name__ == "__main__":
    unittest.main()
