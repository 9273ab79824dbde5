#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Streams to a server on this machine as Deepgram's documentation does it in Python, with the plain
`websockets` package (Debian's python3-websockets): websockets_test.py SERVER"""
import asyncio
import contextlib
import json
import pathlib
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
import wave

from websockets.exceptions import ConnectionClosed, InvalidStatusCode
# What `websockets.connect` is up to version 13, and what later versions still have.
from websockets.legacy.client import connect

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "support"))
# pylint: disable-next=wrong-import-position
from localserver import serve, write_tones

SERVER = sys.argv.pop()
PATIENCE = 60
KEY = "sesame"
FORMAT = "model=nova-3&encoding=linear16&sample_rate=16000"
CHUNK = 3200  # 100 ms
SECOND = 32000
IDLE = 2  # s, after which the server closes


def header(scheme, secret):
    return {"Authorization": f"{scheme} {secret}"}


def tones(seconds):
    """The bytes of words that the server's recognizer `tone` reads, one each half second."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        write_tones(SERVER, file.name, seconds)
        with wave.open(file.name) as sound:
            return sound.readframes(sound.getnframes())


class Stream:
    """A connection, and what came on it."""

    def __init__(self, socket):
        self.socket = socket
        self.messages = []

    async def send_audio(self, audio):
        for start in range(0, len(audio), CHUNK):
            await self.socket.send(audio[start:start + CHUNK])

    async def send(self, **message):
        await self.socket.send(json.dumps(message))

    async def round_trip(self):
        await asyncio.wait_for(await self.socket.ping(), PATIENCE)

    async def receive(self):
        message = json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE))
        self.messages.append(message)
        return message

    async def until(self, condition):
        while not condition(await self.receive()):
            pass

    async def rest(self):
        """To the end; the code of the close frame."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self.receive()
        return self.socket.close_code

    def of_type(self, kind):
        return [message for message in self.messages if message["type"] == kind]

    def words(self):
        finals = [message for message in self.of_type("Results") if message["is_final"]]
        return " ".join(word["word"] for message in finals
                        for word in message["channel"]["alternatives"][0]["words"])


class PlainClient(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.url = serve(cls, SERVER, "--recognizer=tone", f"--api-key={KEY}", f"--idle-timeout={IDLE * 1000}")
        cls.audio = tones(3)

    async def open(self, query="", headers=None, **options):
        socket = await connect(f"{self.url}?{FORMAT}{query}", extra_headers=headers or header("Token", KEY), **options)
        self.addAsyncCleanup(socket.close)
        return Stream(socket)

    async def refusal(self, query="", headers=None):
        with self.assertRaises(InvalidStatusCode) as caught:
            await connect(f"{self.url}?{FORMAT}{query}", extra_headers=headers or header("Token", KEY))
        return caught.exception

    def grant(self, headers, body=b"{}"):
        url = "http" + self.url[2:].replace("/v1/listen", "/v1/auth/grant")
        request = urllib.request.Request(url, data=body, headers=headers, method="POST")
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    async def test_gets_interims_and_finals(self):
        stream = await self.open("&interim_results=true")
        await stream.send_audio(self.audio)
        await stream.send(type="CloseStream")
        self.assertEqual(await stream.rest(), 1000)
        self.assertEqual(stream.words(), "w0 w1 w2 w3 w4 w5")
        interims = [message for message in stream.of_type("Results") if not message["is_final"]]
        self.assertEqual([round(message["duration"]) for message in interims], [1, 2, 3])
        final = stream.of_type("Results")[-1]
        self.assertEqual(final["channel"]["alternatives"][0]["transcript"], "w0 w1 w2 w3 w4 w5")
        self.assertEqual(final["metadata"]["request_id"], stream.socket.response_headers["dg-request-id"])

    async def test_gets_metadata_last(self):
        stream = await self.open("&tag=mine")
        await stream.send_audio(self.audio)
        await stream.send(type="CloseStream")
        await stream.rest()
        metadata = stream.messages[-1]
        self.assertEqual((metadata["type"], metadata["duration"], metadata["channels"]), ("Metadata", 3.0, 1))
        self.assertEqual(metadata["request_id"], stream.socket.response_headers["dg-request-id"])

    async def test_hears_speech_start_and_utterances_end(self):
        stream = await self.open("&interim_results=true&vad_events=true&utterance_end_ms=1000")
        await stream.send_audio(self.audio + bytes(3 * SECOND))
        await stream.until(lambda message: message["type"] == "UtteranceEnd")
        self.assertEqual(stream.of_type("UtteranceEnd")[0]["channel"], [0, 1])
        self.assertAlmostEqual(stream.of_type("UtteranceEnd")[0]["last_word_end"], 2.8, delta=0.05)
        started = stream.of_type("SpeechStarted")[0]
        self.assertEqual((started["channel"], round(started["timestamp"])), ([0, 1], 0))

    async def test_finalizes(self):
        stream = await self.open()
        await stream.send_audio(self.audio)
        await stream.send(type="Finalize")
        await stream.until(lambda message: message.get("from_finalize"))
        self.assertEqual(stream.words(), "w0 w1 w2 w3 w4 w5")

    async def test_is_kept_alive(self):
        stream = await self.open()
        await stream.send_audio(self.audio)
        end = time.monotonic() + 1.5 * IDLE
        while time.monotonic() < end:
            await stream.send(type="KeepAlive")
            await stream.round_trip()
        await stream.send(type="CloseStream")
        self.assertEqual(await stream.rest(), 1000)
        self.assertEqual(stream.messages[-1]["duration"], 3.0)

    async def test_is_closed_when_it_falls_silent(self):
        stream = await self.open()
        await stream.send_audio(self.audio)
        self.assertEqual(await stream.rest(), 1011)
        self.assertIn("net0001", stream.socket.close_reason)
        self.assertEqual(stream.messages[-1]["sha256"], "incomplete")

    async def test_is_told_of_an_unknown_command(self):
        stream = await self.open()
        await stream.send(type="KeepAlive ")
        await stream.until(lambda message: message["type"] == "Error")
        self.assertEqual(stream.messages[-1]["variant"], "SchemaError")

    async def test_is_answered_when_it_pings(self):
        stream = await self.open()
        await stream.round_trip()

    async def test_is_told_what_is_wrong(self):
        wrong_key = await self.refusal(headers=header("Token", "other"))
        self.assertEqual((wrong_key.status_code, wrong_key.headers["dg-error"]), (401, "Invalid credentials."))
        self.assertIn("dg-request-id", wrong_key.headers)
        wrong_value = await self.refusal("&utterance_end_ms=100&interim_results=true")
        self.assertEqual(wrong_value.status_code, 400)
        self.assertIn("utterance_end_ms", wrong_value.headers["dg-error"])

    async def test_may_show_its_key_as_browsers_do(self):
        stream = await self.open(headers={"X-Nothing": "1"}, subprotocols=["token", KEY])
        self.assertEqual(stream.socket.subprotocol, "token")

    async def test_may_show_a_token(self):
        granted = self.grant(header("Token", KEY), b'{"ttl_seconds": 60}')
        self.assertEqual(granted["expires_in"], 60)
        stream = await self.open(headers=header("Bearer", granted["access_token"]))
        self.assertTrue(stream.socket.open)
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.grant(header("Token", "other"))
        with caught.exception as refused:
            self.assertEqual((refused.code, json.load(refused)["err_code"]), (401, "INVALID_AUTH"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
