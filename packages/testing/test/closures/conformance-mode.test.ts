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

/** An object with such fields is refused, as it must be; the kit has one, to show that clone() copies it in one process. */
const HAS_PRIVATE_FIELDS = /is an object with #private fields.*CAPTURE_REFUSED/s;

test("[C60, C61, C73] the conformance kit passes with functions that travelled", { timeout: 300_000 }, async () => {
  const { numFunctions, report } = JSON.parse(await runProgram(process.execPath, ["conformance-mode.mjs"])) as Outcome;
  const others = report.failures.filter(({ program, difference }) => {
    if (ASK_FOR_THEIR_OWN_ACCUMULATOR_CLASS.test(program)) return !difference.what.includes("ACCUMULATOR_CONFLICT");
    return !HAS_PRIVATE_FIELDS.test(difference.what);
  });
  expect(others).toEqual([]);
  expect(numFunctions).toBeGreaterThan(NUM_FUNCTIONS_AT_LEAST);
});
