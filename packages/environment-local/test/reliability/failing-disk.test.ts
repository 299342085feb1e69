/**
 * The n-th call on temporary files fails: with a full disk, an error, or after half of the work, for a sample of all n that grows with `FUZZ_COUNT`. The error
 * is the disk's, nothing is left behind, and the next job runs.
 */
import { SeededRandom } from "@millrace/host-test";
import { describe, expect, test, vi } from "vitest";
import type { Amount } from "./programs/operator-program.js";
import { operatorPrograms } from "./programs/operator-programs.js";
import { expectedBag, runProgram } from "./run-program.js";
import { WatchedEngine } from "./watched-engine.js";

/** Each test runs many jobs, on machines that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const AMOUNT: Amount = { numRecords: 900, numKeys: 120, textLength: 250 };
const SMALL: Amount = { numRecords: 300, numKeys: 40, textLength: 250 };
const NUM_FIRST = 2;
const NUM_SAMPLED = 2 * Number(process.env.FUZZ_COUNT ?? 1);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_123);
const OPERATIONS = ["scratchFolder", "scratchCreate", "scratchWrite", "scratchRead"] as const;

describe.each(operatorPrograms)(`when the disk fails: $name (seed ${SEED})`, (program) => {
  const amount = program.isSmall === true ? SMALL : AMOUNT;

  test.each([
    ["is full", { code: "ENOSPC" }],
    ["fails half way", { code: "EIO", isPartial: true }],
  ])("the error is the disk's and nothing is left when the disk %s", async (_name, fault) => {
    const watched = new WatchedEngine();
    await runProgram(program, watched, amount);
    const numCalls = OPERATIONS.reduce((sum, operation) => sum + watched.host.files.numCalls(operation), 0);
    const random = new SeededRandom(SEED);
    const calls = Array.from({ length: numCalls > NUM_FIRST ? NUM_SAMPLED : 0 }, () => random.between(1, numCalls));
    const first = Array.from({ length: Math.min(NUM_FIRST, numCalls) }, (_, i) => i + 1);
    for (const call of new Set([...first, ...calls])) {
      const engine = new WatchedEngine();
      engine.host.files.failAt(call, OPERATIONS, fault);
      const error = await runProgram(program, engine, amount).catch((thrown: unknown) => thrown);
      expect(engine.host.files.numFaults, `call ${call} of ${numCalls}`).toBe(1);
      expect(error, `call ${call} of ${numCalls}`).toMatchObject({ code: "SPILL_FAILED" });
      engine.assertNothingLeft();
      engine.host.files.heal();
      expect(await runProgram(program, engine, amount)).toEqual(await expectedBag(program, amount));
      engine.assertNothingLeft();
    }
  });
});

test("the programs of this sweep do spill", async () => {
  const spilling: string[] = [];
  for (const program of operatorPrograms) {
    const engine = new WatchedEngine();
    await runProgram(program, engine, program.isSmall === true ? SMALL : AMOUNT);
    if (engine.host.files.numCalls("scratchWrite") > 0) spilling.push(program.name);
  }
  expect(spilling.length).toBeGreaterThanOrEqual(operatorPrograms.length / 3);
});
