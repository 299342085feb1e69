/**
 * How deep structures spill in these tests, so that results at every depth are known to be looked at: groups, every kind of join with either side built, and
 * sorts, with so much input for the least memory that all of it is written and read again three times and more. Read pages tell.
 */
import { types } from "@millrace/core";
import type { DriverSpec, JoinKind } from "@millrace/job-graph";
import { expect, test } from "vitest";
import { createHashReduceDriver } from "../../src/drivers/hash-group-drivers.js";
import { createHashJoinDriver } from "../../src/drivers/hash-join-driver.js";
import { minHashGroupPages } from "../../src/hash/hash-groups.js";
import { minHashJoinPages } from "../../src/hash/join-table.js";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import { MIN_SORT_PAGES } from "../../src/sort/sort-limits.js";
import { layoutOfType, TestOrder } from "../sort/doubles.js";
import { expectRecords, sortRecords, type TypedRecord } from "../sort/sorting.js";
import { assertAllReturned, pageBudget } from "../support/budgets.js";
import { TestSpill } from "../support/test-spill.js";
import { bagOf, runDriver, TestContext } from "./doubles.js";

const MIN_DEPTH = 3;
const PAGE_BYTES = 32 * 1024;
const TEXT_BYTES = 200;
/** Header, two fields and the text. */
const ROW_BYTES = 8 + 3 * 8 + TEXT_BYTES;

interface Row {
  readonly k: number;
  readonly v: number;
  readonly s: string;
}

const rowType = types.row({ k: types.int32, v: types.int32, s: types.string });
const rowsFrom = (first: number, count: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ k: first + ((i * 7919) % count), v: i, s: "x".repeat(TEXT_BYTES) }));
const input = (records: readonly Row[]) => [{ type: rowType as never, records }];

function expectDepth(numPagesRead: number, numRows: number): void {
  expect(numPagesRead).toBeGreaterThan((MIN_DEPTH * numRows * ROW_BYTES) / PAGE_BYTES);
}

test("[RT31] groups in three passes and more", () => {
  const rows = [...rowsFrom(0, 9000), ...rowsFrom(0, 9000)];
  const spec: Extract<DriverSpec, { kind: "reduce" }> = {
    kind: "reduce",
    function: 0,
    group: { keys: [{ path: "k" }], value: undefined },
    strategy: "hash",
  };
  const add = (a: Row, b: Row): Row => ({ ...a, v: a.v + b.v });
  const context = new TestContext({ inputs: [input(rows)], numPages: minHashGroupPages(), functions: [add] as never });
  const results = runDriver((each) => createHashReduceDriver(spec, each), context);
  const expected = rows.slice(0, 9000).map((row) => ({ ...row, v: row.v * 2 }));
  expect(bagOf(results)).toEqual(bagOf(expected));
  expectDepth(context.spill.numPagesRead, rows.length);
});

const KINDS: readonly JoinKind[] = ["inner", "left-outer", "right-outer", "full-outer", "semi", "anti"];

test.each(
  KINDS.flatMap((kind) => (["hash-build-first", "hash-build-second"] as const).map((side) => [kind, side] as const)),
)("[RT30] a %s join with %s at three levels of recursion and more", (joinType, strategy) => {
  // Each side has keys that the other one lacks.
  const left = rowsFrom(0, 6000);
  const right = rowsFrom(1000, 6000);
  const isOneSided = joinType === "semi" || joinType === "anti";
  const keys = [{ path: "k" }];
  const spec: Extract<DriverSpec, { kind: "join" }> = {
    ...{ kind: "join", joinType, strategy, leftKeys: keys, rightKeys: keys },
    ...{ leftValue: undefined, rightValue: undefined, result: isOneSided ? { kind: "left" } : { kind: "pair" } },
  };
  const context = new TestContext({ inputs: [input(left), input(right)], numPages: minHashJoinPages() });
  const results = runDriver((each) => createHashJoinDriver(spec, each), context);
  expect(bagOf(results)).toEqual(bagOf(joined(joinType, left, right)));
  expectDepth(context.spill.numPagesRead, left.length + right.length);
});

/** Keys are unique on both sides. */
function joined(kind: JoinKind, left: readonly Row[], right: readonly Row[]): unknown[] {
  const byKey = new Map(right.map((row) => [row.k, row]));
  if (kind === "semi") return left.filter(({ k }) => byKey.has(k));
  if (kind === "anti") return left.filter(({ k }) => !byKey.has(k));
  const pairs: unknown[] = left.filter(({ k }) => byKey.has(k)).map((row) => [row, byKey.get(row.k)]);
  if (kind === "left-outer" || kind === "full-outer") {
    pairs.push(...left.filter(({ k }) => !byKey.has(k)).map((row) => [row, null]));
  }
  const leftKeys = new Set(left.map(({ k }) => k));
  if (kind === "right-outer" || kind === "full-outer") {
    pairs.push(...right.filter(({ k }) => !leftKeys.has(k)).map((row) => [null, row]));
  }
  return pairs;
}

test("[RT21] a sort of three rounds of merges and more", () => {
  const layouts = createLayoutTable();
  const layout = layoutOfType(layouts, rowType as never);
  const records = rowsFrom(0, 12_000).map((row): TypedRecord => [layout, row]);
  const budget = pageBudget(MIN_SORT_PAGES);
  const spill = new TestSpill();
  const setting = { budget, spill, layouts, order: new TestOrder([{ path: "k" }]) };
  expectRecords(
    sortRecords(setting, records),
    records.map(([, record]) => record as Row).sort((a, b) => a.k - b.k),
  );
  assertAllReturned(budget);
  expectDepth(spill.numPagesRead, records.length);
});
