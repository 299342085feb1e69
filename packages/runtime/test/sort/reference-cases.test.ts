/** The reference's cases of joins, coGroups and sorts that read sorted input, with its numbers of records. */
import { types } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import { expect, test } from "vitest";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import type { RowCursor } from "../../src/rows/row-cursor.js";
import type { StreamLayout } from "../../src/rows/stream-layout.js";
import { MergeJoin, type PairSink } from "../../src/sort/merge-groups/merge-join.js";
import { PairedGroups } from "../../src/sort/merge-groups/paired-groups.js";
import { Sorter } from "../../src/sort/sorter.js";
import { assertAllReturned, pageBudget } from "../support/budgets.js";
import { TestSpill } from "../support/test-spill.js";
import { layoutOfType, TestOrder } from "./doubles.js";
import { appendAll, expectRecords, runSteps, sortRecords, type TypedRecord } from "./sorting.js";

const layouts = createLayoutTable();
const pairs = layoutOfType(layouts, types.tuple(types.int32, types.int32));
const KEYS = [{ path: "0" }];

/** For each of the values all keys, one after the other. */
function* uniform(numKeys: number, numValues: number): Generator<TypedRecord> {
  for (let value = 0; value < numValues; value++) for (let key = 0; key < numKeys; key++) yield [pairs, [key, value]];
}

/** Sorts records in so many pages, and calls `use` with the rows. */
function withSorted(records: Iterable<TypedRecord>, numPages: number, use: (rows: RowCursor) => void): void {
  const budget = pageBudget(numPages);
  const spill = new TestSpill();
  const sorter = new Sorter({ budget, spill, layouts, order: new TestOrder(KEYS) });
  runSteps(appendAll(sorter, records));
  use(runSteps(sorter.finish()));
  sorter.close();
  assertAllReturned(budget);
  expect(spill.files.size).toBe(0);
}

function countPairs(left: Iterable<TypedRecord>, right: Iterable<TypedRecord>, numPages: number): number {
  let numPairs = 0;
  const sink: PairSink = {
    isWaiting: false,
    pair: (a, slotA, _left: StreamLayout, b, slotB) => {
      if (a.i32[slotA * 2 + 2] !== b.i32[slotB * 2 + 2]) throw new Error("a pair of different keys");
      numPairs++;
    },
    left: () => {},
    right: () => {},
    *drain() {},
  };
  const budget = pageBudget(8);
  const options = {
    joinType: "inner",
    leftKeys: KEYS,
    rightKeys: KEYS,
    budget,
    spill: new TestSpill(),
    layouts,
    sink,
  } as const;
  withSorted(left, numPages, (leftRows) => {
    withSorted(right, numPages, (rightRows) => {
      const join = new MergeJoin(options);
      runSteps(join.run(leftRows, rightRows));
      join.close();
    });
  });
  return numPairs;
}

test.each([
  [20, 1, 10, 2, 20, 400],
  [20, 1, 20, 1, 20, 400],
  [20, 1, 20, 20, 400, 400],
  [20, 20, 20, 1, 400, 400],
  [20, 20, 20, 20, 8000, 400],
  [65_536, 2, 8192, 8, 131_072, 96],
])("a merge join of %i keys x %i and %i keys x %i has %i pairs (in %i pages)", (k1, v1, k2, v2, expected, numPages) => {
  expect(countPairs(uniform(k1, v1), uniform(k2, v2), numPages)).toBe(expected);
});

test.each([
  [100, 2, 200, 1, 300],
  [200, 2, 200, 4, 1600],
  [4096, 32, 8192, 4, 4096 * 128 + 4096 * 4],
])("a coGroup of %i keys x %i and %i keys x %i meets %i records", (k1, v1, k2, v2, expected) => {
  let numRecords = 0;
  withSorted(uniform(k1, v1), 40, (left) => {
    withSorted(uniform(k2, v2), 40, (right) => {
      const groups = new PairedGroups(left, KEYS, right, KEYS);
      for (let side = groups.next(); side !== undefined; side = groups.next()) {
        const numLeft = side === "right" ? 0 : count(groups.left);
        const numRight = side === "left" ? 0 : count(groups.right);
        numRecords += side === "both" ? numLeft * numRight : numLeft + numRight;
      }
    });
  });
  expect(numRecords).toBe(expected);
});

function count(rows: RowCursor): number {
  let numRows = 0;
  while (rows.next()) numRows++;
  return numRows;
}

test.each([2048, 512, 32])("an external sort of 100,000 records in %i pages", (numPages) => {
  const random = new SeededRandom(13);
  const keyed = layoutOfType(layouts, types.tuple(types.int32, types.string));
  const records = Array.from(
    { length: 100_000 },
    (_, i): TypedRecord => [keyed, [random.between(-5000, 5000), `value ${i}`]],
  );
  const budget = pageBudget(numPages);
  const spill = new TestSpill();
  const result = sortRecords({ budget, spill, layouts, order: new TestOrder(KEYS) }, records);
  expectRecords(
    result,
    records.map(([, record]) => record as [number, string]).sort(([a], [b]) => a - b),
  );
  expect(spill.numFiles > 0).toBe(numPages === 32);
  assertAllReturned(budget);
});
