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

/** An object with such fields is refused, as it must be; the kit has one, to show that clone() copies it in one process. */
const HAS_PRIVATE_FIELDS = /is an object with #private fields.*CAPTURE_REFUSED/s;

test("[C60, C61, C73] the conformance kit passes with functions that travelled", { timeout: 300_000 }, async () => {
  const { numFunctions, report } = JSON.parse(await runProgram(process.execPath, ["conformance-mode.mjs"])) as Outcome;
  const others = report.failures.filter(({ difference }) => !HAS_PRIVATE_FIELDS.test(difference.what));
  expect(others).toEqual([]);
  expect(numFunctions).toBeGreaterThan(NUM_FUNCTIONS_AT_LEAST);
});
