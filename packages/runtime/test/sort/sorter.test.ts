import { compareValues, types } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import { expect, test } from "vitest";
import { MIN_SORT_PAGES } from "../../src/sort/sort-limits.js";
import { assertAllReturned, FailingBudget, pageBudget } from "../support/budgets.js";
import { MemorySpill, TestLayouts, TestOrder } from "./doubles.js";
import { sortRecords, type TypedRecord } from "./sorting.js";

const layouts = new TestLayouts();
const pairs = layouts.ofType(types.tuple(types.int64, types.int32));
const strings = layouts.ofType(types.tuple(types.string, types.int32));

function sorted(records: readonly TypedRecord[]): unknown[] {
  return records.map(([, record]) => record).sort((a, b) => compareValues((a as unknown[])[0], (b as unknown[])[0]));
}

function check(records: readonly TypedRecord[], numPages: number): MemorySpill {
  const budget = new FailingBudget(pageBudget(numPages));
  const spill = new MemorySpill();
  const result = sortRecords({ budget, spill, layouts, order: new TestOrder([{ path: "0" }]) }, records);
  expect(result).toEqual(sorted(records));
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

test("random keys in memory and in the least memory there is", () => {
  const random = new SeededRandom(1);
  const records = Array.from({ length: 20_000 }, (_, i) => [pairs, [BigInt(random.between(-500, 500)), i]] as const);
  expect(check(records, 100).numFiles).toBe(0);
  expect(check(records, MIN_SORT_PAGES).numFiles).toBeGreaterThan(10);
  expect(check(records, 12).numFiles).toBeGreaterThan(2);
  const texts = records.map(([, [key, i]]) => [strings, [`a common prefix of all ${key}`, i]] as const);
  expect(check(texts, 200).numFiles).toBe(0);
  check(texts, MIN_SORT_PAGES);
});
