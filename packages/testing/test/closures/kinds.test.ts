/**
 * Nothing is silently wrong: an object of every class that a global leads to is either the same afterwards or refused. The classes are
 * enumerated when the test runs, so that a new Node.js shows what is new in it.
 */
import { expect, test } from "vitest";
import { nodeVersions } from "./nodes.js";
import { runProgram } from "./run-program.js";

interface Outcomes {
  readonly unknown: readonly string[];
  readonly equal: readonly string[];
  readonly refused: readonly string[];
  readonly wrong: readonly string[];
  /** Of the kinds that `util.types` tells apart. */
  readonly kinds: { readonly unknown: readonly string[]; readonly wrong: readonly string[] };
}

test.each(nodeVersions())("[C90] every class of Node.js $version is captured or refused", async ({ path }) => {
  const outcomes = JSON.parse(await runProgram(path, ["kinds.mjs"])) as Outcomes;
  expect(outcomes.unknown).toEqual([]);
  expect(outcomes.wrong).toEqual([]);
  expect(outcomes.kinds).toEqual({ unknown: [], wrong: [] });
  expect(outcomes.equal).toEqual(
    expect.arrayContaining(["Map", "Set", "Date", "URL", "Intl.Collator", "AggregateError"]),
  );
  expect(outcomes.refused).toEqual(expect.arrayContaining(["WeakMap", "Response", "AbortController"]));
});
