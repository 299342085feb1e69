/**
 * Jobs are cancelled at every boundary of a page: whenever one is taken and whenever one comes back. No page, file, handle, timer or listener is left
 * behind, and the next job runs. Small programs of every operator that spills, in the least memory.
 */
import { describe, expect, test, vi } from "vitest";
import { spillingPrograms } from "./spilling-programs.js";
import { type Fault, sweepFaults } from "./sweep.js";

/** Each test runs many jobs, on machines that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

function cancelAt(boundary: number): Fault {
  const controller = new AbortController();
  let numBoundaries = 0;
  const pass = (): boolean => {
    if (++numBoundaries === boundary) controller.abort("enough");
    return true;
  };
  return {
    watch: { onTake: pass, onGive: pass },
    signal: controller.signal,
    hasHappened: () => numBoundaries >= boundary,
    check: (outcome, expected) => {
      // A job that is cancelled with its last pages may have ended before it hears of it.
      if (Array.isArray(outcome)) expect(outcome).toEqual(expected);
      else expect(outcome, `boundary ${boundary}`).toMatchObject({ code: "JOB_CANCELLED", cause: "enough" });
    },
  };
}

test.each(spillingPrograms)("cancelled at every page: $name", async (program) => {
  let numCancelled = 0;
  const numBoundaries = await sweepFaults(program, (n) => {
    const fault = cancelAt(n);
    const check: Fault["check"] = (outcome, expected) => {
      fault.check(outcome, expected);
      if (!Array.isArray(outcome)) numCancelled++;
    };
    return { ...fault, check };
  });
  // All but the last few are heard of.
  expect(numCancelled).toBeGreaterThan(numBoundaries / 2);
});

describe("control", () => {
  const [program] = spillingPrograms.slice(5);
  const careless = (watch: Fault["watch"]) => (n: number) => {
    const fault = cancelAt(n);
    return { ...fault, watch: { ...fault.watch, ...watch } };
  };

  test.each(["pages", "memory", "files"] as const)(
    "the sweep finds the %s that a careless engine keeps",
    async (keeps) => {
      const left = /pages are out|was not released|temporary files and folders are left/;
      await expect(sweepFaults(program!, careless({ keeps }))).rejects.toThrow(left);
    },
  );

  test("an engine that does not hear of the signal gives results", async () => {
    const deaf = (n: number): Fault => ({
      ...careless({ ignoresSignals: true })(n),
      check: (outcome) => expect(outcome, `boundary ${n}`).toMatchObject({ code: "JOB_CANCELLED" }),
    });
    await expect(sweepFaults(program!, deaf)).rejects.toThrow("boundary 1");
  });
});
