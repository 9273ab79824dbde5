#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a program under GStreamer's leaks tracer and fails if an object outlives gst_deinit().

Usage: leaks.py PROGRAM [ARGUMENT...]. The tracer only logs, so this reads the log. A program that
starts GStreamer and never calls gst_deinit() fails too: the tracer has told nothing then.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

ALIVE = "object-alive, type-name="


def environment(folder):
    # One file a process: the tests' children are looked at as well.
    return os.environ | {
        "GST_TRACERS": "leaks",
        "GST_DEBUG": "GST_TRACER:7,GST_INIT:4",
        "GST_DEBUG_FILE": f"{folder}/%p.log",
        "GST_DEBUG_NO_COLOR": "1",
    }


def faults(log):
    """What one process' log says against it."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    # The tracer announces the form of its records as well, with %s and %p in the fields' places.
    alive = [line for line in lines if ALIVE in line and "address=(gpointer)0x" in line]
    yield from (line[line.index(ALIVE):] for line in alive)
    if not any("deinitialized GStreamer" in line for line in lines):
        yield "GStreamer was started and gst_deinit() not called, so nothing is known of leaks"


def main(command):
    if not command:
        sys.exit("usage: leaks.py PROGRAM [ARGUMENT...]")
    with tempfile.TemporaryDirectory() as folder:
        code = subprocess.run(command, env=environment(folder), check=False).returncode
        found = [fault for log in pathlib.Path(folder).glob("*.log") for fault in faults(log)]
    for fault in found:
        print(f"leaks: {fault}", file=sys.stderr)
    return code or (1 if found else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
