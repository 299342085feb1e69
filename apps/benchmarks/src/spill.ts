/**
 * How fast rows are spilled and read back, in GB of pages a second: a RowStore with four pages, plain pages in a spill file, and the system's
 * calls alone on the same pages, without checksums. Files are mostly in the page cache, so that the disk does not matter; what is measured is the work
 * that the job has.
 *
 *     node src/spill.ts [MiB a round, 512 by default]            (after a build)
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Memory, type MemorySegment, PAGE_SIZE_BYTES, RowLayout, types } from "@millrace/core";
import { nodeHost } from "@millrace/host-node";
import { createLayoutTable, createSpillSpace, jobMemory, MemoryManager, RowStore } from "@millrace/runtime/parts";

const MIB = Number(process.argv[2] ?? 512);
const NUM_ROUNDS = 5;
const NUM_PAGES = (MIB * 1024 * 1024) / PAGE_SIZE_BYTES;
const USED_BYTES_OFFSET = 4;

const host = nodeHost();
const manager = new MemoryManager(64 * 1024 * 1024);
const owner = { minPages: 8, maxPages: 8, weight: 0 };
const memory = jobMemory(manager, "benchmark", manager.limitPages);
const budgets = await memory.allocate(
  [
    { ...owner, owner: "pages" },
    { ...owner, owner: "store", minPages: 4 },
  ],
  new AbortController().signal,
);
const [pagesBudget, storeBudget] = budgets;

const pages = Array.from({ length: 8 }, () => pagesBudget!.take()!);
for (const page of pages) fill(page);

const layouts = createLayoutTable();
const type = types.row({ id: types.int32, name: types.string, price: types.float64 });
const layout = layouts.add(RowLayout.of(type) as RowLayout);
const row = new Memory(new ArrayBuffer(1024));
layout.serializer.write({ id: 7, name: "a name of some length", price: 2.5 }, row, 0, row.numSlots);
const rowBytes = row.i32[0]!;
const numRows = Math.floor((MIB * 1024 * 1024) / rowBytes);

const results = new Map<string, number[]>();

for (let round = 0; round <= NUM_ROUNDS; round++) {
  measureStore();
  measureFile();
  measureSystem();
  // The first round warms up.
  if (round === 0) results.clear();
}

console.log(`GB/s over ${MIB} MiB, median of ${NUM_ROUNDS} rounds (lowest … highest)`);
for (const [name, rates] of results) {
  const sorted = rates.toSorted((a, b) => a - b);
  const [lowest, median, highest] = [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!];
  console.log(`  ${name.padEnd(34)} ${median.toFixed(2)}  (${lowest.toFixed(2)} … ${highest.toFixed(2)})`);
}

pagesBudget!.giveAll();
memory.release(budgets);

/** Rows of 64 bytes through a store with four pages. */
function measureStore(): void {
  const spill = createSpillSpace(host);
  const store = new RowStore({ budget: storeBudget!, spill, layouts });
  const numBytes = numRows * rowBytes;
  time(`store: add rows of ${rowBytes} bytes`, numBytes, () => {
    for (let i = 0; i < numRows; i++) store.addRow(row, 0, layout);
    store.complete();
  });
  time("store: read rows", numBytes, () => {
    let count = 0;
    for (const rows = store.rows(); rows.next(); ) count++;
    if (count !== numRows) throw new Error("rows are missing");
  });
  store.close();
  spill.close();
}

function measureFile(): void {
  const spill = createSpillSpace(host);
  const file = spill.createFile("benchmark");
  time("spill file: write pages", NUM_PAGES * PAGE_SIZE_BYTES, () => {
    for (let i = 0; i < NUM_PAGES; i++) file.writePage(pages[i & 7]!);
  });
  time("spill file: read pages", NUM_PAGES * PAGE_SIZE_BYTES, () => {
    for (let i = 0; i < NUM_PAGES; i++) file.readPage(i, pages[i & 7]!);
  });
  spill.close();
}

function measureSystem(): void {
  const folder = mkdtempSync(join(tmpdir(), "spill-benchmark-"));
  const file = openSync(join(folder, "pages"), "wx+");
  const bytes = pages.map((page) => page.bytes());
  time("system: write pages", NUM_PAGES * PAGE_SIZE_BYTES, () => {
    for (let i = 0; i < NUM_PAGES; i++) writeSync(file, bytes[i & 7]!, 0, PAGE_SIZE_BYTES, i * PAGE_SIZE_BYTES);
  });
  time("system: read pages", NUM_PAGES * PAGE_SIZE_BYTES, () => {
    for (let i = 0; i < NUM_PAGES; i++) readSync(file, bytes[i & 7]!, 0, PAGE_SIZE_BYTES, i * PAGE_SIZE_BYTES);
  });
  closeSync(file);
  rmSync(folder, { recursive: true });
}

function time(name: string, numBytes: number, run: () => void): void {
  const begin = performance.now();
  run();
  const rate = numBytes / (performance.now() - begin) / 1e6;
  const rates = results.get(name) ?? [];
  rates.push(rate);
  results.set(name, rates);
}

function fill(page: MemorySegment): void {
  for (let offset = 0; offset < PAGE_SIZE_BYTES; offset += 4) page.putInt32(offset, Math.imul(offset, 2654435761));
  page.putInt32(USED_BYTES_OFFSET, PAGE_SIZE_BYTES);
}
