// Runs every entry here and in a fresh worker thread, and prints one line of JSON with what differs.
import { isDeepStrictEqual } from "node:util";
import { Worker } from "node:worker_threads";
import { captureFunctions, encodeCapturedGraph } from "@millrace/closures";
import { nodeHost } from "@millrace/host-node";
import { entries } from "./entries.mjs";
import { outcomeOf } from "./outcome.mjs";

const host = nodeHost();
const worker = new Worker(new URL("./corpus-worker.mjs", import.meta.url));
const waiting = new Map();
worker.on("message", ({ index, outcome }) => waiting.get(index)(outcome));
worker.on("error", (error) => {
  console.error(error);
  process.exit(1);
});

const results = [];
for (const [index, entry] of entries.entries()) {
  let problem;
  try {
    problem = await problemOf(index, entry);
  } catch (error) {
    problem = `the entry itself failed: ${error.stack}`;
  }
  results.push(problem === undefined ? { name: entry.name } : { name: entry.name, problem });
}
await worker.terminate();
process.stdout.write(JSON.stringify(results), () => process.exit(0));

async function problemOf(index, { make, args, pattern }) {
  const made = make();
  let bytes;
  try {
    bytes = encodeCapturedGraph(captureFunctions([{ value: made, where: { operator: "Map at corpus" } }], host));
  } catch (error) {
    restore();
    if (pattern === undefined) return `refused: ${error.stack}`;
    if (error.code === undefined) return `no typed error: ${error.stack}`;
    if (!pattern.test(error.message)) return `another refusal: ${error.message}`;
    if (!error.message.includes("Map at corpus")) return `the message does not name the operator: ${error.message}`;
    return undefined;
  } finally {
    restore();
  }
  if (pattern !== undefined) return "it was captured, and should have been refused";
  const expected = await outcomeOf(() => made(...args));
  const outcome = await new Promise((resolve) => {
    waiting.set(index, resolve);
    worker.postMessage({ index, bytes, args });
  });
  return isDeepStrictEqual(outcome, expected) ? undefined : `here ${JSON.stringify(expected)}, there ${JSON.stringify(outcome)}`;
}

/** Takes back what an entry did to built-ins. */
function restore() {
  entries.restore?.();
  entries.restore = undefined;
}
