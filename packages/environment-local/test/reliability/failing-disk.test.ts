/**
 * The n-th call on temporary files fails: with a full disk, an error, or after half of the work, for a sample of all n that grows with `FUZZ_COUNT`. The error
 * is the disk's, nothing is left behind, and the next job runs.
 */
import { SeededRandom } from "@millrace/host-test";
import { describe, expect, test, vi } from "vitest";
import type { Amount, OperatorProgram } from "./programs/operator-program.js";
import { operatorPrograms, programNamed } from "./programs/operator-programs.js";
import { expectedBag, runProgram } from "./run-program.js";
import { type Watch, WatchedEngine } from "./watched-engine.js";

/** Each test runs many jobs, on machines that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const AMOUNT: Amount = { numRecords: 900, numKeys: 120, textLength: 250 };
const SMALL: Amount = { numRecords: 300, numKeys: 40, textLength: 250 };
const NUM_FIRST = 2;
const NUM_SAMPLED = 2 * Number(process.env.FUZZ_COUNT ?? 1);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_123);
const OPERATIONS = ["scratchFolder", "scratchCreate", "scratchWrite", "scratchRead"] as const;

const FULL = { code: "ENOSPC" };
const HALF_WAY = { code: "EIO", isPartial: true };

interface DiskFaults {
  readonly fault: typeof FULL | typeof HALF_WAY;
  readonly watch?: Watch;
  /** Whether the disk works all the time, for controls. */
  readonly isSound?: boolean;
}

/** Fails calls of the disk of a program one by one. */
async function failCalls(program: OperatorProgram, { fault, watch = {}, isSound = false }: DiskFaults): Promise<void> {
  const amount = program.isSmall === true ? SMALL : AMOUNT;
  const watched = new WatchedEngine();
  await runProgram(program, watched, amount);
  const numCalls = OPERATIONS.reduce((sum, operation) => sum + watched.host.files.numCalls(operation), 0);
  const random = new SeededRandom(SEED);
  const calls = Array.from({ length: numCalls > NUM_FIRST ? NUM_SAMPLED : 0 }, () => random.between(1, numCalls));
  const first = Array.from({ length: Math.min(NUM_FIRST, numCalls) }, (_, i) => i + 1);
  for (const call of new Set([...first, ...calls])) {
    const engine = new WatchedEngine(watch);
    if (!isSound) engine.host.files.failAt(call, OPERATIONS, fault);
    const error = await runProgram(program, engine, amount).catch((thrown: unknown) => thrown);
    expect(error, `call ${call} of ${numCalls}`).toMatchObject({ code: "SPILL_FAILED" });
    expect(engine.host.files.numFaults, `call ${call} of ${numCalls}`).toBe(1);
    engine.assertNothingLeft();
    engine.host.files.heal();
    expect(await runProgram(program, engine, amount)).toEqual(await expectedBag(program, amount));
    engine.assertNothingLeft();
  }
}

describe.each(operatorPrograms)(`when the disk fails: $name (seed ${SEED})`, (program) => {
  test.each([
    ["is full", FULL],
    ["fails half way", HALF_WAY],
  ])("the error is the disk's and nothing is left when the disk %s", (_name, fault) => failCalls(program, { fault }));
});

describe("control", () => {
  const program = programNamed("orderBy");

  test.each(["pages", "memory", "files"] as const)("the %s that a careless engine keeps are found", async (keeps) => {
    const left = /pages are out|was not released|temporary files and folders are left/;
    await expect(failCalls(program, { fault: FULL, watch: { keeps } })).rejects.toThrow(left);
  });

  test("a failure that nobody hears of is found", async () => {
    await expect(failCalls(program, { fault: FULL, isSound: true })).rejects.toThrow("call 1 of");
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
