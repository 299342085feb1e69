import { compareValues, type Memory, type TypeInformation, types } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import type { JoinKind } from "@millrace/job-graph";
import { expect, test } from "vitest";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import type { RowCursor } from "../../src/rows/row-cursor.js";
import type { StreamLayout } from "../../src/rows/stream-layout.js";
import { MergeJoin, MIN_MERGE_JOIN_PAGES, type PairSink } from "../../src/sort/merge-groups/merge-join.js";
import type { Steps } from "../../src/task/driver.js";
import { assertAllReturned, FailingBudget, pageBudget } from "../support/budgets.js";
import { TestSpill } from "../support/test-spill.js";
import { layoutOfType } from "./doubles.js";
import { RecordRows, runSteps, type TypedRecord } from "./sorting.js";

const KINDS: readonly JoinKind[] = ["inner", "left-outer", "right-outer", "full-outer", "semi", "anti"];
const layouts = createLayoutTable();
const shapes = [types.nullable(types.int32), types.float64, types.nullable(types.string)].map((type) =>
  layoutOfType(layouts, types.row({ k: type, n: types.int32, p: types.string }) as unknown as TypeInformation<unknown>),
);

/** Keeps all results, and asks to be drained before every one. */
class ResultList implements PairSink {
  readonly results: string[] = [];
  isWaiting = false;

  pair(
    left: Memory,
    leftSlot: number,
    leftLayout: StreamLayout,
    right: Memory,
    rightSlot: number,
    rightLayout: StreamLayout,
  ): void {
    this.#add(read(left, leftSlot, leftLayout), read(right, rightSlot, rightLayout));
  }

  left(memory: Memory, slot: number, layout: StreamLayout): void {
    this.#add(read(memory, slot, layout), null);
  }

  right(memory: Memory, slot: number, layout: StreamLayout): void {
    this.#add(null, read(memory, slot, layout));
  }

  #add(left: unknown, right: unknown): void {
    expect(this.isWaiting).toBe(false);
    this.results.push(JSON.stringify([left, right]));
    this.isWaiting = true;
  }

  *drain(): Steps {
    this.isWaiting = false;
    yield "turn";
  }
}

interface Keyed {
  readonly k: unknown;
  readonly n: number;
}

function read(memory: Memory, slot: number, layout: StreamLayout): readonly [unknown, number] {
  const { k, n } = layout.serializer.read(memory, slot) as Keyed;
  return [k, n];
}

function expectedOf(kind: JoinKind, left: readonly TypedRecord[], right: readonly TypedRecord[]): string[] {
  const rows = (records: readonly TypedRecord[]) => records.map(([, record]) => record as Keyed);
  const matches = (a: Keyed, b: Keyed) => a.k !== null && compareValues(a.k, b.k) === 0;
  const short = ({ k, n }: Keyed) => [k, n];
  const results: unknown[] = [];
  for (const a of rows(left)) {
    const found = rows(right).filter((b) => matches(a, b));
    if (kind === "semi" ? found.length > 0 : kind === "anti" && found.length === 0) results.push([short(a), null]);
    if (kind === "semi" || kind === "anti") continue;
    for (const b of found) results.push([short(a), short(b)]);
    if (found.length === 0 && (kind === "left-outer" || kind === "full-outer")) results.push([short(a), null]);
  }
  if (kind === "right-outer" || kind === "full-outer") {
    for (const b of rows(right)) if (!rows(left).some((a) => matches(a, b))) results.push([null, short(b)]);
  }
  return results.map((result) => JSON.stringify(result)).sort();
}

function sortedRows(records: readonly TypedRecord[]): RowCursor {
  return new RecordRows([...records].sort(([, a], [, b]) => compareValues((a as Keyed).k, (b as Keyed).k)));
}

function check(
  kind: JoinKind,
  left: readonly TypedRecord[],
  right: readonly TypedRecord[],
  numPages: number,
): TestSpill {
  const budget = new FailingBudget(pageBudget(numPages));
  const spill = new TestSpill();
  const sink = new ResultList();
  const keys = [{ path: "k" }];
  const join = new MergeJoin({ joinType: kind, leftKeys: keys, rightKeys: keys, budget, spill, layouts, sink });
  runSteps(join.run(sortedRows(left), sortedRows(right)));
  join.close();
  expect(sink.results.sort()).toEqual(expectedOf(kind, left, right));
  assertAllReturned(budget);
  expect(spill.files.size).toBe(0);
  return spill;
}

function randomRecords(random: SeededRandom, count: number, numKeys: number, padding: number): TypedRecord[] {
  return Array.from({ length: count }, (_, n) => {
    const shape = random.below(shapes.length);
    const number = random.below(numKeys);
    const key = shape === 1 ? number : random.chance(0.1) ? null : shape === 0 ? number : `t${number}`;
    return [shapes[shape]!, { k: key, n, p: "p".repeat(random.chance(0.05) ? padding : 3) }];
  });
}

test("every kind of join over random keys of several types, nulls among them", () => {
  const random = new SeededRandom(11);
  for (const kind of KINDS) {
    for (const [numLeft, numRight, numKeys] of [
      [0, 0, 1],
      [0, 9, 3],
      [9, 0, 3],
      [60, 60, 30],
      [60, 40, 2],
      [3, 100, 50],
    ] as const) {
      const left = randomRecords(random, numLeft, numKeys, 100);
      check(kind, left, randomRecords(random, numRight, numKeys, 100), 8);
    }
  }
});

test("groups larger than memory on both sides, and rows larger than pages, in the least memory", () => {
  const random = new SeededRandom(12);
  const left = randomRecords(random, 40, 1, 70_000);
  const right = randomRecords(random, 50, 1, 70_000);
  const large = (records: TypedRecord[]) =>
    records.map(([l, r]): TypedRecord => [l, { ...(r as object), p: "q".repeat(9000) }]);
  for (const kind of KINDS) {
    check(kind, left, right, MIN_MERGE_JOIN_PAGES);
    const spill = check(kind, large(left), large(right), MIN_MERGE_JOIN_PAGES);
    if (kind === "inner") expect(spill.numFiles).toBeGreaterThan(0);
  }
});

test("one page less than the least fails before anything is read", () => {
  const sink = new ResultList();
  const budget = pageBudget(MIN_MERGE_JOIN_PAGES - 1);
  const keys = [{ path: "k" }];
  const make = () =>
    new MergeJoin({
      joinType: "inner",
      leftKeys: keys,
      rightKeys: keys,
      budget,
      spill: new TestSpill(),
      layouts,
      sink,
    });
  expect(make).toThrow(expect.objectContaining({ code: "INSUFFICIENT_MEMORY" }));
});
