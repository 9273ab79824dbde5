#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the commands of the README as they stand there: readme_test.py SERVER CAPTION README

Only what this machine does not have is put in its place: a server on loopback for the service, the recording for the
microphone and for what is on the network, and a sink that shows nothing for the screen and the loudspeaker.
"""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parent / "support"))
# pylint: disable-next=wrong-import-position
from localserver import serve, write_tones

SERVER, CAPTION = (os.path.abspath(program) for program in sys.argv[1:3])
README = pathlib.Path(sys.argv[3]).read_text(encoding="utf-8")
PATIENCE = 120
SECONDS = 5
WORDS = [f"w{number}" for number in range(2 * SECONDS)]


def commands():
    """Those in the README's blocks, without comments."""
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL):
        for command in block.replace("\\\n", " ").splitlines():
            if command := re.sub(r"\s+#.*", "", command).strip():
                yield command


def of_tool(name, word=""):
    found = [command for command in commands() if command.startswith(f"{name} ") and word in command]
    assert found, f"README has no {name} with {word}"
    return found


def words_in(text):
    return re.findall(r"\bw\d+\b", text)


class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        write_tones(SERVER, cls.folder / "speech.wav", SECONDS)
        cls.run_it("gst-launch-1.0 -q videotestsrc num-buffers=150 ! video/x-raw,width=320,height=240 ! jpegenc ! "
                   "qtmux name=file ! filesink location=talk.mp4 filesrc location=speech.wav ! wavparse ! file.")
        cls.url = serve(cls, SERVER, "--recognizer=tone")

    @classmethod
    def run_it(cls, command):
        done = subprocess.run(shlex.split(command), capture_output=True, text=True, timeout=PATIENCE, check=False,
                              cwd=cls.folder)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def here(self, command):
        """The same with what this machine has."""
        for element in ("deepgramtranscribe", "deepgramsink"):
            command = command.replace(f" {element}", f" {element} url={self.url} max-rate=0", 1)
        command = command.replace(" deepgramoverlay", f" deepgramoverlay url={self.url} transcribe::max-rate=0", 1)
        command = re.sub(r"url=ws://127.0.0.1:8080\S+ max-rate=0", "", command)
        command = re.sub(r"uri=https?://\S+", f"uri={(self.folder / 'speech.wav').as_uri()}", command)
        command = re.sub(r"\bauto(video|audio)sink\b", "fakesink", command)
        return command.replace("autoaudiosrc", "filesrc location=speech.wav ! wavparse")

    def test_each_pipeline_gives_every_word_once(self):
        pipelines = of_tool("gst-launch-1.0")
        self.assertGreater(len(pipelines), 8)
        for pipeline in pipelines:
            with self.subTest(pipeline):
                printed = self.run_it(self.here(pipeline))
                if written := re.search(r"filesink location=(\S+\.(srt|vtt))", pipeline):
                    printed = (self.folder / written[1]).read_text(encoding="utf-8")
                elif "matroskamux" in pipeline:
                    printed = self.run_it("gst-launch-1.0 -q filesrc location=speech.mkv ! matroskademux name=file "
                                          "file.audio_0 ! fakesink async=false "
                                          "file.subtitle_0 ! srtenc ! fdsink async=false")
                elif "-m" in pipeline.split():
                    self.assertGreater(printed.rfind("(eos)"), printed.rfind("deepgram/results"))
                    final = r"deepgram/results, transcript=(.*?), is-final=\(boolean\)true"
                    printed = "".join(re.findall(final, printed))
                elif "deepgramoverlay" in pipeline:
                    continue  # a picture: that it plays to its end is all that can be read here
                self.assertEqual(words_in(printed), WORDS, printed)

    def test_each_line_of_the_caption_tool_gives_every_word_once(self):
        for line in of_tool("gst-deepgram-caption"):
            command = line.replace("gst-deepgram-caption ", f"{CAPTION} --url={self.url} --set=max-rate=0 ")
            command = re.sub(r"https?://\S+", (self.folder / "speech.wav").as_uri(), command)
            command = re.sub(r" mic$", " speech.wav", command)
            with self.subTest(line):
                printed = self.run_it(command)
                if written := re.search(r"--output (\S+)", line):
                    printed = (self.folder / written[1]).read_text(encoding="utf-8")
                self.assertEqual(words_in(printed), WORDS, printed)

    def test_the_mock_server_acknowledges_and_keeps(self):
        [line] = of_tool("gst-deepgram-server", "--record")
        kept = self.folder / "kept"
        kept.mkdir()
        command = line.rstrip(" &").replace("gst-deepgram-server", SERVER).replace("--port 8081", "--quiet")
        with subprocess.Popen(shlex.split(command), stdout=subprocess.PIPE, text=True, cwd=self.folder) as server:
            try:
                url = server.stdout.readline().strip()
                self.run_it("gst-launch-1.0 -q filesrc location=speech.wav ! wavparse ! "
                            f"deepgramsink url={url} max-rate=0")
            finally:
                server.terminate()
        # It says nothing that is final, so the element sends all again before it gives up.
        raws, wavs = (sorted(kept.glob(f"*.{kind}")) for kind in ("raw", "wav"))
        self.assertGreater(len(raws), 0)
        for raw, wav in zip(raws, wavs, strict=True):
            self.assertEqual(raw.stat().st_size, SECONDS * 16000 * 2)
            self.assertEqual(wav.read_bytes()[44:], raw.read_bytes())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
