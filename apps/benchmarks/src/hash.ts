/**
 * Grouping and joining by hashing against DuckDB with one thread, each as processor time of the whole process, in rounds of one run. 10 M rows
 * (int32 or int64, float64) lie in pages, and in a table of DuckDB; both write all results: into pages, and into a table.
 *
 *     group   1 M keys, and the sum of the values
 *     join    10 M rows with 10 M rows of the same keys, each once, in random order
 *
 *     node src/hash.ts [rows] [rounds] [duck or alone] [keys] [group, for groups alone] [int64, for keys of that type]
 */
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { Memory, PAGE_SIZE_BYTES, types } from "@millrace/core";
import {
  createHashJoinDriver,
  createSummarizeDriver,
  type Driver,
  type DriverContext,
  type PageBudget,
  type PageCursor,
  type RecordOutput,
  type StreamLayout,
} from "@millrace/runtime/parts";
import { BenchmarkRandom, budgetsOf, layoutOf, processMs, RowPages, runSteps, sortWorld } from "./sort-subject.ts";

const ROW_SLOTS = 3;
const PAGE_SLOTS = PAGE_SIZE_BYTES / 8;
const ROWS_PER_PAGE = Math.floor((PAGE_SLOTS - 3) / ROW_SLOTS);
const numRows = Number(process.argv[2] ?? 10_000_000);
const numRounds = Number(process.argv[3] ?? 3);
const withDuckDb = process.argv[4] !== "alone";
const numKeys = Number(process.argv[5] ?? numRows / 10);
const isGroupOnly = process.argv[6] === "group";
const isInt64 = process.argv[7] === "int64";

const world = sortWorld();
const layout = layoutOf(world.layouts, types.row({ k: isInt64 ? types.int64 : types.int32, v: types.float64 }));

/** Writes rows by hand: size and null bits, key, value. */
function rowsOf(keyAt: (row: number) => number): RowPages["pages"] {
  const pages: { memory: Memory; slot: number; endSlot: number; numRows: number }[] = [];
  for (let row = 0; row < numRows; ) {
    const count = Math.min(ROWS_PER_PAGE, numRows - row);
    const memory = new Memory(new SharedArrayBuffer(count * ROW_SLOTS * 8));
    for (let i = 0; i < count; i++, row++) {
      memory.i32[i * ROW_SLOTS * 2] = ROW_SLOTS * 8;
      memory.i32[i * ROW_SLOTS * 2 + 2] = keyAt(row);
      memory.f64[i * ROW_SLOTS + 2] = row;
    }
    pages.push({ memory, slot: 0, endSlot: count * ROW_SLOTS, numRows: count });
  }
  return pages;
}

function permutation(seed: number): Int32Array {
  const random = new BenchmarkRandom(seed);
  const keys = Int32Array.from({ length: numRows }, (_, i) => i);
  for (let i = numRows - 1; i > 0; i--) {
    const other = (random.bits() >>> 0) % (i + 1);
    const key = keys[i]!;
    keys[i] = keys[other]!;
    keys[other] = key;
  }
  return keys;
}

/** Copies rows into pages, one after the other, as an output does; the pages are used again. */
class PageOutput implements RecordOutput {
  readonly isFull = false;
  numRows = 0;
  readonly #page = new Memory(new SharedArrayBuffer(PAGE_SIZE_BYTES));
  #slot = 3;

  collect(): void {
    throw new Error("a record was made of a row");
  }

  collectRow(memory: Memory, slot: number, _layout: StreamLayout): void {
    const numSlots = memory.i32[slot * 2]! >>> 3;
    if (this.#slot + numSlots > PAGE_SLOTS) this.#slot = 3;
    const from = memory.i32;
    const to = this.#page.i32;
    let at = slot * 2;
    for (let i = this.#slot * 2, end = i + numSlots * 2; i < end; i++) to[i] = from[at++]!;
    this.#slot += numSlots;
    this.numRows++;
  }

  collectRows(memory: Memory, slot: number, endSlot: number, _layout: StreamLayout): void {
    const rowSlots = memory.i32[slot * 2]! >>> 3;
    for (let at = slot; at < endSlot; ) {
      if (this.#slot + rowSlots > PAGE_SLOTS) this.#slot = 3;
      const room = Math.floor((PAGE_SLOTS - this.#slot) / rowSlots) * rowSlots;
      const end = Math.min(endSlot, at + room);
      this.#page.f64.set(memory.f64.subarray(at, end), this.#slot);
      this.#slot += end - at;
      this.numRows += (end - at) / rowSlots;
      at = end;
    }
  }
}

function contextOf(budget: PageBudget, inputs: readonly RowPages["pages"][], out: RecordOutput): DriverContext {
  const operator = { id: 0, name: "benchmark", location: undefined, parameters: undefined, resultType: undefined };
  return {
    vertex: { operator, inputs: [], iteration: undefined },
    subtaskIndex: 0,
    budget,
    spill: world.spill,
    layouts: world.layouts,
    out,
    hashSeed: { low: 12345, high: 67890 },
    pages: (index: number): PageCursor => new RowPages(layout, inputs[index]!),
    throwIfCancelled: () => {},
  } as unknown as DriverContext;
}

/** Runs a driver to its end; returns how long that took. */
function timeOf(
  create: (context: DriverContext) => Driver,
  budget: PageBudget,
  inputs: readonly RowPages["pages"][],
  expected: number,
): number {
  const out = new PageOutput();
  const begin = processMs();
  const driver = create(contextOf(budget, inputs, out));
  runSteps(driver.run());
  driver.close();
  const elapsed = processMs() - begin;
  if (out.numRows !== expected) throw new Error(`${out.numRows} results instead of ${expected}`);
  return elapsed;
}

async function fill(connection: DuckDBConnection, name: string, pages: RowPages["pages"]): Promise<void> {
  await connection.run(`CREATE TABLE ${name} (k ${isInt64 ? "BIGINT" : "INTEGER"}, v DOUBLE)`);
  const appender = await connection.createAppender(name);
  for (const { memory, endSlot } of pages) {
    for (let slot = 0; slot < endSlot; slot += ROW_SLOTS) {
      const key = memory.i32[(slot + 1) * 2]!;
      if (isInt64) appender.appendBigInt(BigInt(key));
      else appender.appendInteger(key);
      appender.appendDouble(memory.f64[slot + 2]!);
      appender.endRow();
    }
  }
  appender.closeSync();
}

const random = new BenchmarkRandom(1);
const groups = rowsOf(() => (random.bits() >>> 0) % numKeys);
const left = isGroupOnly ? new Int32Array(0) : permutation(2);
const right = isGroupOnly ? new Int32Array(0) : permutation(3);
const leftPages = isGroupOnly ? [] : rowsOf((row) => left[row]!);
const rightPages = isGroupOnly ? [] : rowsOf((row) => right[row]!);
const numGroups = new Set(groups.flatMap(({ memory, endSlot }) => keysIn(memory, endSlot))).size;

function keysIn(memory: Memory, endSlot: number): number[] {
  const keys: number[] = [];
  for (let slot = 0; slot < endSlot; slot += ROW_SLOTS) keys.push(memory.i32[(slot + 1) * 2]!);
  return keys;
}

const [groupBudget, joinBudget] = await budgetsOf(
  Math.ceil((numKeys * 96) / PAGE_SIZE_BYTES) + 8192,
  Math.ceil((numRows * 80) / PAGE_SIZE_BYTES) + 200,
);

const connection = withDuckDb ? await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect() : undefined;
if (connection !== undefined) {
  await fill(connection, "g", groups);
  if (!isGroupOnly) await fill(connection, "a", leftPages);
  if (!isGroupOnly) await fill(connection, "b", rightPages);
}

async function duckDb(query: string): Promise<number> {
  const begin = processMs();
  await connection?.run(`CREATE OR REPLACE TABLE result AS ${query}`);
  return processMs() - begin;
}

const summarize = {
  kind: "summarize",
  aggregates: [{ name: "sum", aggregate: "sum", argument: "v" }],
  keyNames: [{ part: 0, shape: { kind: "field", path: "k" } }],
  shape: "row",
  group: { keys: [{ path: "k" }], value: undefined },
  strategy: "hash",
} as const;
const join = {
  kind: "join",
  joinType: "inner",
  strategy: "hash-build-second",
  leftKeys: [{ path: "k" }],
  rightKeys: [{ path: "k" }],
  leftValue: undefined,
  rightValue: undefined,
  result: { kind: "pair" },
} as const;

for (let round = 0; round < numRounds; round++) {
  const duckGroup = await duckDb("SELECT k, sum(v) AS s FROM g GROUP BY k");
  const group = timeOf((context) => createSummarizeDriver(summarize, context), groupBudget!, [groups], numGroups);
  const duckJoin = isGroupOnly ? 1 : await duckDb("SELECT a.k, a.v, b.k AS k2, b.v AS w FROM a JOIN b ON a.k = b.k");
  const joined = isGroupOnly
    ? 1
    : timeOf((context) => createHashJoinDriver(join, context), joinBudget!, [leftPages, rightPages], numRows);
  const rounded = (ms: number): number => Math.round(ms);
  console.log(
    JSON.stringify({
      group: rounded(group),
      duckGroup: rounded(duckGroup),
      groupRatio: (duckGroup / group).toFixed(2),
      join: rounded(joined),
      duckJoin: rounded(duckJoin),
      joinRatio: (duckJoin / joined).toFixed(2),
    }),
  );
}
