#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs gst-deepgram-caption against a server on this machine: caption_test.py SERVER CAPTION"""
import json
import os
import pathlib
import pty
import re
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "support"))
# pylint: disable-next=wrong-import-position
from localserver import serve, write_tones

SERVER, CAPTION = (os.path.abspath(program) for program in sys.argv[1:])
PATIENCE = 60
LINES = ["w0 w1 w2 w3 w4 w5 w6 w7", "w8 w9"]


class Caption(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.sound = cls.tones(5)
        cls.url = serve(cls, SERVER, "--recognizer=tone")

    @classmethod
    def tones(cls, seconds):
        path = str(cls.folder / f"tones{seconds}.wav")
        write_tones(SERVER, path, seconds)
        return path

    def run_it(self, *arguments, url=None, cwd=None):
        return subprocess.run([CAPTION, "--url", url or self.url, *arguments], capture_output=True, text=True,
                              timeout=PATIENCE, check=False, cwd=cwd)

    def output_of(self, *arguments):
        done = self.run_it(self.sound, "--set=max-rate=0", *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def expect_complaint(self, status, text, *arguments, url=None):
        done = self.run_it(*arguments, url=url)
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        self.assertIn(text, done.stderr)

    def test_writes_text(self):
        self.assertEqual(self.output_of().splitlines(), LINES)

    def test_writes_text_with_its_times(self):
        self.assertEqual(self.output_of("--timestamps").splitlines(),
                         [f"{LINES[0]} [0.0 - 3.8]", f"{LINES[1]} [4.0 - 4.8]"])

    def test_writes_subtitles(self):
        self.assertEqual(self.output_of("--format=srt"),
                         "1\n00:00:00,000 --> 00:00:04,800\nw0 w1 w2 w3 w4 w5 w6 w7 w8 w9\n\n")
        self.assertEqual(self.output_of("--format=vtt"),
                         "WEBVTT\n\n00:00:00.000 --> 00:00:04.800\nw0 w1 w2 w3 w4 w5 w6 w7 w8 w9\n\n")

    def test_writes_json(self):
        results = [json.loads(line) for line in self.output_of("--format=json").splitlines()]
        self.assertEqual([result["transcript"] for result in results], LINES)
        self.assertEqual([result["channel"] for result in results], [0, 0])
        words = [word for result in results for word in result["words"]]
        self.assertEqual([word["word"] for word in words], [f"w{i}" for i in range(10)])
        for i, word in enumerate(words):
            self.assertAlmostEqual(word["start"], i * 0.5, places=2)
            self.assertAlmostEqual(word["end"], i * 0.5 + 0.3, places=2)

    def test_writes_to_a_file(self):
        for name, kind in (("a.txt", "text"), ("a.srt", "srt")):
            path = self.folder / name
            self.assertEqual(self.output_of(f"--format={kind}", f"--output={path}"), "")
            self.assertEqual(path.read_text(), self.output_of(f"--format={kind}"))

    def test_takes_a_file_whatever_its_name(self):
        path = self.folder / "talk:part1.wav"
        path.write_bytes(pathlib.Path(self.sound).read_bytes())
        done = self.run_it("talk:part1.wav", "--set=max-rate=0", cwd=self.folder)
        self.assertEqual((done.returncode, done.stdout.splitlines()), (0, LINES), done.stderr)

    def test_shows_no_control_characters(self):
        result = {"type": "Results", "channel_index": [0, 1], "start": 0, "duration": 1, "is_final": True,
                  "channel": {"alternatives": [{"transcript": "red\u001b[31m \u009bline\nbreak", "confidence": 1,
                                                "words": []}]}}
        scenario = self.folder / "scenario.json"
        scenario.write_text(json.dumps({"at": 1, "send": result}) + "\n")
        url = serve(type(self), SERVER, "--recognizer=script", f"--scenario={scenario}")
        done = self.run_it(self.sound, "--set=max-rate=0", url=url)
        self.assertEqual((done.returncode, done.stdout), (0, "red [31m  line break\n"), done.stderr)

    def test_sets_properties_of_the_service(self):
        self.expect_complaint(1, "400", self.sound, "--set=extra-params=x,model=(string)none")

    def test_says_what_is_wrong_with_the_command_line(self):
        self.expect_complaint(2, "one INPUT is needed")
        self.expect_complaint(2, "one INPUT is needed", self.sound, self.sound)
        self.expect_complaint(2, "there is no such file", self.sound + ".none")
        self.expect_complaint(2, "there are text, srt, vtt and json", self.sound, "--format=x")
        self.expect_complaint(2, "no property loudness", self.sound, "--set=loudness=1")
        self.expect_complaint(2, "latency cannot be soon", self.sound, "--set=latency=soon")
        self.expect_complaint(2, "PROPERTY=VALUE", self.sound, "--set=latency")
        self.expect_complaint(2, "--timestamps is for", self.sound, "--timestamps", "--format=srt")
        self.expect_complaint(2, "No such file or directory", self.sound, "--output=/proc/none/a.txt")

    def test_says_what_is_wrong_with_the_service(self):
        self.expect_complaint(1, "401", self.sound, url=self.url + "?x-refuse=401")

    def test_says_that_there_is_no_sound(self):
        text = self.folder / "no.wav"
        text.write_text("no sound at all " * 100)
        self.expect_complaint(1, "error: ", str(text))

    def test_shows_its_version_and_help(self):
        self.assertRegex(self.run_it("--version").stdout, r"^gst-deepgram-caption \d+\.\d+\.\d+\n$")
        self.assertIn("--timestamps", self.run_it("--help").stdout)

    def start(self, *arguments):
        """On a terminal; gives the process and what reads the terminal."""
        terminal, inside = pty.openpty()
        # pylint: disable-next=consider-using-with
        process = subprocess.Popen([CAPTION, "--url", self.url, *arguments], stdout=subprocess.PIPE, stderr=inside,
                                   text=True)
        os.close(inside)
        self.addCleanup(process.stdout.close)
        self.addCleanup(os.close, terminal)
        return process, terminal

    def read_until(self, terminal, pattern):
        shown = ""
        while not re.search(pattern, shown):
            piece = os.read(terminal, 1000).decode()
            self.assertTrue(piece, shown)
            shown += piece
        return shown

    # At 1.25 times real time, so that there is something to see.
    def test_shows_on_a_terminal_how_far_it_is_and_what_may_change(self):
        process, terminal = self.start(self.sound)
        self.read_until(terminal, r"\[[#.]{20}\] 0:0\d / 0:05 .*w\d")
        self.assertEqual(process.stdout.read().splitlines(), LINES)
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_writes_what_was_heard_when_it_is_interrupted(self):
        process, terminal = self.start(self.tones(600))
        self.read_until(terminal, r"w1")
        process.send_signal(signal.SIGINT)
        words = process.stdout.read().split()
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assertGreaterEqual(len(words), 2)
        self.assertEqual(words, [f"w{i}" for i in range(len(words))])
        self.assertLess(len(words), 1200)

    def test_ends_at_once_when_it_is_interrupted_twice(self):
        process, terminal = self.start(self.tones(600), "--set=extra-params=x,x-stall-results-after=(string)2")
        self.read_until(terminal, r"0:0\d / 10:00")
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(PATIENCE), 130)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
