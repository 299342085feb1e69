/**
 * The n-th page that is asked for fails with an error, for every n up to a bound and, beyond it, for a sample; `FUZZ_COUNT` makes the sample larger. The
 * error is the job's, nothing is left behind, and the next job runs. (A budget that is used up is no failure: that is tested by the least memory.)
 */
import { MillraceError } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import { describe, expect, test, vi } from "vitest";
import type { Amount } from "./programs/operator-program.js";
import { operatorPrograms } from "./programs/operator-programs.js";
import { expectedBag, runProgram } from "./run-program.js";
import { WatchedEngine } from "./watched-engine.js";

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

function noMemory(n: number): MillraceError {
  return new MillraceError({ code: "INSUFFICIENT_MEMORY", what: `Page ${n} failed`, expected: "a page" });
}

describe.each(operatorPrograms)(`when a page is not to be had: $name (seed ${SEED})`, (program) => {
  const amount = program.isSmall === true ? SMALL : AMOUNT;

  /** Runs the program, and tells whether it failed with an error of ours. */
  async function run(onTake: (n: number) => boolean): Promise<unknown> {
    let isHealed = false;
    const engine = new WatchedEngine({ numPagesMore: 4, onTake: (n) => isHealed || onTake(n) });
    let error: unknown;
    try {
      expect(await runProgram(program, engine, amount)).toEqual(await expectedBag(program, amount));
    } catch (thrown) {
      error = thrown;
    }
    engine.assertNothingLeft();
    isHealed = true;
    expect(await runProgram(program, engine, amount)).toEqual(await expectedBag(program, amount));
    engine.assertNothingLeft();
    return error;
  }

  test("an error of the n-th page is the job's, and nothing is left", async () => {
    const engine = new WatchedEngine({ numPagesMore: 4 });
    await runProgram(program, engine, amount);
    for (const failing of placesToFail(engine.numTakes)) {
      const error = await run((n) => {
        if (n === failing) throw noMemory(n);
        return true;
      });
      expect(error, `page ${failing}`).toMatchObject({ code: "INSUFFICIENT_MEMORY" });
    }
  });
});
