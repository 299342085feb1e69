import { compareValues, type TypeInformation, types } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import { expect, test } from "vitest";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import { MIN_SORT_PAGES } from "../../src/sort/sort-limits.js";
import { Sorter } from "../../src/sort/sorter.js";
import { assertAllReturned, FailingBudget, pageBudget } from "../support/budgets.js";
import { TestSpill } from "../support/test-spill.js";
import { layoutOfType, TestOrder } from "./doubles.js";
import { appendAll, expectRecords, readAll, runSteps, sortRecords, type TypedRecord } from "./sorting.js";

const layouts = createLayoutTable();
const pairs = layoutOfType(layouts, types.tuple(types.int64, types.int32));
const strings = layoutOfType(layouts, types.tuple(types.string, types.int32));

function sorted(records: readonly TypedRecord[]): unknown[] {
  return records.map(([, record]) => record).sort((a, b) => compareValues((a as unknown[])[0], (b as unknown[])[0]));
}

function check(records: readonly TypedRecord[], numPages: number): TestSpill {
  const budget = new FailingBudget(pageBudget(numPages));
  const spill = new TestSpill();
  const result = sortRecords({ budget, spill, layouts, order: new TestOrder([{ path: "0" }]) }, records);
  expectRecords(result, sorted(records));
  assertAllReturned(budget);
  expect(spill.files.size).toBe(0);
  return spill;
}

test("nothing, one record, all equal", () => {
  for (const numPages of [MIN_SORT_PAGES, 100]) {
    check([], numPages);
    check([[pairs, [7n, 1]]], numPages);
    check(
      Array.from({ length: 5000 }, (_, i) => [pairs, [7n, i]] as const),
      numPages,
    );
    check(
      Array.from({ length: 5000 }, (_, i) => [strings, ["a common prefix of all", i]] as const),
      numPages,
    );
  }
});

test("rows of fixed length go over to another buffer when a second layout comes, or are spilled first", () => {
  const random = new SeededRandom(2);
  const shapes = [
    types.tuple(types.int64, types.float64),
    types.tuple(types.int64, types.int32, types.boolean),
    types.tuple(types.int32, types.enum("a", "b")),
    types.tuple(types.int64),
    types.row({ a: types.timestamp, "0": types.int32 }),
  ].map((type) => layoutOfType(layouts, type as unknown as TypeInformation<unknown>));
  const values = (key: number): unknown[] => [
    [BigInt(key), key === 0 ? Number.NaN : -0],
    [BigInt(key), 5, key > 0],
    [key, "b"],
    [BigInt(key)],
    { a: new Date(0), "0": key },
  ];
  for (const [first, shape] of shapes.entries()) {
    for (const order of ["ascending", "descending"] as const) {
      for (const numRows of [1, 100, 5000]) {
        for (const numPages of [MIN_SORT_PAGES, 200]) {
          const records = Array.from(
            { length: numRows },
            (): TypedRecord => [shape, values(random.between(-1000, 1000))[first]],
          );
          const more = random.chance(0.7) ? [[strings, ["text", 1]] as const, ...records.slice(0, 50)] : [];
          const all = [...records, ...more];
          const key = (record: unknown): unknown => (record as Record<string, unknown>)["0"];
          const sign = order === "ascending" ? 1 : -1;
          const budget = new FailingBudget(pageBudget(numPages));
          const setting = { budget, spill: new TestSpill(), layouts, order: new TestOrder([{ path: "0", order }]) };
          const expected = all.map(([, record]) => record).sort((a, b) => sign * compareValues(key(a), key(b)));
          expectRecords(sortRecords(setting, all), expected);
          assertAllReturned(budget);
        }
      }
    }
  }
});

test("[RT20] random keys in memory and in the least memory there is", () => {
  const random = new SeededRandom(1);
  const records = Array.from({ length: 20_000 }, (_, i) => [pairs, [BigInt(random.between(-500, 500)), i]] as const);
  expect(check(records, 100).numFiles).toBe(0);
  expect(check(records, MIN_SORT_PAGES).numFiles).toBeGreaterThan(10);
  expect(check(records, 12).numFiles).toBeGreaterThan(0);
  const texts = records.map(([, [key, i]]) => [strings, [`a common prefix of all ${key}`, i]] as const);
  expect(check(texts, 200).numFiles).toBe(0);
  check(texts, MIN_SORT_PAGES);
});

test("[RT99] no step of a sort compares many rows, whatever they have in common", () => {
  const random = new SeededRandom(3);
  const records = Array.from({ length: 60_000 }, (_, i): TypedRecord => {
    const text = i < 50_000 ? "one prefix of all " : `${random.below(5000)} of a few          `;
    return [strings, [text + random.below(1e9), i]];
  });
  const order = new TestOrder([{ path: "0" }]);
  const budget = pageBudget(400);
  const sorter = new Sorter({ budget, spill: new TestSpill(), layouts, order });
  runSteps(appendAll(sorter, records));
  let numSteps = 0;
  let most = 0;
  for (let before = 0, steps = sorter.complete(); steps.next().done !== true; before = order.numComparisons) {
    numSteps++;
    most = Math.max(most, order.numComparisons - before);
  }
  const result = [...readAll(sorter.rows())];
  sorter.close();
  expectRecords(result, sorted(records));
  expect(sorter.numRuns).toBe(0);
  // Pieces of eight are sorted by insertion, with 28 comparisons at most.
  expect(most).toBeLessThanOrEqual(4 * 4096);
  expect(numSteps).toBeGreaterThan(100);
});

test("[RT99] a sort of numbers has its turns too", () => {
  const random = new SeededRandom(4);
  const budget = pageBudget(1000);
  const sorter = new Sorter({ budget, spill: new TestSpill(), layouts, order: new TestOrder([{ path: "0" }]) });
  const numRecords = 400_000;
  runSteps(
    appendAll(
      sorter,
      (function* (): Generator<TypedRecord> {
        for (let i = 0; i < numRecords; i++) yield [pairs, [BigInt(random.seed()), i]];
      })(),
    ),
  );
  let numSteps = 0;
  for (const steps = sorter.complete(); steps.next().done !== true; ) numSteps++;
  sorter.close();
  expect(numSteps).toBeGreaterThanOrEqual(Math.floor(numRecords / (1 << 17)));
});
