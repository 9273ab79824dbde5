#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts, with callgrind, the instructions that an audio buffer, a result and a tick cost.

Usage: instructions.py COREPATH RECORD [--update]

Prints a table of now and of RECORD, a Markdown file with such a table, and fails if something costs more
than an eighth more than is recorded there. --update writes the table into RECORD.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

# Rows: what is counted, by which functions' calls, in which way of showing text.
WAYS = {"live, roll-up": ("rollup", "2000"), "live, cues": ("cue", "8000"), "file, cues": ("cue", "0"),
        "live, words": ("word", "2000")}
COMMON = {"audio buffer of 20 ms": "audio_buffer", "`parse_message`, interim": "parse_interim",
          "`parse_message`, final": "parse_final", "`Transcript`, interim": "transcribe_interim",
          "`Transcript`, final": "transcribe_final", "`Intake::settle`, result": "settle_audio",
          "`break_between`, word": "look_for_break"}
CAPTIONS = {"interim": "caption_interim", "final": "caption_final", "tick": "caption_tick"}
MOST = 1.125
# Of a profile: who is called, how often, and what all these calls cost.
CALL = re.compile(r"^cfn=(\w+)\n(?:c(?:fi|fl|ob)=.*\n)*calls=(\d+) .*\n\S+ (\d+)$", re.MULTILINE)
ROW = re.compile(r"^\| (.+?) \| ([\d,]+) \|$", re.MULTILINE)


def costs_in(profile):
    """What a call of each function costs, with all that it calls."""
    calls, sums = {}, {}
    for name, count, cost in CALL.findall(profile):
        calls[name] = calls.get(name, 0) + int(count)
        sums[name] = sums.get(name, 0) + int(cost)
    return {name: round(sums[name] / calls[name]) for name in calls}


def costs(program, arguments):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out"
        subprocess.run(["valgrind", "--quiet", "--tool=callgrind", "--compress-strings=no", "--compress-pos=no",
                        f"--callgrind-out-file={out}", program, *arguments],
                       check=True, stdout=subprocess.DEVNULL)
        return costs_in(out.read_text(encoding="utf-8", errors="replace"))


def measured(program):
    rows = {}
    for way, arguments in WAYS.items():
        found = costs(program, arguments)
        if not rows:
            rows = {row: found[function] for row, function in COMMON.items()}
        for what, function in CAPTIONS.items():
            if function in found:
                rows[f"`Captions`, {way}: {what}"] = found[function]
    return rows


def recorded(text):
    return {row: int(number.replace(",", "")) for row, number in ROW.findall(text)}


def updated(text, rows):
    """The text with the rows' numbers of now."""
    table = "\n".join(f"| {row} | {number:,} |" for row, number in rows.items())
    old = ROW.findall(text)
    first, last = (f"| {row} | {number} |" for row, number in (old[0], old[-1]))
    return text[:text.index(first)] + table + text[text.index(last) + len(last):]


def grown(rows, before):
    """The rows that cost more than they may, or that were never recorded."""
    return [row for row, number in rows.items() if row not in before or number > before[row] * MOST]


def main(arguments):
    if len(arguments) not in (2, 3) or arguments[2:] not in ([], ["--update"]):
        sys.exit(__doc__)
    program, record = arguments[0], pathlib.Path(arguments[1])
    text = record.read_text(encoding="utf-8")
    rows, before = measured(program), recorded(text)
    for row, number in rows.items():
        print(f"{row:40} {number:12,} {before.get(row, 0):12,}")
    if arguments[2:]:
        record.write_text(updated(text, rows), encoding="utf-8")
        return 0
    more = grown(rows, before)
    print(*(f"costs more than is recorded: {row}" for row in more), sep="\n")
    return 1 if more else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
