import type { Plan } from "@millrace/common-api";
import type { Engine } from "@millrace/core";
import { nodeHost } from "@millrace/host-node";
import { describe, expect, test } from "vitest";
import { conformanceTests, runRandomPlans } from "../../src/index.js";
import { copyingEngine, wrongEngines } from "./wrong-engines.js";

/** Fixed: who is caught by which plan is only worth something when it stays. */
const SEED = 1;
const MAX_PLANS = 400;

function runPlansOn(engine: Engine<Plan>) {
  return runRandomPlans({
    engine,
    seed: SEED,
    count: MAX_PLANS,
    variants: [{ environment: { parallelism: 3 }, useHints: true }],
    maxShrinkRuns: 0,
  });
}

/** Tells whether a conformance program fails; it stops at the first one that does. */
async function isCaughtByPrograms(engine: Engine<Plan>): Promise<boolean> {
  for (const { run } of conformanceTests({ engine, parallelism: [3] })) {
    if (await fails(run)) return true;
  }
  return false;
}

function fails(run: () => Promise<void>): Promise<boolean> {
  return run().then(
    () => false,
    () => true,
  );
}

const caughtBy: string[] = [];

describe("engines with one mistake each", () => {
  test("[RP6] nothing finds a mistake in an engine that only copies its plan", async () => {
    const report = await runPlansOn(copyingEngine.create(nodeHost()));
    expect(report.failures, String(report)).toEqual([]);
    expect(await isCaughtByPrograms(copyingEngine.create(nodeHost()))).toBe(false);
  }, 60_000);

  test.each(wrongEngines)(
    "[RP6] random plans catch an engine that $name",
    async ({ name, create }) => {
      const [failure] = (await runPlansOn(create(nodeHost()))).failures;
      expect(failure?.difference ?? "not caught").toMatch(/^result|^accumulator|a function object is/);
      const isCaught = await isCaughtByPrograms(create(nodeHost()));
      caughtBy.push(`${isCaught ? "programs and plans" : "plans only        "} | ${name}`);
    },
    60_000,
  );

  test("[RP6] what catches which engine", () => {
    expect(`\n${caughtBy.join("\n")}\n`).toMatchInlineSnapshot(`
      "
      programs and plans | loses the last record of a flatMap's full partition
      programs and plans | gives a record of a union twice
      programs and plans | puts nulls last in every order
      programs and plans | forgets all but the first key of an order
      programs and plans | orders ascending only
      programs and plans | orders numbers by their text
      programs and plans | gives the partial solution of the superstep before the last
      programs and plans | reads the first partial solution as a broadcast set in every superstep
      programs and plans | ignores the termination criterion
      programs and plans | keeps the first record of a key in the initial solution set
      programs and plans | runs one superstep of a delta iteration too few
      programs and plans | matches null keys in joins
      programs and plans | takes -0 and 0 for different keys
      programs and plans | takes every NaN for another key
      programs and plans | groups by the first part of a key
      programs and plans | gives no unmatched right records in a full outer join
      programs and plans | runs a left outer join as an inner one
      programs and plans | gives a record of a semi join once per match
      programs and plans | gives nothing for a key that only the right side of a coGroup has
      programs and plans | loses duplicates under a sort-merge hint
      programs and plans | does not call mapPartition for an empty partition
      programs and plans | spreads records of one key when it partitions by hash
      programs and plans | shares one rich function object between subtasks
      programs and plans | shows a consumer what another one changed in its record
      programs and plans | adds bigints as numbers
      programs and plans | replaces lone surrogates, as UTF-8 does
      programs and plans | takes an invalid date for the first of 1970
      programs and plans | sorts partitions unstably
      plans only         | loses a record when a join reads a union
      programs and plans | does not sort the groups of an input that it takes for sorted
      plans only         | forgets the partitioner of a grouping, and the order with it
      programs and plans | gives one record too many
      programs and plans | takes the greatest for minBy
      "
    `);
  });
});
