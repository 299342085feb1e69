import { invariant, Memory, RowLayout, type TypeInformation, types } from "@millrace/core";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import type { PageCursor, RowCursor } from "../../src/rows/row-cursor.js";
import type { LayoutTable, StreamLayout } from "../../src/rows/stream-layout.js";

/** Is a test's records, as rows and as what they were. */
export interface TestRows {
  readonly layouts: LayoutTable;
  readonly records: readonly unknown[];
  readonly rows: readonly TestRow[];
}

export interface TestRow {
  readonly memory: Memory;
  readonly slot: number;
  readonly layout: StreamLayout;
}

const SMALL = types.row({ n: types.int32, s: types.string });
const OTHER = types.row({ n: types.int32, x: types.float64, list: types.array(types.int32) });
const EMPTY = types.row({});

/** Says of what sizes and kinds rows are. */
export type RowKind = "small" | "mixed" | "empty" | "long" | "large" | "huge";

/** Makes the n-th record of a kind, and its type. */
function recordOf(kind: RowKind, n: number): { type: TypeInformation<unknown>; record: unknown } {
  const small = { type: SMALL as TypeInformation<unknown>, record: { n, s: "row".repeat(n % 9) } };
  switch (kind) {
    case "small":
      return small;
    case "empty":
      return { type: EMPTY as TypeInformation<unknown>, record: {} };
    case "mixed":
      if (n % 3 === 0) return { type: OTHER as TypeInformation<unknown>, record: { n, x: n / 3, list: [n, n + 1] } };
      return n % 7 === 0 ? { type: types.any as TypeInformation<unknown>, record: [n, "any"] } : small;
    case "long":
      // Three rows in a page, with waste at its end.
      return { ...small, record: { n, s: String(n % 10).repeat(9_000) } };
    case "large":
      // Around the size of a page, on both sides.
      return { ...small, record: { n, s: "x".repeat(n % 2 === 0 ? 20 : 32_680 + 8 * (n % 11)) } };
    case "huge":
      return { ...small, record: { n, s: n % 5 === 3 ? "y".repeat(10_000_000) : "" } };
  }
}

/** Makes rows of `count` records. */
export function testRows(kind: RowKind, count: number): TestRows {
  const layouts = createLayoutTable();
  const records: unknown[] = [];
  const rows = Array.from({ length: count }, (_, n) => {
    const { type, record } = recordOf(kind, n);
    records.push(record);
    const layout = layouts.add(RowLayout.of(type));
    return { ...rowOf(record, layout), layout };
  });
  return { layouts, records, rows };
}

/** Writes a record as a row into memory of its own. */
export function rowOf(record: unknown, layout: StreamLayout): { memory: Memory; slot: number } {
  for (let size = 1024; ; size *= 4) {
    const memory = new Memory(new ArrayBuffer(size));
    if (layout.serializer.write(record, memory, 1, memory.numSlots) > 0) return { memory, slot: 1 };
  }
}

/** Reads all rows of a cursor as records. */
export function recordsOf(rows: RowCursor): unknown[] {
  const records: unknown[] = [];
  while (rows.next()) records.push(rows.layout.serializer.read(rows.memory, rows.slot));
  return records;
}

/** Reads all rows of pages as records, checking what pages say about themselves. */
export function recordsOfPages(pages: PageCursor): unknown[] {
  const records: unknown[] = [];
  while (pages.nextPage()) {
    let numRows = 0;
    let slot = pages.slot;
    for (; slot < pages.endSlot; slot += pages.memory.i32[slot * 2]! >> 3) {
      records.push(pages.layout.serializer.read(pages.memory, slot));
      numRows++;
    }
    invariant(slot === pages.endSlot && numRows === pages.numRows, "pages have whole rows, as many as they say");
  }
  invariant(pages.isAtEnd, "pages know that they are at their end");
  return records;
}
