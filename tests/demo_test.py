#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests what scripts/demo.py reads of GStreamer's messages, and that it sees when captions are missing."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scripts"))
import demo  # pylint: disable=wrong-import-position

SECOND = demo.WIDTH * demo.HEIGHT
# As gst-launch-1.0 -m printed them.
WORDS = r'words=(structure)< "word\,\ word\=\(string\)hello\,\ start\=\(guint64\)1230000000\;" >'


def message(transcript, final="true", name="deepgram/results"):
    return (f'Got message #7 from element "t" (element): {name}, transcript=(string){transcript}, '
            f"is-final=(boolean){final}, {WORDS};\n")


def pictures(*seconds):
    """A grey picture for each second, with or without letters in its lower third."""
    return b"".join(bytes(SECOND - 200) + bytes([255 if shown else 0]) * 200 for shown in seconds)


class FinalLine(unittest.TestCase):
    def test_is_the_text_and_the_time_of_its_first_word(self):
        self.assertEqual(demo.final_line(message("hello")), (1.23, "hello"))

    def test_undoes_what_gstreamer_escapes(self):
        escaped = r'"R\&D\ caf\303\251\ is\ \"so\;\ \(x\)\"\ a\\b\012new"'
        self.assertEqual(demo.final_line(message(escaped)), (1.23, 'R&D café is "so; (x)" a\\b new'))

    def test_is_nothing_for_an_interim_an_empty_result_or_another_message(self):
        for line in (message("hello", final="false"), message('""'),
                     message("hello", name="deepgram/raw"), "Setting pipeline to PLAYING ...\n"):
            self.assertIsNone(demo.final_line(line), line)


class Frames(unittest.TestCase):
    def test_reads_the_times_of_subtitles(self):
        with tempfile.TemporaryDirectory() as folder:
            srt = pathlib.Path(folder) / "a.srt"
            srt.write_text("1\n00:00:01,500 --> 01:02:03,004\nat 00:00:09,000 --> it\n\n")
            self.assertEqual(demo.cues(srt), [(1.5, 3723.004)])

    def test_escapes_for_webvtt_what_must_be(self):
        srt = "1\n00:00:01,500 --> 00:00:02,000\nR&B\n<it's>\n\n2\n00:01:03,000 --> 00:01:04,000\n1,5\n\n"
        self.assertEqual(demo.webvtt(srt), "WEBVTT\n\n00:00:01.500 --> 00:00:02.000\nR&amp;B\n&lt;it's&gt;\n\n"
                                           "00:01:03.000 --> 00:01:04.000\n1,5\n")
        self.assertEqual(demo.webvtt(""), "WEBVTT\n")

    def test_picks_a_second_with_a_caption(self):
        self.assertEqual(demo.pick_frame(pictures(False, True, False), [(0.5, 1.5)]), 1)

    def test_finds_a_caption_that_is_not_on_the_picture(self):
        with self.assertRaisesRegex(demo.Failure, r"\[1\]"):
            demo.pick_frame(pictures(False, False, False), [(0.5, 1.5)])

    def test_finds_a_caption_that_stays_too_long(self):
        with self.assertRaisesRegex(demo.Failure, r"\[2\]"):
            demo.pick_frame(pictures(False, True, True), [(0.5, 1.5)])

    def test_refuses_a_video_without_any_caption(self):
        with self.assertRaises(demo.Failure):
            demo.pick_frame(pictures(False, False), [])


if __name__ == "__main__":
    unittest.main()
