/**
 * Whichever request for a page fails, the error is the job's, nothing is left behind and the next job runs: for every request of small programs of
 * every operator that spills, in the least memory.
 */
import { MillraceError } from "@millrace/core";
import { describe, expect, test, vi } from "vitest";
import { runProgram } from "./run-program.js";
import { spillingPrograms } from "./spilling-programs.js";
import { type Fault, sweepFaults } from "./sweep.js";
import { WatchedEngine } from "./watched-engine.js";

/** Each test runs many jobs, on machines that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

function failingPage(failing: number): Fault {
  return {
    watch: {
      onTake: (n) => {
        if (n === failing) throw new MillraceError({ code: "INSUFFICIENT_MEMORY", what: `Page ${n} failed` });
        return true;
      },
    },
    hasHappened: (engine) => engine.numTakes >= failing,
    check: (outcome) => expect(outcome, `page ${failing}`).toMatchObject({ code: "INSUFFICIENT_MEMORY" }),
  };
}

test.each(spillingPrograms)("the n-th page fails, for every n: $name", async (program) => {
  expect(await sweepFaults(program, failingPage)).toBeGreaterThan(0);
});

describe("control: in an engine that cleans nothing up", () => {
  const [program] = spillingPrograms.slice(5);

  test.each(["pages", "memory"] as const)("the sweep finds the %s that were kept", async (keeps) => {
    const careless = (n: number): Fault => ({ ...failingPage(n), watch: { ...failingPage(n).watch, keeps } });
    await expect(sweepFaults(program!, careless)).rejects.toThrow(/pages are out|was not released/);
  });

  test("an error that is swallowed is found", async () => {
    const swallowed = (n: number): Fault => ({ ...failingPage(n), watch: {} });
    await expect(sweepFaults(program!, swallowed)).rejects.toThrow("page 1");
  });
});

test.each(spillingPrograms)("control: $name spills", async (program) => {
  const engine = new WatchedEngine();
  await runProgram(program, engine, program.amount);
  expect(engine.host.files.numCalls("scratchWrite")).toBeGreaterThan(0);
});
