#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts the tests in logs of `meson test` and prints `N passed, N failed`.

A GoogleTest program counts as the cases it ran, any other program as one. Fails if a test failed,
and also if none passed: a run without results is not a success.
"""
import json
import re
import sys
from collections import Counter

# What GoogleTest prints when a case has ended, and only then.
CASE = re.compile(r"\[ +(OK|FAILED|SKIPPED) +\] (\S+?),?(?: where .*)? \(\d+ ms\)")
OUTCOMES = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped", "SKIPPED": "skipped"}


def outcome(result):
    return OUTCOMES.get(result, "failed")


def results(test):
    """(name, outcome) of each case of one test program, or of the program if it has none."""
    cases = [(case, outcome(result)) for result, case in CASE.findall(test.get("stdout", ""))]
    program = outcome(test["result"])
    empty = "[==========] Running 0 tests" in test.get("stdout", "")
    if empty and program == "passed":
        program = "failed"
    # A program that crashed, timed out or leaked failed even if each case it told of passed.
    if not cases or (program == "failed" and not any(result == "failed" for _, result in cases)):
        cases.append((test["result"], program))
    return [(f"{test['name']}: {case}", result) for case, result in cases]


def tests(paths):
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as log:
            yield from (json.loads(line) for line in log if line.strip())


def main(paths):
    counts = Counter()
    try:
        for test in tests(paths):
            for name, result in results(test):
                counts[result] += 1
                if result != "passed":
                    print(f"{result}: {name}")
    except OSError as error:
        print(f"no results: {error}")
        counts["failed"] += 1
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return 0 if counts["passed"] and not counts["failed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
