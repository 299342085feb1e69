/**
 * Whichever request for a page is refused: whoever asked makes do with what it has, and the results are right, or the job fails for want of memory. No
 * record is lost for it, and nothing is left behind. For every request of small programs of every operator that spills, in the least memory and in some more.
 */
import { describe, expect, test, vi } from "vitest";
import { spillingPrograms } from "./spilling-programs.js";
import { type Fault, sweepFaults } from "./sweep.js";

/** Each test runs many jobs, on machines that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

function refusedPage(refused: number, numPagesMore: number): Fault {
  return {
    watch: { onTake: (n) => n !== refused, numPagesMore },
    hasHappened: (engine) => engine.numTakes >= refused,
    check: (outcome, expected) => {
      if (Array.isArray(outcome)) expect(outcome, `page ${refused}`).toEqual(expected);
      else expect(outcome, `page ${refused}`).toMatchObject({ code: "INSUFFICIENT_MEMORY" });
    },
  };
}

describe.each([0, 6])("with %i pages more than the least", (numPagesMore) => {
  test.each(spillingPrograms)("the n-th page is refused, for every n: $name", async (program) => {
    expect(await sweepFaults(program, (n) => refusedPage(n, numPagesMore))).toBeGreaterThan(0);
  });
});

describe("control", () => {
  const [program] = spillingPrograms.slice(5);

  test("what makes do without a page gives results, and what can't does not", async () => {
    let [numResults, numErrors] = [0, 0];
    await sweepFaults(program!, (n) => {
      const fault = refusedPage(n, 6);
      const check: Fault["check"] = (outcome, expected) => {
        fault.check(outcome, expected);
        if (Array.isArray(outcome)) numResults++;
        else numErrors++;
      };
      return { ...fault, check };
    });
    expect(numResults).toBeGreaterThan(0);
    expect(numErrors).toBeGreaterThan(0);
  });

  test("in an engine that cleans nothing up the sweep finds the pages", async () => {
    const careless = (n: number): Fault => {
      const fault = refusedPage(n, 0);
      return { ...fault, watch: { ...fault.watch, keeps: "pages" } };
    };
    await expect(sweepFaults(program!, careless)).rejects.toThrow(/pages are out|was not released/);
  });
});
