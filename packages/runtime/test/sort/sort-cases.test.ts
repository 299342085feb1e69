/** Cases of the reference and of size: merges, combining sorts, groups, strings with a long common prefix, many fields, huge rows. */
import { Memory, types } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import { expect, test } from "vitest";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import type { RowCursor } from "../../src/rows/row-cursor.js";
import type { StreamLayout } from "../../src/rows/stream-layout.js";
import { LargeRows } from "../../src/sort/large-rows.js";
import { GroupRows } from "../../src/sort/merge-groups/group-rows.js";
import { MergeRows } from "../../src/sort/merge-rows.js";
import { SortKeys } from "../../src/sort/sort-keys.js";
import { MIN_SORT_PAGES } from "../../src/sort/sort-limits.js";
import { NOT_LARGE, PrefixReader, type SortedRows } from "../../src/sort/sorted-rows.js";
import { type RowCombiner, Sorter } from "../../src/sort/sorter.js";
import { assertAllReturned, pageBudget } from "../support/budgets.js";
import { TestSpill } from "../support/test-spill.js";
import { layoutOfType, TestOrder } from "./doubles.js";
import { appendAll, expectRecords, RecordRows, readAll, runSteps, sortRecords, type TypedRecord } from "./sorting.js";

const layouts = createLayoutTable();
const numbered = layoutOfType(layouts, types.tuple(types.int32, types.string));
const counted = layoutOfType(layouts, types.tuple(types.int32, types.int32));
const byFirst = () => new TestOrder([{ path: "0" }]);

/** Is records as a sorted stream. */
class RecordStream extends RecordRows implements SortedRows {
  readonly largeBlock = NOT_LARGE;
  readonly #prefixes: PrefixReader;

  constructor(records: readonly TypedRecord[], keys: SortKeys) {
    super(records);
    this.#prefixes = new PrefixReader(keys);
  }

  readPrefix(into: Uint32Array, at: number): void {
    this.#prefixes.read(this.memory, this.slot, this.layout, into, at);
  }

  close(): void {}
}

function merged(inputs: readonly (readonly number[])[]): readonly (readonly [number, string])[] {
  const keys = new SortKeys(byFirst());
  keys.admit(numbered);
  const streams = inputs.map((numbers, i) => {
    const records = numbers.map((n, position): TypedRecord => [numbered, [n, `${i}.${position}`]]);
    return new RecordStream(records, keys);
  });
  const rows = new MergeRows(streams, keys, new LargeRows(new TestSpill(), "test"));
  return [...readAll(rows)] as [number, string][];
}

test("streams are merged, equal keys in the order of the streams", () => {
  expect(merged([]).length).toBe(0);
  expect(merged([[], [], []]).length).toBe(0);
  const two = merged([
    [1, 2, 4, 5, 10],
    [3, 6, 7, 10, 12],
  ]);
  expect(two.map(([n]) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 10, 10, 12]);
  expect(two.filter(([n]) => n === 10).map(([, from]) => from)).toEqual(["0.4", "1.3"]);
  const inputs = [
    [1, 2, 17, 23, 23],
    [2, 6, 7, 8, 9],
    [4, 10, 11, 11, 12],
    [3, 6, 7, 10, 12],
    [7, 10, 15, 19, 44],
    [6, 6, 11, 17, 18],
    [1, 2, 4, 5, 10],
    [5, 10, 19, 23, 29],
    [9, 9, 9, 9, 9],
    [8, 8, 14, 14, 15],
  ];
  const expected = inputs.flatMap((numbers, i) => numbers.map((n, position) => [n, `${i}.${position}`]));
  expect(merged(inputs)).toEqual(expected.sort(([a], [b]) => (a as number) - (b as number)));
});

test("a merge trusts its inputs", () => {
  const numbers = merged([
    [1, 17, 2],
    [3, 4],
  ]).map(([n]) => n);
  expect(numbers).toEqual([1, 3, 4, 17, 2]);
});

test("groups can be left unread, left half read, and end for good", () => {
  const letters = [..."ABCDEFGHIJKL"];
  const keys = [1, 2, 3, 3, 4, 4, 4, 5, 5, 5, 5, 5];
  const records = letters.map((letter, i): TypedRecord => [numbered, [keys[i]!, letter]]);
  const groups = () => new GroupRows(new RecordRows(records), byFirst());
  const unread = groups();
  for (let i = 0; i < 5; i++) expect(unread.nextGroup()).toBe(true);
  for (let i = 0; i < 3; i++) expect([unread.nextGroup(), unread.next()]).toEqual([false, false]);
  const half = groups();
  const seen: unknown[] = [];
  while (half.nextGroup()) {
    for (let i = 0; i < 2 && half.next(); i++) seen.push(half.layout.serializer.read(half.memory, half.slot));
    const [key] = half.firstLayout.serializer.read(half.firstMemory, 0) as [number, string];
    expect(key).toBe((seen.at(-1) as [number, string])[0]);
  }
  expect(seen.map((record) => (record as [number, string])[1]).join("")).toBe("ABCDEFHI");
  const whole = groups();
  const lists: string[] = [];
  while (whole.nextGroup()) lists.push([...readAll(whole)].map((record) => (record as [number, string])[1]).join(""));
  expect(lists).toEqual(["A", "B", "CD", "EFG", "HIJKL"]);
  expect(new GroupRows(new RecordRows([]), byFirst()).nextGroup()).toBe(false);
});

/** Adds the second field of all rows of a key. */
function summing(): { readonly combine: RowCombiner; readonly numCalls: () => number } {
  const memory = new Memory(new ArrayBuffer(64));
  let numCalls = 0;
  const combine: RowCombiner = (group, emit) => {
    numCalls++;
    let key = 0;
    let sum = 0;
    while (group.next()) {
      const [k, n] = group.layout.serializer.read(group.memory, group.slot) as [number, number];
      key = k;
      sum += n;
    }
    counted.serializer.write([key, sum], memory, 0, memory.numSlots);
    emit(memory, 0, counted);
  };
  return { combine, numCalls: () => numCalls };
}

test.each([
  [100, 100_000, MIN_SORT_PAGES],
  [100, 100_000, 12],
  [1000, 50_000, MIN_SORT_PAGES],
  [1000, 50_000, 400],
])("a combining sort of %i keys and %i records in %i pages keeps the sums", (numKeys, numRecords, numPages) => {
  const random = new SeededRandom(5);
  const expected = new Map<number, number>();
  const records = Array.from({ length: numRecords }, (): TypedRecord => {
    const key = random.below(numKeys);
    expected.set(key, (expected.get(key) ?? 0) + 1);
    return [counted, [key, 1]];
  });
  const budget = pageBudget(numPages);
  const spill = new TestSpill();
  const { combine, numCalls } = summing();
  const result = sortRecords({ budget, spill, layouts, order: byFirst(), combine }, records) as [number, number][];
  const sums = new Map<number, number>();
  for (const [key, n] of result) sums.set(key, (sums.get(key) ?? 0) + n);
  expect(sums).toEqual(expected);
  expect(result.map(([key]) => key)).toEqual(result.map(([key]) => key).sort((a, b) => a - b));
  if (numPages < 400) expect(numCalls()).toBeGreaterThan(numKeys);
  else expect(numCalls()).toBe(0);
  if (numKeys === 100) expect(spill.numBytesWritten).toBeLessThan(numRecords * 24);
  assertAllReturned(budget);
  expect(spill.files.size).toBe(0);
});

test("a combiner that changes the layout in the middle of a sort", () => {
  const spill = new TestSpill();
  const any = layoutOfType(layouts, types.any);
  const memory = new Memory(new ArrayBuffer(1024));
  const combine: RowCombiner = (group, emit) => {
    while (group.next()) {
      const record = group.layout.serializer.read(group.memory, group.slot);
      any.serializer.write(record, memory, 0, memory.numSlots);
      emit(memory, 0, any);
    }
  };
  const records = Array.from({ length: 20_000 }, (_, i): TypedRecord => [counted, [(i * 7919) % 1000, i]]);
  const setting = { budget: pageBudget(5), spill, layouts, order: byFirst(), combine };
  const expected = records.map(([, record]) => record as [number, number]).sort(([a], [b]) => a - b);
  expectRecords(sortRecords(setting, records), expected);
});

test.each([
  ["strings", (text: string): TypedRecord => [layoutOfType(layouts, types.string), text], "*"],
  [
    "tuples",
    (text: string): TypedRecord => [
      layoutOfType(layouts, types.tuple(types.string, types.array(types.string))),
      [text, [text, "x"]],
    ],
    "0",
  ],
] as const)("%s with a long common prefix, in little memory", (_, recordOf, path) => {
  const random = new SeededRandom(6);
  const texts = Array.from(
    { length: 30_000 },
    () => `http://some-uri.com/that/is/a/common/prefix/to/all${random.below(1e9)}`,
  );
  const order = new TestOrder([{ path }]);
  const result = sortRecords({ budget: pageBudget(32), spill: new TestSpill(), layouts, order }, texts.map(recordOf));
  expectRecords(
    result,
    [...texts].sort().map((text) => recordOf(text)[1]),
  );
});

test("[RT22] merging takes several rounds, with a bounded number of open files", () => {
  const random = new SeededRandom(7);
  const records = Array.from({ length: 60_000 }, (_, i): TypedRecord => [counted, [random.below(5000), i]]);
  const spill = new TestSpill();
  const result = sortRecords({ budget: pageBudget(MIN_SORT_PAGES), spill, layouts, order: byFirst() }, records) as [
    number,
    number,
  ][];
  expectRecords(
    result,
    records.map(([, record]) => record as [number, number]).sort(([a], [b]) => a - b),
  );
  expect(spill.numFiles).toBeGreaterThan(30);
  expect(spill.maxFiles).toBeLessThan(24);
});

test("rows of 64 fields, rows without fields, rows of 10 MB", () => {
  const names = Array.from({ length: 64 }, (_, i) => `f${i}`);
  const wide = layoutOfType(layouts, types.row(Object.fromEntries(names.map((name) => [name, types.int32]))));
  const random = new SeededRandom(9);
  const rows = Array.from(
    { length: 2000 },
    (): TypedRecord => [wide, Object.fromEntries(names.map((name) => [name, random.below(3)]))],
  );
  const last = new TestOrder([{ path: "f63", order: "descending" }, { path: "f40" }, { path: "f1" }, { path: "f2" }]);
  const value = (record: unknown, name: string) => (record as Record<string, number>)[name]!;
  const expected = rows.map(([, record]) => record);
  expected.sort(
    (a, b) =>
      value(b, "f63") - value(a, "f63") ||
      value(a, "f40") - value(b, "f40") ||
      value(a, "f1") - value(b, "f1") ||
      value(a, "f2") - value(b, "f2"),
  );
  expect(sortRecords({ budget: pageBudget(9), spill: new TestSpill(), layouts, order: last }, rows)).toEqual(expected);

  const empty = layoutOfType(layouts, types.row({}));
  const nothing = Array.from({ length: 5000 }, (): TypedRecord => [empty, {}]);
  const whole = new TestOrder([{ path: "*" }]);
  expect(
    sortRecords({ budget: pageBudget(MIN_SORT_PAGES), spill: new TestSpill(), layouts, order: whole }, nothing).length,
  ).toBe(5000);

  const huge = Array.from({ length: 6 }, (_, i): TypedRecord => [numbered, [-1 - i, String(i).repeat(10_000_000)]]);
  const small = Array.from({ length: 3000 }, (_, i): TypedRecord => [numbered, [i % 10, "small"]]);
  const mix = [...small.slice(0, 1000), ...huge, ...small.slice(1000)];
  const spill = new TestSpill();
  const result = sortRecords({ budget: pageBudget(MIN_SORT_PAGES), spill, layouts, order: byFirst() }, mix) as [
    number,
    string,
  ][];
  expect(result.map(([n]) => n)).toEqual(
    mix.map(([, record]) => (record as [number, string])[0]).sort((a, b) => a - b),
  );
  expect(result.map(([, text]) => text.length)).toEqual(result.map((_, i) => (i < 6 ? 10_000_000 : 5)));
  expect(spill.files.size).toBe(0);
});

test("sorted rows are read again and again, also after a cursor was left in the middle", () => {
  const random = new SeededRandom(10);
  const records = Array.from({ length: 5000 }, (_, i): TypedRecord => [counted, [random.below(100), i]]);
  const expected = records.map(([, record]) => record as [number, number]).sort(([a], [b]) => a - b);
  for (const numPages of [MIN_SORT_PAGES, 10, 100]) {
    const budget = pageBudget(numPages);
    const spill = new TestSpill();
    const sorter = new Sorter({ budget, spill, layouts, order: byFirst(), isReadAgain: true });
    runSteps(appendAll(sorter, records));
    runSteps(sorter.complete());
    for (let i = 0; i < 3; i++) {
      const left: RowCursor = sorter.rows();
      for (let n = 0; n < 1000 * i; n++) left.next();
      expectRecords([...readAll(sorter.rows())], expected);
    }
    sorter.close();
    assertAllReturned(budget);
    expect(spill.files.size).toBe(0);
  }
});

test("the layout of rows is known when they are read", () => {
  const seen = new Set<StreamLayout>();
  const sorter = new Sorter({ budget: pageBudget(9), spill: new TestSpill(), layouts, order: byFirst() });
  runSteps(
    appendAll(sorter, [
      [counted, [2, 2]],
      [numbered, [1, "one"]],
    ]),
  );
  for (const rows = runSteps(sorter.finish()); rows.next(); ) seen.add(rows.layout);
  sorter.close();
  expect([...seen]).toEqual([numbered, counted]);
});
