/**
 * Whichever call of the disk fails, at once or after half of the work, the error is the disk's, nothing is left behind and the next job runs: for every
 * call of small programs of every operator that spills, in the least memory.
 */
import { describe, expect, test, vi } from "vitest";
import { spillingPrograms } from "./spilling-programs.js";
import { type Fault, sweepFaults } from "./sweep.js";

/** Each test runs many jobs, on machines that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const OPERATIONS = ["scratchFolder", "scratchCreate", "scratchWrite", "scratchRead"] as const;

function failingCall(n: number): Fault {
  // Half of the calls find a full disk, the others stop half way.
  const fault = n % 2 === 0 ? { code: "ENOSPC" } : { code: "EIO", isPartial: true };
  return {
    prepare: ({ host }) => host.files.failAt(n, OPERATIONS, fault),
    hasHappened: ({ host }) => host.files.numFaults > 0,
    check: (outcome) => expect(outcome, `call ${n}`).toMatchObject({ code: "SPILL_FAILED" }),
  };
}

test.each(spillingPrograms)("the n-th call of the disk fails, for every n: $name", async (program) => {
  expect(await sweepFaults(program, failingCall)).toBeGreaterThan(4);
});

describe("control", () => {
  const [program] = spillingPrograms.slice(5);

  test("in an engine that removes no files the sweep finds some", async () => {
    const careless = (n: number): Fault => ({ ...failingCall(n), watch: { keeps: "files" } });
    await expect(sweepFaults(program!, careless)).rejects.toThrow(/temporary files and folders are left/);
  });

  test("a call whose failure nobody hears of is found", async () => {
    const unheard = (n: number): Fault => ({ ...failingCall(n), prepare: () => undefined, hasHappened: () => true });
    await expect(sweepFaults(program!, unheard)).rejects.toThrow("call 1");
  });
});
