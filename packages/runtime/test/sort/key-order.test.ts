import { compareValues, Memory, type TypeInformation, types } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import { expect, test } from "vitest";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import { KeyOrder } from "../../src/sort/key-order.js";
import { MIN_SORT_PAGES } from "../../src/sort/sort-limits.js";
import { pageBudget } from "../support/budgets.js";
import { TestSpill } from "../support/test-spill.js";
import { layoutOfType, TestOrder } from "./doubles.js";
import { expectRecords, rowOf, sortRecords, type TypedRecord } from "./sorting.js";

const layouts = createLayoutTable();
const layoutOf = <T>(type: TypeInformation<T>) => layoutOfType(layouts, type as unknown as TypeInformation<unknown>);

/** Records of layouts that differ in whatever fields can differ in, each with its whole as the key. */
const records: readonly TypedRecord[] = [
  [layoutOf(types.row({ a: types.int32 })), { a: 1 }],
  [layoutOf(types.row({ b: types.int32 })), { b: 0 }],
  [layoutOf(types.row({ b: types.int32 })), { b: 2 }],
  [layoutOf(types.row({ b: types.float64, a: types.int32 })), { b: 0.5, a: 1 }],
  [layoutOf(types.row({ b: types.float64, a: types.int32 })), { b: 0.25, a: 1 }],
  [layoutOf(types.row({ a: types.nullable(types.int32) })), { a: null }],
  [layoutOf(types.row({})), {}],
  [layoutOf(types.tuple(types.int32)), [1]],
  [layoutOf(types.tuple(types.int32, types.int32)), [1, 0]],
  [layoutOf(types.tuple(types.int32, types.nullable(types.int32))), [1, null]],
  [layoutOf(types.array(types.int32)), [1, 0, 5]],
  [layoutOf(types.row({ n: types.nullable(types.row({ m: types.nullable(types.int32) })) })), { n: null }],
  [layoutOf(types.row({ n: types.nullable(types.row({ m: types.nullable(types.int32) })) })), { n: { m: null } }],
  [layoutOf(types.row({ n: types.row({ m: types.int32, "l.k": types.string }) })), { n: { m: 1, "l.k": "x" } }],
  [layoutOf(types.any), { b: 0 }],
  [layoutOf(types.string), "a"],
];

test("whole records of all layouts have the order of values", () => {
  const order = new KeyOrder([{ path: "*" }]);
  for (const a of records) {
    for (const b of records) {
      const memoryA = rowOf(a);
      const copy = memoryA.u8.slice();
      const memoryB = rowOf(b);
      const actual = order.comparator(a[0], b[0])(new Memory(copy.buffer), 0, memoryB, 0);
      expect(Math.sign(actual) + 0, JSON.stringify([a[1], b[1]])).toBe(Math.sign(compareValues(a[1], b[1])) + 0);
    }
  }
});

test("[RT23] whole records of all layouts are sorted as values", () => {
  const random = new SeededRandom(3);
  const many = Array.from({ length: 800 }, () => records[random.below(records.length)]!);
  for (const direction of ["ascending", "descending"] as const) {
    for (const numPages of [MIN_SORT_PAGES, 50]) {
      const sign = direction === "ascending" ? 1 : -1;
      const order = new TestOrder([{ path: "*", order: direction }]);
      const result = sortRecords({ budget: pageBudget(numPages), spill: new TestSpill(), layouts, order }, many);
      const expected = many.map(([, record]) => record).sort((x, y) => sign * compareValues(x, y));
      expectRecords(result, expected);
    }
  }
});

test("[RT23] a field that a layout does not have is null", () => {
  const withKey = layoutOf(types.row({ k: types.int32, v: types.int32 }));
  const without = layoutOf(types.row({ v: types.int32 }));
  const random = new SeededRandom(4);
  const some = Array.from(
    { length: 2000 },
    (_, v): TypedRecord => (random.chance(0.3) ? [without, { v }] : [withKey, { k: random.below(5), v }]),
  );
  for (const first of [some, [[without, { v: -1 }] as const, ...some]]) {
    const order = new TestOrder([{ path: "k", order: "descending" }, { path: "v" }]);
    const result = sortRecords({ budget: pageBudget(20), spill: new TestSpill(), layouts, order }, first);
    const keys = (record: unknown) => record as { k?: number; v: number };
    const expected = first.map(([, record]) => keys(record));
    expected.sort((a, b) => (b.k ?? -1) - (a.k ?? -1) || a.v - b.v);
    expectRecords(result, expected);
  }
});

test("keys of two streams are compared where they correspond", () => {
  const left = layoutOf(types.tuple(types.int32, types.string));
  const right = layoutOf(types.row({ t: types.tuple(types.float64, types.string) }));
  const order = new KeyOrder([{ path: "0", order: "descending" }, { path: "1" }], [{ path: "t.0" }, { path: "t.1" }]);
  const a = rowOf([left, [3, "x"]]).u8.slice();
  const memory = new Memory(a.buffer);
  const sign = (record: unknown) => Math.sign(order.comparator(left, right)(memory, 0, rowOf([right, record]), 0));
  expect(sign({ t: [3.5, "x"] })).toBe(1);
  expect(sign({ t: [2.5, "x"] })).toBe(-1);
  expect(sign({ t: [3, "y"] })).toBe(-1);
  expect(sign({ t: [3, "x"] })).toBe(0);
});
