/**
 * The microbenchmark of the talk that Millrace began with: 1 GiB of (int64, float64), 67,108,864 elements, is filled, sorted by the integer and read in
 * order, as serialized data, against objects, the keys alone in a BigInt64Array, and DuckDB with one thread. Processor time of the process in
 * nanoseconds an element; objects are fewer, since so many do not fit on the heap, which is to their advantage.
 *
 *     node --expose-gc src/seed-sort.ts [elements] [contenders: ours,array,objects,duckdb]
 */
import { PerformanceObserver } from "node:perf_hooks";
import { DuckDBInstance } from "@duckdb/node-api";
import { Memory, PAGE_SIZE_BYTES, types } from "@millrace/core";
import { KeyOrder, type PageCursor, Sorter } from "@millrace/runtime/parts";
import { BenchmarkRandom, budgetsOf, layoutOf, processMs, runSteps, sortWorld } from "./sort-subject.ts";

const numElements = Number(process.argv[2] ?? 67_108_864);
const contenders = (process.argv[3] ?? "ours,array,objects,duckdb").split(",");
const MAX_OBJECTS = 4_000_000;
const ROW_SLOTS = 3;

let numCollections = 0;
new PerformanceObserver((list) => {
  numCollections += list.getEntries().length;
}).observe({ entryTypes: ["gc"] });

/** Lets the observer see what happened. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

function report(what: string, count: number, times: Readonly<Record<string, number>>, more = ""): void {
  const total = Object.values(times).reduce((a, b) => a + b, 0);
  const parts = Object.entries(times).map(([name, ms]) => `${name} ${((ms * 1e6) / count).toFixed(1)}`);
  console.log(
    `${what.padEnd(28)} ${((total * 1e6) / count).toFixed(1).padStart(8)} ns an element (${parts.join(", ")}) ${more}`,
  );
}

/** Makes random rows, a page at a time. */
class RandomRows implements PageCursor {
  readonly memory = new Memory(new ArrayBuffer(PAGE_SIZE_BYTES));
  readonly slot = 0;
  endSlot = 0;
  numRows = 0;
  isAtEnd = false;
  readonly layout: PageCursor["layout"];
  readonly #random = new BenchmarkRandom(1);
  #rest = numElements;

  constructor(layout: PageCursor["layout"]) {
    this.layout = layout;
  }

  nextPage(): boolean {
    const { i32, f64 } = this.memory;
    const random = this.#random;
    this.numRows = Math.min(this.#rest, Math.floor(PAGE_SIZE_BYTES / 8 / ROW_SLOTS));
    this.endSlot = this.numRows * ROW_SLOTS;
    for (let slot = 0; slot < this.endSlot; slot += ROW_SLOTS) {
      i32[slot * 2] = ROW_SLOTS * 8;
      i32[slot * 2 + 2] = random.bits();
      i32[slot * 2 + 3] = random.bits();
      f64[slot + 2] = this.#rest--;
    }
    this.isAtEnd = this.numRows === 0;
    return !this.isAtEnd;
  }
}

async function sortOurs(): Promise<void> {
  const { spill, layouts } = sortWorld();
  const layout = layoutOf(layouts, types.tuple(types.int64, types.float64));
  const [budget] = await budgetsOf(Math.ceil((numElements * 16) / PAGE_SIZE_BYTES) + 8192 + 64);
  for (let round = 0; round < 2; round++) {
    const begin = processMs();
    const sorter = new Sorter({ budget: budget!, spill, layouts, order: new KeyOrder([{ path: "0" }]) });
    const pages = new RandomRows(layout);
    while (pages.nextPage()) runSteps(sorter.appendPage(pages));
    const filled = processMs();
    await settle();
    const before = numCollections;
    const beginSort = processMs();
    runSteps(sorter.complete());
    const sorted = processMs();
    await settle();
    const collections = numCollections - before;
    const beginRead = processMs();
    const rows = sorter.rows();
    let high = -(2 ** 31);
    let sum = 0;
    while (rows.next()) {
      const next = rows.memory.i32[rows.slot * 2 + 3]!;
      if (next < high) throw new Error("not in order");
      high = next;
      sum += rows.memory.f64[rows.slot + 2]!;
    }
    if (sum !== (numElements * (numElements + 1)) / 2) throw new Error("rows are missing");
    sorter.close();
    const read = processMs();
    const times = { fill: filled - begin, sort: sorted - beginSort, read: read - beginRead };
    report(`Millrace, round ${round + 1}`, numElements, times, `${collections} garbage collections in the sort`);
  }
}

function sortArray(): void {
  const random = new BenchmarkRandom(1);
  const begin = processMs();
  const keys = new BigInt64Array(numElements);
  const words = new Int32Array(keys.buffer);
  for (let i = 0; i < words.length; i++) words[i] = random.bits();
  const filled = processMs();
  keys.sort();
  const sorted = processMs();
  let numDescents = 0;
  for (let i = 1; i < numElements; i++) if (words[i * 2 + 1]! < words[i * 2 - 1]!) numDescents++;
  if (numDescents > 0) throw new Error("not in order");
  report("BigInt64Array, keys alone", numElements, {
    fill: filled - begin,
    sort: sorted - filled,
    read: processMs() - sorted,
  });
}

function sortObjects(): void {
  const count = Math.min(numElements, MAX_OBJECTS);
  const random = new BenchmarkRandom(1);
  const begin = processMs();
  const objects = Array.from({ length: count }, (_, value) => ({
    key: (BigInt(random.bits()) << 32n) | BigInt(random.bits() >>> 0),
    value: value + 0.5,
  }));
  const filled = processMs();
  objects.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const sorted = processMs();
  let sum = 0;
  for (const { value } of objects) sum += value;
  if (sum === 0) throw new Error("nothing was read");
  const times = { fill: filled - begin, sort: sorted - filled, read: processMs() - sorted };
  report(`objects, ${count} of them`, count, times);
}

async function sortDuckDb(): Promise<void> {
  const database = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await database.connect();
  const begin = processMs();
  await connection.run(
    `CREATE TABLE t AS SELECT (hash(range) // 2)::BIGINT - 4611686018427387904 AS k, range::DOUBLE AS v FROM range(${numElements})`,
  );
  const filled = processMs();
  await connection.run("CREATE TABLE s AS SELECT * FROM t ORDER BY k");
  const sorted = processMs();
  await connection.runAndReadAll("SELECT sum(v), max(k) FROM s");
  report("DuckDB, one thread", numElements, {
    fill: filled - begin,
    sort: sorted - filled,
    read: processMs() - sorted,
  });
  connection.closeSync();
}

if (contenders.includes("ours")) await sortOurs();
if (contenders.includes("array")) sortArray();
if (contenders.includes("objects")) sortObjects();
if (contenders.includes("duckdb")) await sortDuckDb();
