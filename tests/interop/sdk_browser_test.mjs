// SPDX-License-Identifier: LGPL-2.1-or-later
// The same SDK, where it believes that it is in a browser: there a WebSocket has no headers, and the key goes into the
// subprotocol.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import WebSocket from "ws";

import { KEY, Peer, Stream, tones } from "./peer.mjs";

globalThis.window = { document: {}, navigator: { userAgent: "a browser" } };
globalThis.WebSocket = class extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols);
  }
};
const { DeepgramClient } = await import("@deepgram/sdk");

let peer;

before(async () => (peer = await Peer.start("--recognizer=tone")));
after(() => peer.stop());

async function transcribe(client) {
  const stream = await (await Stream.open(client)).opened();
  stream.sendAudio(tones(1));
  assert.equal(await stream.close(), 1000);
  assert.deepEqual(stream.words(), ["w0", "w1"]);
}

test("a browser's key is taken, and not repeated", async () => {
  await transcribe(new DeepgramClient({ apiKey: KEY, environment: peer.environment }));
  assert.equal(peer.tap.last.header("authorization"), undefined);
  assert.equal(peer.tap.last.answer.header("sec-websocket-protocol"), "token");
  await peer.keep("browser-key");
});

test("a browser's token is taken, and not repeated", async () => {
  const { access_token: accessToken } = await new DeepgramClient({ apiKey: KEY, environment: peer.environment }).auth.v1
    .tokens.grant();
  await transcribe(new DeepgramClient({ accessToken, environment: peer.environment }));
  assert.equal(peer.tap.last.answer.header("sec-websocket-protocol"), "bearer");
  await peer.keep("browser-token", { [accessToken]: "$token" });
});
