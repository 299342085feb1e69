/**
 * Every kind of function and captured value in the corpus: run where it was made and in a fresh worker thread, both must agree, or the
 * capture is refused with the error that the entry names. The evidence is execution; nothing is compared with a stored
 * result.
 */
import { describe, expect, test } from "vitest";
import { nodesOfThisMachine } from "./nodes.js";
import { runProgram } from "./run-program.js";

interface Result {
  readonly name: string;
  readonly problem?: string;
}

const NUM_ENTRIES_AT_LEAST = 600;

const [own, ...others] = nodesOfThisMachine();
const results = JSON.parse(await runProgram(own!.path, ["run-corpus.mjs"])) as Result[];

describe("the corpus, here and in a fresh worker thread", () => {
  test.each(results)("$name", ({ problem }) => {
    expect(problem).toBeUndefined();
  });

  test("[C90] the corpus is whole", () => {
    expect(results.length).toBeGreaterThan(NUM_ENTRIES_AT_LEAST);
  });

  test.each(others)("[C90] Node.js $version agrees", async ({ path }) => {
    const outcomes = JSON.parse(await runProgram(path, ["run-corpus.mjs"])) as Result[];
    expect(outcomes.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(outcomes.length).toBe(results.length);
  });
});
