/** Several real workers, several jobs at once, and programs of the fluent API whose functions travel. */
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

interface FluentOutcome {
  readonly added: readonly number[];
  readonly counted: readonly number[];
  readonly longest: readonly unknown[];
  readonly refused: string;
  readonly setUps: readonly string[];
}

test("[O115, C65, C66, C73, C99] setUp, perSlot, accumulators and data sets as handles mean the same for functions that travelled", async () => {
  const { plain, sent } = JSON.parse(await runProgram(process.execPath, ["fluent.mjs"])) as Record<
    string,
    FluentOutcome
  >;
  expect(plain?.added).toEqual([31, 32, 32, 33]);
  expect(plain?.counted).toEqual([1, 1, 1, 2]);
  expect(plain?.longest).toEqual([3, "ACCUMULATOR_CONFLICT", 3]);
  expect(plain?.refused).toContain("MISSING_BROADCAST_SET");
  // Each job revives its functions anew, and sets up before.
  expect(plain?.setUps).toEqual(["first", "second"]);
  expect(sent).toEqual({ ...plain, setUps: Array.from({ length: 4 }, () => ["first", "second"]).flat() });
});
