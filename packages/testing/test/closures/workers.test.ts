/** Several real workers and several jobs at once. */
import { expect, test } from "vitest";
import { runProgram } from "./run-program.js";

interface Outcome {
  readonly allocations: readonly number[];
  readonly expected: number;
  readonly sums: readonly number[];
  readonly again: number;
  readonly isUntouched: boolean;
  readonly answers: readonly string[];
}

const LARGE_BYTES = 50 * 1024 * 1024;

test("[C60, C95] three workers decode 50 MB that were encoded once, and two jobs keep apart", async () => {
  const outcome = JSON.parse(await runProgram(process.execPath, ["several-workers.mjs"])) as Outcome;
  expect(outcome.allocations).toHaveLength(1);
  expect(outcome.allocations[0]).toBeGreaterThan(LARGE_BYTES);
  expect(outcome.allocations[0]).toBeLessThan(LARGE_BYTES + 64 * 1024);
  expect(outcome.sums).toEqual([outcome.expected, outcome.expected, outcome.expected]);
  expect(outcome.again).toBe(outcome.expected);
  expect(outcome.isUntouched).toBe(true);
  expect([...outcome.answers].sort()).toEqual(["first 1 1", "second 2 2"]);
});
