/**
 * What runs in the browser: a word count with an iteration, and the conformance kit, on the collection engine over a Host
 * that a page can offer. The test bundles this file for browsers, so it may import nothing of Node.js.
 */
import { bareHost, type Host } from "@millrace/core";
import { ExecutionEnvironment } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";
import { runConformance } from "../../src/index.js";

const pageHost = bareHost({
  name: "a browser page",
  clock: { now: () => Date.now(), monotonic: () => performance.now() },
  timers: {
    setTimer(delayMs, callback) {
      const id = setTimeout(callback, delayMs);
      return { cancel: () => clearTimeout(id) };
    },
  },
  random: { seed: () => crypto.getRandomValues(new Uint32Array(1))[0]! },
});

/** Counts words, then doubles the counts in an iteration. */
export async function wordCount(lines: readonly string[], host: Host = pageHost): Promise<unknown[]> {
  const env = ExecutionEnvironment.onEngine(collectionEngine(host), { parallelism: 2 });
  const counts = env
    .fromCollection(lines)
    .flatMap((line) => line.toLowerCase().split(/\W+/))
    .filter((word) => word !== "")
    .map((word) => ({ word, count: 1 }))
    .groupBy("word")
    .sum("count");
  const loop = counts.iterate(3);
  const doubled = loop.closeWith(loop.map(({ word, count }) => ({ word, count: count * 2 })));
  return doubled.orderBy("word", "ascending").collect();
}

/** Runs the programs of the kit that need no files; returns how many passed and were left out, and the failures as text. */
export async function kit(): Promise<{ numPassed: number; numLeftOut: number; failures: string }> {
  const report = await runConformance({ engine: collectionEngine(pageHost), parallelism: [2] });
  return {
    numPassed: report.numPassed,
    numLeftOut: report.numLeftOut,
    failures: report.failures.map(String).join("\n\n"),
  };
}
