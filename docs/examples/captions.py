#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Captions of a file or a URL in the terminal: what is said while it may still change, the captions with the word that
the service is least sure of, and what the connection did. Needs python3-gst-1.0; the key is taken from DEEPGRAM_API_KEY.

    docs/examples/captions.py talk.mp4
    docs/examples/captions.py talk.mp4 ws://127.0.0.1:8080/v1/listen     # gst-deepgram-server --port 8080
"""
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # pylint: disable=wrong-import-position

PIPELINE = ("uridecodebin name=file ! audioconvert ! audioresample ! deepgramtranscribe name=transcribe ! "
            "fakesink name=text sync=false signal-handoffs=true")


class Captions:
    def __init__(self, location, url):
        self.pipeline = Gst.parse_launch(PIPELINE)
        self.transcribe = self.pipeline.get_by_name("transcribe")
        self.pipeline.get_by_name("file").set_property("uri", location)
        if url:
            self.transcribe.set_property("url", url)
        self.pipeline.get_by_name("text").connect("handoff", self.on_text)
        self.loop = GLib.MainLoop()
        self.failed = False

    def run(self):
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::element", lambda _, message: self.on_message(message.get_structure()))
        bus.connect("message::warning", lambda _, message: self.complain(message.parse_warning()))
        bus.connect("message::error", lambda _, message: self.fail(message.parse_error()))
        bus.connect("message::eos", lambda *_: self.loop.quit())
        self.pipeline.set_state(Gst.State.PLAYING)
        try:
            self.loop.run()
        except KeyboardInterrupt:
            self.failed = True
        self.tell_stats()
        self.pipeline.set_state(Gst.State.NULL)
        return not self.failed

    def on_message(self, message):
        """An interim result replaces the one before; only finals stay."""
        if message.get_name() == "deepgram/results" and message["transcript"]:
            if message["is-final"]:
                print(f"{message['running-time'] / Gst.SECOND:8.2f}  {message['transcript']}", flush=True)
            elif sys.stdout.isatty():
                print(f"        …  {message['transcript']}", end="\r", flush=True)
        elif message.get_name() == "deepgram/connection" and message["state"] in ("backing-off", "failed"):
            print(f"connection {message['connection']} is {message['state']}", file=sys.stderr)

    def on_text(self, _sink, buffer, _pad):
        """A caption; on the thread of the pad that it comes from."""
        if not buffer.get_size():
            return
        text = bytes(buffer.extract_dup(0, buffer.get_size())).decode()
        words = buffer.get_custom_meta("DeepgramWordsMeta").get_structure()["words"]
        doubtful = min(words, key=lambda word: word["confidence"], default=None)
        note = f"   [{doubtful['word']}: {doubtful['confidence']:.2f}]" if doubtful else ""
        print(f"caption {buffer.pts / Gst.SECOND:.2f}-{(buffer.pts + buffer.duration) / Gst.SECOND:.2f}: {text}{note}",
              flush=True)

    def tell_stats(self):
        stats = self.transcribe.get_property("stats")
        print(f"{stats['words']} words in {stats['finals']} results, {stats['audio-sent'] / Gst.SECOND:.1f} s of audio "
              f"on {stats['connections']} connection(s)", file=sys.stderr)

    def complain(self, what):
        print(what[0].message, file=sys.stderr)

    def fail(self, what):
        self.complain(what)
        self.failed = True
        self.loop.quit()


def main(arguments):
    if not 1 <= len(arguments) <= 2 or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    Gst.init(None)
    location = arguments[0] if Gst.uri_is_valid(arguments[0]) else Gst.filename_to_uri(arguments[0])
    try:
        captions = Captions(location, arguments[1] if len(arguments) > 1 else None)
    except GLib.Error as error:
        print(error.message, file=sys.stderr)
        return 1
    return 0 if captions.run() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
