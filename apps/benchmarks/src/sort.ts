/**
 * Sorting against others, each as processor time of the whole process, in rounds of one run. First 10 M rows of (int64, float64) that
 * lie in pages, by the integer.
 */

import { DuckDBInstance } from "@duckdb/node-api";
import { Memory, PAGE_SIZE_BYTES, types } from "@millrace/core";
import type { RowCursor } from "@millrace/runtime/parts";
import {
  BenchmarkRandom,
  budgetsOf,
  layoutOf,
  processMs,
  RowPages,
  type SortTimes,
  sortPages,
  sortWorld,
} from "./sort-subject.ts";

const ROW_SLOTS = 3;
const ROWS_PER_PAGE = Math.floor((PAGE_SIZE_BYTES / 8 - 3) / ROW_SLOTS);
const numRows = Number(process.argv[2] ?? 10_000_000);
const numRounds = Number(process.argv[3] ?? 3);

const world = sortWorld();
const layout = layoutOf(world.layouts, types.tuple(types.int64, types.float64));
const [budget] = await budgetsOf(Math.ceil((numRows * (ROW_SLOTS * 8 + 32)) / PAGE_SIZE_BYTES) + 16);

/** Writes random rows by hand: size and null bits, key, value. */
function randomRows(): RowPages["pages"] {
  const random = new BenchmarkRandom(1);
  const pages: { memory: Memory; slot: number; endSlot: number }[] = [];
  for (let row = 0; row < numRows; ) {
    const count = Math.min(ROWS_PER_PAGE, numRows - row);
    const memory = new Memory(new SharedArrayBuffer(count * ROW_SLOTS * 8));
    for (let i = 0; i < count; i++, row++) {
      const at = i * ROW_SLOTS * 2;
      memory.i32[at] = ROW_SLOTS * 8;
      memory.i32[at + 2] = random.bits();
      memory.i32[at + 3] = random.bits();
      memory.f64[i * ROW_SLOTS + 2] = row;
    }
    pages.push({ memory, slot: 0, endSlot: count * ROW_SLOTS });
  }
  return pages;
}

/** Reads keys and values in order, and fails when a key is less than the one before. */
function readInOrder(rows: RowCursor): void {
  let high = -(2 ** 31);
  let low = 0;
  let sum = 0;
  while (rows.next()) {
    const { i32, f64 } = rows.memory;
    const { slot } = rows;
    const nextHigh = i32[slot * 2 + 3]!;
    const nextLow = i32[slot * 2 + 2]! >>> 0;
    if (nextHigh < high || (nextHigh === high && nextLow < low)) throw new Error("not in order");
    high = nextHigh;
    low = nextLow;
    sum += f64[slot + 2]!;
  }
  if (sum !== (numRows * (numRows - 1)) / 2) throw new Error("rows are missing");
}

const pages = randomRows();

async function duckDb(): Promise<() => Promise<number>> {
  const database = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await database.connect();
  await connection.run("CREATE TABLE t (k BIGINT, v DOUBLE)");
  const appender = await connection.createAppender("t");
  for (const { memory, endSlot } of pages) {
    for (let slot = 0; slot < endSlot; slot += ROW_SLOTS) {
      appender.appendBigInt(memory.i64[slot + 1]!);
      appender.appendDouble(memory.f64[slot + 2]!);
      appender.endRow();
    }
  }
  appender.closeSync();
  return async () => {
    const begin = processMs();
    await connection.run("CREATE OR REPLACE TABLE s AS SELECT * FROM t ORDER BY k");
    return processMs() - begin;
  };
}

const runDuckDb = process.argv[4] === "alone" ? undefined : await duckDb();
const seen: { ours: SortTimes; duckDb: number }[] = [];
for (let round = 0; round < numRounds; round++) {
  const duckDbMs = (await runDuckDb?.()) ?? Number.NaN;
  const ours = sortPages(budget!, world, ["0"], new RowPages(layout, pages), readInOrder);
  seen.push({ ours, duckDb: duckDbMs });
  console.log(JSON.stringify(seen.at(-1)));
}
