/**
 * The conformance kit on the collection engine, with every function of every job captured, encoded, decoded and revived before it
 * runs: programs of all operators mean the same when their functions have travelled.
 */
import { expect, test } from "vitest";
import { runProgram } from "./run-program.js";

interface Outcome {
  readonly numFunctions: number;
  readonly report: {
    readonly numPassed: number;
    readonly failures: readonly { readonly program: string; readonly difference: { readonly what: string } }[];
  };
}

const NUM_FUNCTIONS_AT_LEAST = 3_000;

/**
 * Here the accumulators of functions that travelled reach the program as they are, so their class is the copy and not the
 * program's. An engine whose workers are elsewhere sends accumulators back as data, and asks this of nobody.
 */
const ASK_FOR_THEIR_OWN_ACCUMULATOR_CLASS = /^(?:iterations\/Accumulators|empty_fields\/)/;

test("[C60, C61, C73] the conformance kit passes with functions that travelled", { timeout: 300_000 }, async () => {
  const { numFunctions, report } = JSON.parse(await runProgram(process.execPath, ["conformance-mode.mjs"])) as Outcome;
  const others = report.failures.filter(({ program }) => !ASK_FOR_THEIR_OWN_ACCUMULATOR_CLASS.test(program));
  expect(others).toEqual([]);
  for (const { difference } of report.failures) expect(difference.what).toContain("ACCUMULATOR_CONFLICT");
  expect(numFunctions).toBeGreaterThan(NUM_FUNCTIONS_AT_LEAST);
});
