// Captures many objects and functions, and sees whether any of them is held afterwards.
import { captureFunctions } from "@millrace/closures";
import { nodeHost } from "@millrace/host-node";

const host = nodeHost();
let numCollected = 0;
const registry = new FinalizationRegistry(() => {
  numCollected++;
});
const NUM_ROUNDS = 50;
for (let round = 0; round < NUM_ROUNDS; round++) {
  const held = { bytes: new Uint8Array(100_000), round };
  const look = () => held.bytes.length;
  registry.register(held, undefined);
  registry.register(look, undefined);
  captureFunctions([{ value: look, where: {} }], host);
}
for (let turn = 0; turn < 20; turn++) {
  globalThis.gc();
  await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write(numCollected >= 2 * (NUM_ROUNDS - 1) ? "collected" : `only ${numCollected}`);
