/** Joins and coGroups with a solution set, most of whose records have no result: nothing but the drivers themselves gives others a turn. */

import { Memory, RowLayout, type TypeInformation, types } from "@millrace/core";
import { TestHost } from "@millrace/host-test";
import { expect, test } from "vitest";
import { SolutionCoGroupDriver } from "../../src/drivers/solution-co-group-driver.js";
import { solutionJoinDriver } from "../../src/drivers/solution-join-driver.js";
import { MIN_SOLUTION_SET_PAGES } from "../../src/hash/solution-set.js";
import type { PageCursor } from "../../src/rows/row-cursor.js";
import { RowsOfPages } from "../../src/rows/rows-of-pages.js";
import type { StreamLayout } from "../../src/rows/stream-layout.js";
import type { Driver, DriverContext } from "../../src/task/driver.js";
import { TestOutput } from "../hash/doubles.js";
import { assertAllReturned, pageBudget } from "../support/budgets.js";
import { HASH_SEED, Solution } from "../support/solutions.js";
import { testVertex, userCode } from "../support/test-task.js";

const NUM_RECORDS = 12_000;
/** How many records there may be between two turns. */
const MAX_RECORDS = 1000;
const PROBE = types.row({ id: types.float64 });

/** Gives `NUM_RECORDS` records in the order of their keys, all of them as one page. */
class Probes implements PageCursor {
  readonly memory = new Memory(new ArrayBuffer(NUM_RECORDS * 64));
  readonly layout: StreamLayout;
  readonly numRows = NUM_RECORDS;
  readonly slot = 0;
  endSlot = 0;
  isAtEnd = false;
  #wasRead = false;

  constructor(layout: StreamLayout, keyOf: (n: number) => number) {
    this.layout = layout;
    for (let n = 0; n < NUM_RECORDS; n++) {
      this.endSlot = layout.serializer.write({ id: keyOf(n) }, this.memory, this.endSlot, this.memory.numSlots);
    }
  }

  nextPage(): boolean {
    const isFirst = !this.#wasRead;
    this.#wasRead = true;
    this.isAtEnd = !isFirst;
    return isFirst;
  }
}

function solutionOf(numPages: number): Solution {
  const solution = new Solution(numPages);
  for (let id = 0; id < NUM_RECORDS; id++) {
    solution.upsert({ id, value: id, text: "some text" }, solution.declared);
  }
  return solution;
}

/** Runs a driver to its end and returns how often others had a turn. */
function turnsOf(solution: Solution, keyOf: (n: number) => number, make: (context: DriverContext) => Driver): number {
  const layout = solution.layouts.add(RowLayout.of(PROBE as unknown as TypeInformation<unknown>));
  const probes = new Probes(layout, keyOf);
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
    pages: () => probes,
    rows: () => new RowsOfPages(probes),
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
