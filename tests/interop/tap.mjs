// SPDX-License-Identifier: LGPL-2.1-or-later
// Between a client and a server: passes on every byte, and keeps what the client said, as lines of a fixture.
import net from "node:net";

const END_OF_HEAD = "\r\n\r\n";

/** The next frame in `bytes` (RFC 6455, section 5.2), or null while it is not whole. */
function frameIn(bytes) {
  if (bytes.length < 2) return null;
  const short = bytes[1] & 0x7f;
  const wide = { 126: 2, 127: 8 }[short] ?? 0;
  const mask = 2 + wide;
  const start = mask + (bytes[1] & 0x80 ? 4 : 0);
  if (bytes.length < start) return null;
  const length = wide === 0 ? short : wide === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < start + length) return null;
  const payload = Buffer.from(bytes.subarray(start, start + length));
  if (start > mask) for (let i = 0; i < length; ++i) payload[i] ^= bytes[mask + (i % 4)];
  return { opcode: bytes[0] & 0x0f, payload, size: start + length };
}

/** As a line of a fixture: audio is but its size. */
function lineOf({ opcode, payload }) {
  if (opcode === 1) return { text: payload.toString() };
  if (opcode === 2) return { binary: payload.length };
  if (opcode === 8) return { close: payload.length ? payload.readUInt16BE(0) : null };
  return { opcode, payload: payload.toString("hex") };
}

function parseHead(text) {
  const [first, ...rest] = text.split("\r\n");
  return { first, headers: rest.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]) };
}

function headerOf(head, name) {
  return head.headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

/** What one client says on one connection, and the head of the answer. */
class Exchange {
  /** `ended` settles when the client has nothing more to say. */
  constructor(ended) {
    this.ended = ended;
    this.lines = [];
    this.answer = null;
    this.pending = { out: Buffer.alloc(0), in: Buffer.alloc(0) };
  }

  header(name) {
    return headerOf(this.head, name);
  }

  said(bytes) {
    this.pending.out = Buffer.concat([this.pending.out, bytes]);
    if (!this.head) this.#readRequest();
    if (this.head) this.#readBody();
  }

  answered(bytes) {
    this.pending.in = Buffer.concat([this.pending.in, bytes]);
    const end = this.pending.in.indexOf(END_OF_HEAD);
    if (this.answer || end < 0) return;
    const head = parseHead(this.pending.in.subarray(0, end).toString("latin1"));
    this.answer = { status: Number(head.first.split(" ")[1]), header: (name) => headerOf(head, name) };
  }

  #readRequest() {
    const end = this.pending.out.indexOf(END_OF_HEAD);
    if (end < 0) return;
    this.head = parseHead(this.pending.out.subarray(0, end).toString("latin1"));
    this.pending.out = this.pending.out.subarray(end + END_OF_HEAD.length);
    this.lines.push({ request: this.head.first, headers: this.head.headers });
  }

  #readBody() {
    if (this.header("upgrade")) {
      for (let frame; (frame = frameIn(this.pending.out)); this.pending.out = this.pending.out.subarray(frame.size))
        this.lines.push(lineOf(frame));
    } else if (this.pending.out.length > 0 && this.pending.out.length >= Number(this.header("content-length"))) {
      this.lines.push({ body: this.pending.out.toString() });
      this.pending.out = Buffer.alloc(0);
    }
  }
}

/** Listens on a port that the kernel picks, for as long as the test runs. */
export class Tap {
  static async before(url) {
    const tap = new Tap();
    tap.exchanges = [];
    tap.server = net.createServer((client) => tap.#relay(client, new URL(url)));
    await new Promise((resolve) => tap.server.listen(0, "127.0.0.1", resolve));
    tap.host = `127.0.0.1:${tap.server.address().port}`;
    return tap;
  }

  /** The latest exchange. */
  get last() {
    return this.exchanges.at(-1);
  }

  close() {
    this.server.close();
  }

  #relay(client, { hostname, port }) {
    const exchange = new Exchange(new Promise((resolve) => client.once("close", resolve)));
    this.exchanges.push(exchange);
    const server = net.connect(Number(port), hostname);
    client.on("data", (bytes) => exchange.said(bytes));
    server.on("data", (bytes) => exchange.answered(bytes));
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) socket.on("error", () => [client, server].forEach((one) => one.destroy()));
  }
}
