// SPDX-License-Identifier: LGPL-2.1-or-later
// A gst-deepgram-server, the SDK's connection to it, and where what the SDK sends is kept.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";

import { Tap } from "./tap.mjs";

export const KEY = "sesame";
export const FORMAT = { model: "nova-3", encoding: "linear16", sample_rate: 16000 };
const PROGRAM = process.env.INTEROP_SERVER;
const PATIENCE = 30_000; // ms
const WAV_HEADER = 44;
export const SECOND = 32_000; // bytes
export const CHUNK = SECOND / 10;

function within(promise, what) {
  const bark = AbortSignal.timeout(PATIENCE);
  return Promise.race([promise, once(bark, "abort").then(() => Promise.reject(new Error(`no ${what}`)))]);
}

/** Words that the server's recognizer `tone` reads, one each half second. */
export function tones(seconds) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "tones"));
  const file = path.join(folder, "tones.wav");
  execFileSync(PROGRAM, ["--write-tones", file, "--seconds", String(seconds), "--quiet"]);
  const audio = readFileSync(file).subarray(WAV_HEADER);
  rmSync(folder, { recursive: true });
  return audio;
}

/** What the server itself recognizes in a file, word by word. */
export function transcript(file) {
  const lines = execFileSync(PROGRAM, ["--transcribe", file, "--format", "words", "--query", "model=nova-3"]);
  return lines.toString().trim().split("\n").map((line) => line.split(" ")[2]);
}

/** A server of its own for a test, behind a tap. */
export class Peer {
  static async start(...options) {
    const peer = new Peer();
    peer.process = spawn(PROGRAM, ["--quiet", "--api-key", KEY, ...options], { stdio: ["ignore", "pipe", "inherit"] });
    const lines = readline.createInterface({ input: peer.process.stdout });
    const [url] = await within(once(lines, "line"), "URL of the server");
    peer.tap = await Tap.before(url);
    const { host } = peer.tap;
    // All that is not as the SDK has it of itself.
    peer.environment = { base: `http://${host}`, production: `ws://${host}`, agent: `ws://${host}` };
    return peer;
  }

  stop() {
    this.process.kill();
    this.tap.close();
  }

  /** The latest exchange, once it is over, also into a fixture if this run records any. */
  async keep(name, secrets = { [KEY]: "$key" }) {
    const { last } = this.tap;
    await within(last.ended, "end of the connection");
    if (!process.env.INTEROP_RECORD) return;
    const changing = {
      host: this.tap.host,
      session: last.header("x-deepgram-session-id") ?? last.header("sec-websocket-protocol")?.split(/, ?/)[3],
      nonce: last.header("sec-websocket-key"),
      node: process.versions.node,
    };
    let text = last.lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    for (const [secret, word] of Object.entries(secrets)) text = text.replaceAll(secret, word);
    for (const [word, value] of Object.entries(changing)) if (value) text = text.replaceAll(`"${value}"`, `"$${word}"`);
    if (changing.session) text = text.replaceAll(changing.session, "$session");
    writeFileSync(path.join(process.env.INTEROP_RECORD, `${name}.jsonl`), text);
  }
}

/** A connection that the SDK makes, and what the SDK says of it. */
export class Stream {
  static async open(client, parameters) {
    const stream = new Stream();
    stream.messages = [];
    stream.waiting = [];
    stream.socket = await client.listen.v1.connect({ ...FORMAT, ...parameters, reconnectAttempts: 0 });
    stream.socket.on("message", (message) => stream.#take(message));
    stream.socket.on("error", (error) => (stream.error = error));
    stream.closed = new Promise((resolve) => stream.socket.on("close", resolve));
    stream.socket.connect();
    return stream;
  }

  /** One that is to be refused: the error that the SDK reports. */
  static async refused(client, parameters) {
    const stream = await Stream.open(client, parameters);
    await within(stream.socket.waitForOpen().catch(() => {}), "answer");
    await within(stream.closed, "end");
    return stream.error;
  }

  async opened() {
    await within(this.socket.waitForOpen(), "open connection");
    return this;
  }

  sendAudio(audio) {
    for (let at = 0; at < audio.length; at += CHUNK) this.socket.sendMedia(audio.subarray(at, at + CHUNK));
  }

  /** The first message, of those that came and those that come, that is so. */
  until(condition) {
    const found = this.messages.find(condition);
    if (found) return found;
    return within(new Promise((resolve) => this.waiting.push({ condition, resolve })), "message");
  }

  /** Asks for the end; the code of the close frame. */
  async close() {
    this.socket.sendCloseStream({ type: "CloseStream" });
    return (await within(this.closed, "close frame")).code;
  }

  ofType(type) {
    return this.messages.filter((message) => message.type === type);
  }

  words() {
    const finals = this.ofType("Results").filter((results) => results.is_final);
    return finals.flatMap((results) => results.channel.alternatives[0].words.map((word) => word.word));
  }

  #take(message) {
    this.messages.push(message);
    for (const { condition, resolve } of this.waiting) if (condition(message)) resolve(message);
  }
}
