/** Joins and coGroups with a solution set, most of whose records have no result: nothing but the drivers themselves gives others a turn. */

import { types } from "@millrace/core";
import { TestHost } from "@millrace/host-test";
import { expect, test } from "vitest";
import { SolutionCoGroupDriver } from "../../src/drivers/solution-co-group-driver.js";
import { solutionJoinDriver } from "../../src/drivers/solution-join-driver.js";
import { MIN_SOLUTION_SET_PAGES } from "../../src/hash/solution-set.js";
import type { Driver, DriverContext } from "../../src/task/driver.js";
import { TestOutput, takenIn } from "../hash/doubles.js";
import { assertAllReturned, pageBudget } from "../support/budgets.js";
import { HASH_SEED, Solution } from "../support/solutions.js";
import { testVertex, userCode } from "../support/test-task.js";

const NUM_RECORDS = 12_000;
/** How many records there may be between two turns. */
const MAX_RECORDS = 1000;
const PROBE = types.row({ id: types.float64 });

function solutionOf(numPages: number): Solution {
  const solution = new Solution(numPages);
  for (let id = 0; id < NUM_RECORDS; id++) {
    solution.upsert({ id, value: id, text: "some text" }, solution.declared);
  }
  return solution;
}

/** Runs a driver to its end and returns how often others had a turn. */
function turnsOf(solution: Solution, keyOf: (n: number) => number, make: (context: DriverContext) => Driver): number {
  const records = Array.from({ length: NUM_RECORDS }, (_, n) => ({ id: keyOf(n) }));
  const probes = takenIn([{ type: PROBE as never, records }], solution.layouts);
  const budget = pageBudget(4);
  const driver = make({
    vertex: testVertex(),
    subtaskIndex: 0,
    budget,
    spill: solution.spill,
    layouts: solution.layouts,
    customTypes: [],
    out: new TestOutput(),
    hashSeed: HASH_SEED,
    clock: new TestHost().clock,
    pages: () => probes.pages(),
    rows: () => probes.rows(),
    function: (_ref, method) => userCode(() => [], method),
    throwIfCancelled: () => {},
  });
  let numTurns = 0;
  for (const wait of driver.run()) if (wait === "turn") numTurns++;
  driver.close();
  assertAllReturned(budget);
  solution.set.close();
  return numTurns;
}

const KEYS = { leftKeys: [{ path: "id" }], rightKeys: [{ path: "id" }], leftValue: undefined, rightValue: undefined };

test.each([
  ["resident", 200],
  ["spilled", MIN_SOLUTION_SET_PAGES],
] as const)("[RT45] a coGroup with a solution set that is %s gives others a turn between its groups", (_, numPages) => {
  const solution = solutionOf(numPages);
  const turns = turnsOf(
    solution,
    (n) => n,
    (context) =>
      new SolutionCoGroupDriver({ kind: "coGroup", solution: "second", function: 0, ...KEYS }, context, solution.set),
  );
  expect(turns).toBeGreaterThan(NUM_RECORDS / MAX_RECORDS);
});

test("[RT45] a join that puts its records off and finds nothing gives others a turn", () => {
  const solution = solutionOf(MIN_SOLUTION_SET_PAGES);
  const turns = turnsOf(
    solution,
    (n) => -1 - n,
    (context) =>
      solutionJoinDriver(
        { kind: "join", joinType: "inner", strategy: "solution-second", result: { kind: "pair" }, ...KEYS },
        context,
        solution.set,
      ),
  );
  expect(turns).toBeGreaterThan(NUM_RECORDS / MAX_RECORDS);
});
