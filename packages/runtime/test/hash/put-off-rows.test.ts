/** Rows that were put off, read again by ranges of their hashes: each row in one of them, without reading all rows for each. */

import { RowLayout, type TypeInformation, types } from "@millrace/core";
import { expect, test } from "vitest";
import { prefixOf } from "../../src/hash/hash-range.js";
import { MIN_PUT_OFF_PAGES, type PutOffCursor, PutOffRows } from "../../src/hash/put-off-rows.js";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import type { Steps } from "../../src/task/driver.js";

import { assertAllReturned, FailingBudget, pageBudget } from "../support/budgets.js";
import { Rows } from "../support/solutions.js";
import { TestSpill } from "../support/test-spill.js";

const NUM_ROWS = 20_000;
const ROW_TYPE = types.row({ id: types.int32, text: types.string });

function cursorOf(steps: Steps<PutOffCursor>): PutOffCursor {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

test.each([
  // How many pages, how many bits ranges have, how often a byte is read at most. With two pages there is none to write parts through; parts of two blocks are not cut.
  [MIN_PUT_OFF_PAGES, 3, 8.5],
  [3, 8, 9],
  [5, 8, 6],
  [9, 8, 5.5],
  [70, 8, 4.5],
  [70, 0, 1],
])("[RT71] with %d pages, rows are read by ranges of %d bits, each at most %d times", (numPages, numBits, maxReads) => {
  const layouts = createLayoutTable();
  const layout = layouts.add(RowLayout.of(ROW_TYPE as unknown as TypeInformation<unknown>));
  const spill = new TestSpill(0);
  const budget = new FailingBudget(pageBudget(numPages));
  const rows = new PutOffRows(budget, spill, layouts);
  const source = new Rows();
  const isLarge = (id: number): boolean => id % 5_000 === 17;
  for (let id = 0; id < NUM_ROWS; id++) {
    const text = "x".repeat(isLarge(id) ? 40_000 : 100);
    rows.add(source.put(layout, { id, text }), 0, layout, hashOf(id));
  }
  rows.finish();
  const { numBytesWritten } = spill;
  const numFound = new Int32Array(NUM_ROWS);
  for (let prefix = 0; prefix < 2 ** numBits; prefix++) {
    expect(rows.hasRowsOf({ numBits, prefix })).toBe(true);
    const cursor = cursorOf(rows.rowsOf({ numBits, prefix }));
    let last = -1;
    while (cursor.next()) {
      if (prefixOf(cursor.hash, numBits) !== prefix) continue;
      const { id, text } = layout.serializer.read(cursor.memory, cursor.slot) as { id: number; text: string };
      numFound[id]!++;
      expect(cursor.hash).toBe(hashOf(id));
      expect(text.length).toBe(isLarge(id) ? 40_000 : 100);
      // Ranges of whole logs are read log by log.
      if (numBits > 6) expect(id).toBeGreaterThan(last);
      last = id;
    }
    cursor.close();
  }
  expect(numFound.every((count) => count === 1)).toBe(true);
  expect(spill.numBytesRead).toBeLessThanOrEqual(maxReads * numBytesWritten);
  rows.clear();
  assertAllReturned(budget);
  expect(spill.files.size).toBe(0);
});

/** Spreads numbers over all hashes. */
function hashOf(id: number): number {
  return Math.imul(id, 0x9e3779b1) >>> 0;
}
