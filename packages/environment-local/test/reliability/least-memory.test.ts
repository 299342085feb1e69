/** Every operator in the least memory that its plan asks for, with much more input than that, and in one page less. */
import { describe, expect, test, vi } from "vitest";
import type { Amount } from "./programs/operator-program.js";
import { operatorPrograms } from "./programs/operator-programs.js";
import { expectedBag, runProgram } from "./run-program.js";
import { WatchedEngine } from "./watched-engine.js";

/** Each test runs many jobs, on machines that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const LARGE: Amount = { numRecords: 6000, numKeys: 700, textLength: 300 };
const SMALL: Amount = { numRecords: 500, numKeys: 90, textLength: 300 };
/** Sizes at which operators have nothing, one of something, and only one key. */
const ODD: readonly (readonly [string, Amount])[] = [
  ["no records", { numRecords: 0, numKeys: 1, textLength: 0 }],
  ["one record", { numRecords: 1, numKeys: 1, textLength: 10 }],
  ["one key", { numRecords: 300, numKeys: 1, textLength: 100 }],
];

describe.each(operatorPrograms)("$name", (program) => {
  const amount = program.isSmall === true ? SMALL : LARGE;

  test.each([1, 7])("gives the oracle's results in the least memory at parallelism %i", async (parallelism) => {
    const engine = new WatchedEngine();
    expect(await runProgram(program, engine, amount, { parallelism })).toEqual(await expectedBag(program, amount));
    engine.assertNothingLeft();
  });

  test("is refused in one page less, before anything runs", async () => {
    const engine = new WatchedEngine({ numPagesMore: -1 });
    await expect(runProgram(program, engine, amount)).rejects.toMatchObject({ code: "INSUFFICIENT_MEMORY" });
    expect(engine.numTakes).toBe(0);
    engine.assertNothingLeft();
  });

  test.each(ODD)("gives the oracle's results for %s", async (_name, odd) => {
    const engine = new WatchedEngine();
    expect(await runProgram(program, engine, odd, { parallelism: 3 })).toEqual(await expectedBag(program, odd));
    engine.assertNothingLeft();
  });
});
