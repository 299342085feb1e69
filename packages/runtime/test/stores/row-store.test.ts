import { bareHost, isMillraceError } from "@millrace/core";
import { FaultyDisk, SeededRandom, TestHost } from "@millrace/host-test";
import { afterEach, expect, test } from "vitest";
import { createSpillSpace, type PageBudget, type SpillSpace } from "../../src/index.js";
import { RowStore } from "../../src/stores/row-store.js";
import { SpillingRowQueue } from "../../src/stores/spilling-row-queue.js";
import { assertAllReturned, FailingBudget, pageBudget } from "../support/budgets.js";
import { type RowKind, recordsOf, recordsOfPages, type TestRows, testRows } from "../support/rows.js";

let cleanups: (() => void)[] = [];

afterEach(() => {
  for (const clean of cleanups) clean();
  cleanups = [];
});

function setting(numPages: number): { budget: FailingBudget; spill: SpillSpace; host: TestHost } {
  const host = new TestHost();
  const spill = createSpillSpace(host);
  const budget = new FailingBudget(pageBudget(numPages));
  cleanups.push(() => {
    assertAllReturned(budget);
    spill.close();
    host.assertNothingLeft();
  });
  return { budget, spill, host };
}

function fill(store: RowStore, { rows }: TestRows): void {
  for (const row of rows) store.addRow(row.memory, row.slot, row.layout);
  store.complete();
}

const KINDS: readonly (readonly [RowKind, number])[] = [
  ["small", 0],
  ["small", 1],
  ["small", 5000],
  ["empty", 6000],
  ["mixed", 3000],
  ["long", 30],
  ["large", 40],
  ["huge", 10],
];
const CASES = KINDS.flatMap(([kind, count]) => [1, 2, 100].map((numPages) => [count, kind, numPages] as const));

test.each(CASES)("a store gives %d %s rows with %d pages back in order, again and again", (count, kind, numPages) => {
  const { budget, spill } = setting(numPages);
  const given = testRows(kind, count);
  const store = new RowStore({ budget, spill, layouts: given.layouts });
  fill(store, given);
  expect(store.numRows).toBe(count);
  for (let round = 0; round < 2; round++) {
    expect(recordsOf(store.rows())).toEqual(given.records);
    expect(recordsOfPages(store.pages())).toEqual(given.records);
  }
  const rows = store.rows();
  for (let i = 0; i < Math.min(3, count); i++) rows.next();
  rows.rewind();
  expect(recordsOf(rows)).toEqual(given.records);
  expect(rows.next()).toBe(false);
  rows.rewind();
  expect(recordsOf(rows)).toEqual(given.records);
  store.close();
  store.close();
  assertAllReturned(budget);
});

test.each(CASES)("a store that takes pages of %d %s rows with %d pages gives them back", (count, kind, numPages) => {
  const source = setting(200);
  const { budget, spill } = setting(numPages);
  const given = testRows(kind, count);
  const from = new RowStore({ budget: source.budget, spill: source.spill, layouts: given.layouts });
  fill(from, given);
  const store = new RowStore({ budget, spill, layouts: given.layouts });
  const pages = from.pages();
  while (pages.nextPage()) store.add(pages);
  store.complete();
  expect(store.numRows).toBe(count);
  expect(recordsOf(store.rows())).toEqual(given.records);
  store.close();
  from.close();
});

test("what fits stays in memory, and the part behind it goes to disk", () => {
  const { budget, spill, host } = setting(10);
  const given = testRows("long", 29);
  const store = new RowStore({ budget, spill, layouts: given.layouts });
  fill(store, given);
  expect(store.isSpilled).toBe(false);
  expect(host.scratch.paths).toEqual([]);
  const more = testRows("long", 31);
  const larger = new RowStore({ budget: new FailingBudget(pageBudget(10)), spill, layouts: more.layouts });
  fill(larger, more);
  expect(larger.isSpilled).toBe(true);
  expect(spill.numBytesWritten).toBeLessThan(32_768 * 2);
  store.close();
  larger.close();
});

test("more rows can be added after reading, and others after clearing", () => {
  const { budget, spill } = setting(2);
  const given = testRows("mixed", 2000);
  const store = new RowStore({ budget, spill, layouts: given.layouts });
  fill(store, given);
  expect(recordsOf(store.rows())).toEqual(given.records);
  fill(store, given);
  expect(recordsOf(store.rows())).toEqual([...given.records, ...given.records]);
  store.clear();
  expect(recordsOf(store.rows())).toEqual([]);
  fill(store, given);
  expect(recordsOf(store.rows())).toEqual(given.records);
  store.close();
});

test("a store that is told to spill has no pages, and one again while it is read", () => {
  const { budget, spill } = setting(8);
  const given = testRows("mixed", 2000);
  const store = new RowStore({ budget, spill, layouts: given.layouts });
  fill(store, given);
  store.spill();
  assertAllReturned(budget);
  const rows = store.rows();
  expect(recordsOf(rows)).toEqual(given.records);
  expect(budget.numFree).toBe(7);
  rows.close();
  assertAllReturned(budget);
  expect(recordsOf(store.rows())).toEqual(given.records);
  store.close();
});

test.each([3, 50])("three readers of one store do not disturb each other with %d pages", (numPages) => {
  const { budget, spill } = setting(numPages);
  const given = testRows("mixed", 6000);
  const store = new RowStore({ budget, spill, layouts: given.layouts });
  fill(store, given);
  const random = new SeededRandom(5);
  const readers = [store.rows(), store.reader(), store.reader()];
  const found: unknown[][] = readers.map(() => []);
  for (let open = readers.length; open > 0; ) {
    const i = random.below(readers.length);
    const reader = readers[i]!;
    if (found[i]!.length === given.records.length) {
      open = found.some((records) => records.length < given.records.length) ? open : 0;
      continue;
    }
    expect(reader.next()).toBe(true);
    found[i]!.push(reader.layout.serializer.read(reader.memory, reader.slot));
  }
  for (const records of found) expect(records).toEqual(given.records);
  store.close();
});

test.each(CASES)(
  "a queue gives %d %s rows with %d pages out in order, whenever it is asked",
  (count, kind, numPages) => {
    for (const seed of kind === "huge" ? [1] : [1, 2, 3]) {
      const { budget, spill, host } = setting(numPages);
      const given = testRows(kind, count);
      const queue = new SpillingRowQueue({ budget, spill, layouts: given.layouts });
      const random = new SeededRandom(seed);
      const found: unknown[] = [];
      let added = 0;
      while (found.length < count) {
        // Waves of adding and taking, longer than a page.
        for (let n = random.below(count); n >= 0 && added < count; n--) {
          const row = given.rows[added++]!;
          queue.add(row.memory, row.slot, row.layout);
        }
        for (let n = random.below(count); n >= 0 && !queue.isEmpty; n--) {
          expect(queue.next()).toBe(true);
          found.push(queue.layout.serializer.read(queue.memory, queue.slot));
        }
      }
      expect(found).toEqual(given.records);
      expect(queue.next()).toBe(false);
      expect(host.scratch.paths).toEqual([]);
      queue.close();
      assertAllReturned(budget);
    }
  },
);

test.each([1, 2])("a queue of %d pages that is read as fast as it is filled stays in memory", (numPages) => {
  const { budget, spill, host } = setting(numPages);
  const given = testRows("mixed", 5000);
  const queue = new SpillingRowQueue({ budget, spill, layouts: given.layouts });
  for (const [i, row] of given.rows.entries()) {
    queue.add(row.memory, row.slot, row.layout);
    queue.next();
    expect(queue.layout.serializer.read(queue.memory, queue.slot)).toEqual(given.records[i]);
  }
  expect(spill.numBytesWritten).toBe(0);
  expect(host.scratch.paths).toEqual([]);
  queue.close();
});

test("[RT71] a queue of one page that is filled and read in bursts writes pages to disk, not rows", () => {
  const { budget, spill, host } = setting(1);
  const given = testRows("small", 20_000);
  const queue = new SpillingRowQueue({ budget, spill, layouts: given.layouts });
  const random = new SeededRandom(1);
  let numBytes = 0;
  let maxBytesOnDisk = 0;
  for (let added = 0, taken = 0; taken < given.rows.length; ) {
    for (let n = random.below(800); n > 0 && added < given.rows.length; n--) {
      const row = given.rows[added++]!;
      queue.add(row.memory, row.slot, row.layout);
      numBytes += row.memory.i32[row.slot * 2]!;
    }
    for (let n = random.below(600); n > 0 && !queue.isEmpty; n--) {
      expect(queue.next()).toBe(true);
      expect(queue.layout.serializer.read(queue.memory, queue.slot)).toEqual(given.records[taken++]);
    }
    maxBytesOnDisk = Math.max(maxBytesOnDisk, host.scratch.sizeBytes);
  }
  queue.close();
  expect(spill.numBytesWritten).toBeLessThan(2 * numBytes);
  // Of a burst there is a block that is not full, beside full ones.
  expect(maxBytesOnDisk).toBeLessThan(4 * numBytes);
});

/** Runs each structure over mixed rows with large ones among them; returns what they gave. */
function runAll(budget: PageBudget, spill: SpillSpace, given: TestRows): unknown[] {
  const store = new RowStore({ budget, spill, layouts: given.layouts, maxPages: 2 });
  const queue = new SpillingRowQueue({ budget, spill, layouts: given.layouts, maxPages: 2 });
  const found: unknown[] = [];
  try {
    fill(store, given);
    found.push(...recordsOf(store.rows()), ...recordsOf(store.rows()));
    store.spill();
    for (const row of given.rows) queue.add(row.memory, row.slot, row.layout);
    while (queue.next()) found.push(queue.layout.serializer.read(queue.memory, queue.slot));
  } finally {
    store.close();
    queue.close();
  }
  return found;
}

test("whichever I/O call fails, or gives damaged bytes, the error is typed and nothing is left", () => {
  const given = testRows("large", 12);
  const small = testRows("mixed", 3000);
  for (const rows of [given, small]) {
    let numFaults = 0;
    for (let n = 1; ; n++) {
      const disk = new FaultyDisk();
      disk.failAt(n, ["scratchFolder", "scratchCreate", "scratchWrite", "scratchRead"], { code: "EIO" });
      const spill = createSpillSpace(bareHost({ scratch: disk.scratch }));
      const budget = new FailingBudget(pageBudget(2));
      let error: unknown;
      try {
        expect(runAll(budget, spill, rows)).toEqual([...rows.records, ...rows.records, ...rows.records]);
      } catch (thrown) {
        error = thrown;
      }
      assertAllReturned(budget);
      spill.close();
      disk.assertNothingLeft();
      if (disk.numFaults === 0) {
        expect(error).toBeUndefined();
        break;
      }
      numFaults++;
      expect(isMillraceError(error, "SPILL_FAILED"), String(error)).toBe(true);
    }
    expect(numFaults).toBeGreaterThan(20);
  }
});

test("control: what is not closed is found to be left", () => {
  const given = testRows("mixed", 3000);
  const host = new TestHost();
  const spill = createSpillSpace(host);
  const budget = new FailingBudget(pageBudget(2));
  const store = new RowStore({ budget, spill, layouts: given.layouts });
  fill(store, given);
  expect(() => assertAllReturned(budget)).toThrow("2 pages are not left behind");
  expect(() => host.assertNothingLeft()).toThrow("INVARIANT_VIOLATED");
});

test("whichever page is refused, rows go to disk instead and come back all the same", () => {
  const given = testRows("mixed", 3000);
  let numRefused = 0;
  for (let n = 1; ; n++) {
    const { host, spill } = setting(1);
    const budget = new FailingBudget(pageBudget(4), (take) => take === n);
    expect(runAll(budget, spill, given)).toEqual([...given.records, ...given.records, ...given.records]);
    assertAllReturned(budget);
    spill.close();
    host.assertNothingLeft();
    if (budget.numRefused === 0) break;
    numRefused++;
  }
  expect(numRefused).toBeGreaterThan(3);
});
