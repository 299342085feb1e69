/**
 * The n-th page that is asked for fails with an error, for every n up to a bound and, beyond it, for a sample; `FUZZ_COUNT` makes the sample larger. The
 * error is the job's, nothing is left behind, and the next job runs. (A budget that is used up is no failure: that is tested by the least memory.)
 */
import { MillraceError } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import { describe, expect, test, vi } from "vitest";
import type { Amount, OperatorProgram } from "./programs/operator-program.js";
import { operatorPrograms, programNamed } from "./programs/operator-programs.js";
import { expectedBag, runProgram } from "./run-program.js";
import { type Watch, WatchedEngine } from "./watched-engine.js";

/** Each test runs many jobs, on machines that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const AMOUNT: Amount = { numRecords: 600, numKeys: 90, textLength: 250 };
const SMALL: Amount = { numRecords: 60, numKeys: 12, textLength: 250 };
/** Fails at each of the first so many pages. */
const NUM_FIRST = 5;
const NUM_SAMPLED = 4 * Number(process.env.FUZZ_COUNT ?? 1);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_123);

function placesToFail(numTakes: number): number[] {
  const first = Array.from({ length: Math.min(NUM_FIRST, numTakes) }, (_, i) => i + 1);
  const random = new SeededRandom(SEED);
  const sampled = Array.from({ length: numTakes > NUM_FIRST ? NUM_SAMPLED : 0 }, () =>
    random.between(NUM_FIRST + 1, numTakes),
  );
  return [...new Set([...first, ...sampled])];
}

function failing(n: number): never {
  throw new MillraceError({ code: "INSUFFICIENT_MEMORY", what: `Page ${n} failed`, expected: "a page" });
}

/** Fails pages of a program one by one. */
async function failPages(
  program: OperatorProgram,
  watch: Watch = {},
  fails: (n: number) => void = failing,
): Promise<void> {
  const amount = program.isSmall === true ? SMALL : AMOUNT;
  const counting = new WatchedEngine({ numPagesMore: 4 });
  await runProgram(program, counting, amount);
  for (const place of placesToFail(counting.numTakes)) {
    let isHealed = false;
    const engine = new WatchedEngine({
      numPagesMore: 4,
      onTake: (n) => {
        if (n === place && !isHealed) fails(n);
        return true;
      },
      ...watch,
    });
    const error = await runProgram(program, engine, amount).catch((thrown: unknown) => thrown);
    expect(error, `page ${place}`).toMatchObject({ code: "INSUFFICIENT_MEMORY" });
    engine.assertNothingLeft();
    isHealed = true;
    expect(await runProgram(program, engine, amount)).toEqual(await expectedBag(program, amount));
    engine.assertNothingLeft();
  }
}

test.each(operatorPrograms)(
  `an error of the n-th page is the job's, and nothing is left: $name (seed ${SEED})`,
  (program) => failPages(program),
);

describe("control", () => {
  const program = programNamed("orderBy");

  test.each(["pages", "memory"] as const)("the %s that a careless engine keeps are found", async (keeps) => {
    await expect(failPages(program, { keeps })).rejects.toThrow(/pages are out|was not released/);
  });

  test("an error that nobody hears of is found", async () => {
    await expect(failPages(program, {}, () => undefined)).rejects.toThrow("page 1");
  });
});
