import { ExecutionEnvironment } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";
import { nodeHost } from "@millrace/host-node";
import { expect, test } from "vitest";
import { localEngine } from "../src/index.js";

test.each([localEngine(nodeHost(), { memory: "8MiB" }), collectionEngine(nodeHost())])(
  "many pending calls of mapAsync make Node.js warn of nothing: $name",
  async (engine) => {
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on("warning", listen);
    try {
      const env = ExecutionEnvironment.onEngine(engine);
      const numbers = env.generateSequence(1, 100).mapAsync(
        async (n) => {
          await new Promise((resolve) => setImmediate(resolve));
          return n * 2;
        },
        { concurrency: 50, timeoutMs: 60_000 },
      );
      expect(await numbers.reduce((a, b) => a + b).collect()).toEqual([10_100]);
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off("warning", listen);
    }
    expect(warnings).toEqual([]);
  },
);
