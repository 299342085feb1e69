/** The local engine runs every program of the conformance kit, in much memory and in as little as its plans need, with exchanges of every mode. */
import { localEngine } from "@millrace/environment-local";
import { nodeHost } from "@millrace/host-node";
import { conformanceTests } from "@millrace/testing";
import { afterAll, describe, test } from "vitest";

/** The most that a program needs at these parallelisms is 3.3 MiB and 39 MiB; so most spill as soon as they have more than a page. */
const settings = [
  { memory: "256MiB", parallelism: [1, 2, 7], executionMode: "pipelined" },
  { memory: "4MiB", parallelism: [1], executionMode: "pipelined" },
  { memory: "40MiB", parallelism: [7], executionMode: "pipelined" },
  { memory: "256MiB", parallelism: [3], executionMode: "batch" },
  { memory: "256MiB", parallelism: [3], executionMode: "batch-forced", checkCaptures: true },
] as const;

for (const { memory, parallelism, ...environment } of settings) {
  describe(`[C33] in ${memory}, ${environment.executionMode}`, () => {
    const engine = localEngine(nodeHost(), { memory });
    afterAll(() => engine.close());
    for (const { name, run } of conformanceTests({ engine, parallelism, environment })) test(name, run);
  });
}
