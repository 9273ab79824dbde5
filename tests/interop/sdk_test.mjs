// SPDX-License-Identifier: LGPL-2.1-or-later
// Deepgram's own SDK, as it is but for where it finds the service: scripts/interop.sh runs this.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";

import { DeepgramClient } from "@deepgram/sdk";

import { KEY, Peer, SECOND, Stream, tones, transcript } from "./peer.mjs";

const IDLE = 1500; // ms, after which the server closes
const KEEP_ALIVES = 6;
const isFinal = (message) => message.type === "Results" && message.is_final;
const numbered = (count) => Array.from({ length: count }, (_, i) => `w${i}`);

let peer, client;

before(async () => {
  peer = await Peer.start("--recognizer=tone", `--idle-timeout=${IDLE}`);
  client = new DeepgramClient({ apiKey: KEY, environment: peer.environment });
});
after(() => peer.stop());

describe("a stream", () => {
  // Three seconds of words, two of silence, three more of words.
  const words = tones(6);
  const audio = Buffer.concat([words.subarray(0, 3 * SECOND), Buffer.alloc(2 * SECOND), words.subarray(3 * SECOND)]);
  let stream, code;

  before(async () => {
    stream = await Stream.open(client, {
      interim_results: "true",
      utterance_end_ms: "1000",
      vad_events: "true",
      punctuate: true,
      keyterm: ["gold standard", "plain"],
      tag: "interop",
    });
    await stream.opened();
    stream.sendAudio(audio);
    stream.socket.sendFinalize({ type: "Finalize" });
    await stream.until((message) => message.from_finalize);
    code = await stream.close();
    await peer.keep("stream");
  });

  test("opens, and has a request id", () => {
    assert.equal(peer.tap.last.answer.status, 101);
    assert.match(peer.tap.last.answer.header("dg-request-id"), /^[0-9a-f-]{36}$/);
  });

  test("gets interim results, one a second", () => {
    const interims = stream.ofType("Results").filter((results) => !results.is_final);
    assert.ok(interims.length >= 4, `${interims.length}`);
    assert.equal(Math.round(interims[0].duration), 1);
  });

  test("gets each word once, in final results", () => assert.deepEqual(stream.words(), numbered(12)));

  test("gets results with all that the SDK's types have", () => {
    const final = stream.messages.find(isFinal);
    assert.deepEqual(final.channel_index, [0, 1]);
    assert.equal(final.metadata.request_id, peer.tap.last.answer.header("dg-request-id"));
    assert.deepEqual(Object.keys(final.metadata.model_info).sort(), ["arch", "name", "version"]);
    const word = final.channel.alternatives[0].words[0];
    assert.deepEqual(Object.keys(word).sort(), ["confidence", "end", "punctuated_word", "start", "word"]);
  });

  test("gets SpeechStarted", () => {
    const started = stream.ofType("SpeechStarted");
    assert.ok(started.length >= 2);
    assert.deepEqual(started[0].channel, [0, 1]);
  });

  test("gets UtteranceEnd", () => {
    const [end] = stream.ofType("UtteranceEnd");
    assert.ok(Math.abs(end.last_word_end - 2.8) < 0.05, `${end.last_word_end}`);
  });

  test("gets an answer to Finalize", () => {
    const answers = stream.messages.filter((message) => message.from_finalize);
    assert.equal(answers.length, 1);
    assert.ok(answers[0].is_final);
  });

  test("gets Metadata last", () => {
    const metadata = stream.messages.at(-1);
    assert.equal(metadata.type, "Metadata");
    assert.equal(metadata.duration, 8);
    assert.equal(metadata.request_id, peer.tap.last.answer.header("dg-request-id"));
  });

  test("is closed with 1000", () => assert.equal(code, 1000));
});

test("KeepAlive holds a connection for longer than the server waits", async () => {
  const stream = await (await Stream.open(client)).opened();
  stream.sendAudio(tones(1));
  for (let i = 0; i < KEEP_ALIVES; ++i) {
    await new Promise((resolve) => setTimeout(resolve, IDLE / 3));
    stream.socket.sendKeepAlive({ type: "KeepAlive" });
  }
  assert.equal(await stream.close(), 1000);
  assert.equal(stream.messages.at(-1).duration, 1);
  await peer.keep("keepalive");
});

test("who falls silent is closed with 1011, NET-0001", async () => {
  const stream = await (await Stream.open(client, { shouldReconnect: () => false })).opened();
  stream.sendAudio(tones(1));
  const { code, reason } = await stream.closed;
  assert.equal(code, 1011);
  assert.match(reason, /net0001/);
  assert.equal(stream.messages.at(-1).sha256, "incomplete");
});

test("each of several channels is heard by itself", async () => {
  const stream = await (await Stream.open(client, { channels: 2, multichannel: "true" })).opened();
  const mono = tones(2);
  const stereo = Buffer.alloc(2 * mono.length); // the second channel is silent
  for (let i = 0; i < mono.length; i += 2) mono.copy(stereo, 2 * i, i, i + 2);
  stream.sendAudio(stereo);
  await stream.close();
  const channels = stream.messages.filter(isFinal).map((results) => results.channel_index);
  assert.deepEqual(new Set(channels.map(String)), new Set(["0,2", "1,2"]));
  assert.deepEqual(stream.words(), numbered(4));
  await peer.keep("multichannel");
});

describe("a refusal", () => {
  test("of a wrong key is 401 with dg-error", async () => {
    const stranger = new DeepgramClient({ apiKey: "wrong", environment: peer.environment });
    const error = await Stream.refused(stranger);
    assert.match(error.message, /401/);
    assert.equal(peer.tap.last.answer.header("dg-error"), "Invalid credentials.");
    await peer.keep("wrong-key", { wrong: "$wrong" });
  });

  test("of a bad parameter is 400 with dg-error", async () => {
    const error = await Stream.refused(client, { interim_results: "true", utterance_end_ms: "100" });
    assert.match(error.message, /400/);
    assert.match(peer.tap.last.answer.header("dg-error"), /utterance_end_ms/);
    await peer.keep("bad-parameter");
  });
});

describe("a token", () => {
  let granted;

  test("is granted for a key", async () => {
    granted = await client.auth.v1.tokens.grant({ ttl_seconds: 60 });
    assert.equal(granted.expires_in, 60);
    await peer.keep("grant");
  });

  test("opens a stream", async () => {
    const bearer = new DeepgramClient({ accessToken: granted.access_token, environment: peer.environment });
    const stream = await (await Stream.open(bearer)).opened();
    assert.equal(await stream.close(), 1000);
    await peer.keep("token", { [granted.access_token]: "$token" });
  });

  test("is not granted for a wrong key", async () => {
    const stranger = new DeepgramClient({ apiKey: "wrong", environment: peer.environment });
    await assert.rejects(stranger.auth.v1.tokens.grant(), (error) => {
      assert.equal(error.statusCode, 401);
      assert.equal(error.body.err_code, "INVALID_AUTH");
      return true;
    });
  });

  test("is not granted for a lifetime of days", async () => {
    await assert.rejects(client.auth.v1.tokens.grant({ ttl_seconds: 86400 }), { statusCode: 400 });
  });
});

test("recorded speech in a WAV file is understood as by the server alone", async (context) => {
  const speech = process.env.INTEROP_SPEECH;
  const listener = await Peer.start("--recognizer=pocketsphinx");
  context.after(() => listener.stop());
  const sdk = new DeepgramClient({ apiKey: KEY, environment: listener.environment });
  const stream = await (await Stream.open(sdk, { encoding: undefined, sample_rate: undefined })).opened();
  stream.sendAudio(readFileSync(speech));
  assert.equal(await stream.close(), 1000);
  assert.deepEqual(stream.words(), transcript(speech));
});
