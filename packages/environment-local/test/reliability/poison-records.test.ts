/**
 * One record makes a function of the user throw, in front of each operator and behind it, in the least memory: the error says which operator and subtask it
 * was, and why, nothing is left behind, and the next job runs.
 */
import type { DataSet } from "@millrace/dataset";
import { describe, expect, test, vi } from "vitest";
import { type Amount, type Item, items, type OperatorProgram } from "./programs/operator-program.js";
import { operatorPrograms, programNamed } from "./programs/operator-programs.js";
import { expectedBag, runProgram } from "./run-program.js";
import { type Watch, WatchedEngine } from "./watched-engine.js";

/** Each test runs many jobs, on machines that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const AMOUNT: Amount = { numRecords: 400, numKeys: 60, textLength: 250 };
const SMALL: Amount = { numRecords: 100, numKeys: 20, textLength: 250 };
const PARALLELISM = 2;

const amountOf = (program: OperatorProgram): Amount => (program.isSmall === true ? SMALL : AMOUNT);

/** Throws for one record of the input. */
function poisonedBefore(program: OperatorProgram, id: number): OperatorProgram {
  const poison = (item: Item): Item => {
    if (item.id === id) throw new RangeError("it is poison");
    return item;
  };
  return { ...program, build: (left, right, env) => program.build(left.map(poison).name("the taster"), right, env) };
}

/** Throws for the n-th result. */
function poisonedBehind(program: OperatorProgram, n: number): OperatorProgram {
  const seen = { numResults: 0 };
  const poison = (result: unknown): unknown => {
    seen.numResults++;
    if (seen.numResults === n) throw new RangeError("it is poison");
    return result;
  };
  const behind = (results: DataSet<unknown>): DataSet<unknown> => results.map(poison as never).name("the taster");
  return { ...program, build: (left, right, env) => behind(program.build(left, right, env)) };
}

/** Runs a program that has poison in it; returns whether it came to that. */
async function taste(program: OperatorProgram, poisoned: OperatorProgram, watch: Watch = {}): Promise<boolean> {
  const amount = amountOf(program);
  const engine = new WatchedEngine(watch);
  const outcome: unknown = await runProgram(poisoned, engine, amount, { parallelism: PARALLELISM }).catch(
    (error: unknown) => error,
  );
  engine.assertNothingLeft();
  const expected = await expectedBag(program, amount);
  const isOver = Array.isArray(outcome);
  if (isOver) {
    // Who has enough does not read what comes behind.
    expect(outcome).toEqual(expected);
  } else {
    expect(outcome).toMatchObject({
      code: "FUNCTION_FAILED",
      where: { operator: expect.stringContaining("the taster"), subtask: expect.any(Number) },
      cause: { message: "it is poison" },
    });
  }
  const next = new WatchedEngine({ after: engine });
  expect(await runProgram(program, next, amount, { parallelism: PARALLELISM })).toEqual(expected);
  next.assertNothingLeft();
  return !isOver;
}

describe.each(operatorPrograms)("[RT47] $name", (program) => {
  const records = items(amountOf(program));

  test("a record that a function in front of it cannot take", async () => {
    const [first, last] = [records[0]!, records.at(-1)!];
    const readsIts = program.name !== "a source";
    expect(await taste(program, poisonedBefore(program, first.id))).toBe(readsIts);
    await taste(program, poisonedBefore(program, last.id));
  });

  test("a result that a function behind it cannot take", async () => {
    const numResults = (await expectedBag(program, amountOf(program))).length;
    expect(await taste(program, poisonedBehind(program, 1))).toBe(true);
    expect(await taste(program, poisonedBehind(program, Math.ceil(numResults / 2)))).toBe(true);
  });
});

describe("control", () => {
  test.each([
    ["pages", "reduce"],
    ["memory", "reduce"],
    ["files", "orderBy"],
  ] as const)("the %s that a careless engine keeps are found in %s", async (keeps, name) => {
    const program = programNamed(name);
    const left = /pages are out|was not released|temporary files and folders are left/;
    await expect(taste(program, poisonedBehind(program, 1), { keeps })).rejects.toThrow(left);
  });

  test("without poison nothing fails", async () => {
    const program = programNamed("orderBy");
    expect(await taste(program, poisonedBefore(program, -1))).toBe(false);
    expect(await taste(program, poisonedBehind(program, 0))).toBe(false);
  });
});
