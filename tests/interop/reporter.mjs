// SPDX-License-Identifier: LGPL-2.1-or-later
// A line a test, as scripts/interop.sh prints and counts them, and why one failed.

export default async function* lines(events) {
  const names = []; // of the suites that a test is in, and its own
  for await (const { type, data } of events) {
    if (type === "test:start") names[data.nesting] = data.name;
    if (type !== "test:pass" && type !== "test:fail") continue;
    const failed = type === "test:fail";
    if (data.details.type === "suite" && !(failed && data.details.error?.failureType === "hookFailed")) continue;
    yield `${failed ? "FAILED" : "ok    "} ${[...names.slice(0, data.nesting), data.name].join(" ")}\n`;
    if (failed) yield `${data.details.error?.cause?.stack ?? data.details.error}\n`;
  }
}
