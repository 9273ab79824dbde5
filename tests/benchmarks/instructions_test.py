#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""That instructions.py reads a profile and a record, and finds what costs more."""
import unittest

import instructions

PROFILE = """\
fn=main
16 5
cfi=corepath.cpp
cfn=parse_final
calls=2 30
20 300
cfn=parse_final
calls=2 30
25 100
cob=libc.so
cfi=other.cpp
cfn=settle_audio
calls=1 0
+3 7
fn=parse_final
30 400
"""

RECORD = """\
Before.

| what | instructions |
|---|---|
| one | 1,000 |
| two | 7 |

After.
"""


class Instructions(unittest.TestCase):
    def test_costs_are_of_a_call_with_all_that_it_calls(self):
        self.assertEqual(instructions.costs_in(PROFILE), {"parse_final": 100, "settle_audio": 7})

    def test_the_record_is_read(self):
        self.assertEqual(instructions.recorded(RECORD), {"one": 1000, "two": 7})

    def test_a_little_more_is_none(self):
        before = {"one": 1000}
        self.assertEqual(instructions.grown({"one": 1125}, before), [])
        self.assertEqual(instructions.grown({"one": 1126}, before), ["one"])

    def test_what_is_not_recorded_is_found(self):
        self.assertEqual(instructions.grown({"new": 1}, {}), ["new"])

    def test_the_record_is_updated_in_its_place(self):
        text = instructions.updated(RECORD, {"one": 2000, "three": 3})
        self.assertEqual(text, RECORD.replace("| one | 1,000 |\n| two | 7 |", "| one | 2,000 |\n| three | 3 |"))


if __name__ == "__main__":
    unittest.main()
