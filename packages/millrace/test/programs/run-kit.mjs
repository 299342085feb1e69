/**
 * Runs the conformance kit, or a part of it, and random plans on the local engine, in little memory, and prints what failed and which kernels worked; without a test
 * runner, so that any Node.js can run it.
 */
import { localEngine } from "@millrace/environment-local";
import { nodeHost } from "@millrace/host-node";
import { runConformance, runRandomPlans } from "@millrace/testing";

const NUM_PLANS = 20 * Number(process.env.FUZZ_COUNT ?? 1);
/** By the Node.js, so that not all of them run the same plans. */
const seed = Number(process.env.FUZZ_SEED ?? Number.parseInt(process.versions.node, 10) * 1000);

const engine = localEngine(nodeHost(), { memory: "4MiB" });
/** Of so many programs one is run. */
const [oneOf] = process.argv.slice(2).map(Number);
let numPrograms = 0;
const kit = await runConformance({ engine, parallelism: [1], filter: () => numPrograms++ % oneOf === 0 });
const plans = await runRandomPlans({
  engine,
  seed,
  count: NUM_PLANS,
  variants: [
    { environment: { parallelism: 1, memory: "16MiB" }, useHints: true },
    { environment: { parallelism: 3, memory: "256MiB" }, useHints: false },
  ],
});
await engine.close();

const can = (action) => {
  try {
    action();
    return true;
  } catch {
    return false;
  }
};
console.log(
  JSON.stringify({
    version: process.version,
    hasWasm: can(() => new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))),
    makesCode: can(() => new Function("return 1")),
    numPassed: kit.numPassed,
    failures: [...kit.failures, ...plans.failures].map(String),
  }),
);
