/**
 * Every kind of function and captured value in the corpus: run where it was made and in a fresh worker thread, both must agree, or the
 * capture is refused with the error that the entry names. The evidence is execution; nothing is compared with a stored
 * result. With MILLRACE_CLOSURES=all the other versions of Node.js run all entries too.
 */
import { describe, expect, test } from "vitest";
import { isWhole, nodeVersions } from "./nodes.js";
import { programsFolder, runProgram } from "./run-program.js";

interface Result {
  readonly name: string;
  readonly problem?: string;
}

const NUM_ENTRIES_AT_LEAST = 1130;
const EVERY = 3;

const [own, ...others] = nodeVersions();
const results = JSON.parse(await runProgram(own!.path, ["run-corpus.mjs"])) as Result[];

describe("the corpus, here and in a fresh worker thread", () => {
  test.each(results)("$name", ({ problem }) => {
    expect(problem).toBeUndefined();
  });

  test("[C90] the corpus is whole", () => {
    expect(results.length).toBeGreaterThan(NUM_ENTRIES_AT_LEAST);
  });

  // Another part of the entries in each version, and all of them when everything is asked for.
  test.each(others.map((node, index) => ({ ...node, index })))(
    "[C90] Node.js $version agrees",
    async ({ path, index }) => {
      const part = JSON.stringify(isWhole ? {} : { every: EVERY, from: index });
      const printed = await runProgram(path, ["run-corpus.mjs"], programsFolder, { MILLRACE_CORPUS: part });
      const outcomes = JSON.parse(printed) as Result[];
      expect(outcomes.filter(({ problem }) => problem !== undefined)).toEqual([]);
      expect(outcomes.length).toBeGreaterThanOrEqual(Math.floor(results.length / (isWhole ? 1 : EVERY)));
    },
  );
});
