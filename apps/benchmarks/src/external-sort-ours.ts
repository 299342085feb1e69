/**
 * What external-sort.ts runs in processes of their own: the sorter of the runtime with a reader and a writer made for lines (`sorter`), or a job of
 * the local environment (`job`).
 *
 *     node src/external-sort-ours.ts <sorter | job> <file of lines> <sorted file> <MB of memory>
 */
import { closeSync, openSync, readSync, writevSync } from "node:fs";
import { Memory, type MemorySegment, PAGE_SIZE_BYTES, types } from "@millrace/core";
import { GatheredRows, type Kernels, KeyOrder, kernelsFor, type PageCursor, Sorter } from "@millrace/runtime/parts";
import { ExecutionEnvironment } from "millrace";
import { budgetsOf, layoutOf, processMs, runSteps, sortWorld } from "./sort-subject.ts";

const NEWLINE = 10;
const CHUNK_BYTES = 1 << 20;
const WASM_PAGE_BYTES = 1 << 16;
/** How many pages of text are written at once. */
const NUM_TEXT_PAGES = 32;

/** How the lines are strings: every byte is a character. */
const LINES = {
  delimiter: NEWLINE,
  stripsReturn: false,
  isLatin1: true,
  maxBytes: Number.POSITIVE_INFINITY,
};

/** Reads a file of lines as pages of rows, in a little memory of its own: of text, and behind it a page. */
class LinePages implements PageCursor {
  readonly memory: Memory;
  readonly slot = CHUNK_BYTES / 8;
  endSlot = 0;
  readonly numRows = 0;
  isAtEnd = false;
  readonly layout: PageCursor["layout"];
  readonly #kernels: Kernels;
  readonly #file: number;
  /** The bytes of the text that were read and not yet taken. */
  #begin = 0;
  #end = 0;

  constructor(path: string, layout: PageCursor["layout"]) {
    const numPages = (CHUNK_BYTES + PAGE_SIZE_BYTES) / WASM_PAGE_BYTES;
    const wasm = new WebAssembly.Memory({ initial: Math.ceil(numPages), maximum: Math.ceil(numPages), shared: true });
    this.memory = new Memory(wasm.buffer);
    this.#kernels = kernelsFor(this.memory, wasm);
    this.#file = openSync(path, "r");
    this.layout = layout;
  }

  nextPage(): boolean {
    this.#takeLines();
    if (this.endSlot === this.slot && this.#readChunk()) this.#takeLines();
    this.isAtEnd = this.endSlot === this.slot;
    if (this.isAtEnd) closeSync(this.#file);
    return !this.isAtEnd;
  }

  #takeLines(): void {
    const limit = this.slot + PAGE_SIZE_BYTES / 8;
    this.#begin += this.#kernels.splitLines(this.#begin, this.#end - this.#begin, LINES, this.slot, limit);
    this.endSlot = this.#kernels.endSlot;
  }

  #readChunk(): boolean {
    const { u8 } = this.memory;
    u8.copyWithin(0, this.#begin, this.#end);
    this.#end -= this.#begin;
    this.#begin = 0;
    const numRead = readSync(this.#file, u8, this.#end, CHUNK_BYTES - this.#end, null);
    this.#end += numRead;
    return numRead > 0;
  }
}

/** Writes pages of rows to a file as lines, in the given pages of the same memory, which all are written by one call. */
function writePages(path: string, pages: PageCursor, texts: readonly MemorySegment[]): void {
  const { memory } = pages;
  const kernels = kernelsFor(memory);
  const file = openSync(path, "w");
  let full: Uint8Array[] = [];
  while (pages.nextPage()) {
    const text = texts[full.length]!;
    const written = kernels.joinLines(pages.slot, pages.endSlot, LINES, text.firstSlot * 8, text.endSlot * 8);
    if (written !== pages.endSlot) throw new Error("lines are shorter than their rows");
    full.push(memory.u8.subarray(text.firstSlot * 8, kernels.endByte));
    if (full.length < texts.length) continue;
    writeAll(file, full);
    full = [];
  }
  writeAll(file, full);
  closeSync(file);
}

function writeAll(file: number, parts: readonly Uint8Array[]): void {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > 0 && writevSync(file, parts) !== length) throw new Error("the disk took a part only");
}

/** Sorts by the parts of the runtime, and says how long each phase took. */
async function sortByParts(input: string, output: string, memoryMegabytes: number): Promise<void> {
  const { spill, layouts } = sortWorld();
  const layout = layoutOf(layouts, types.string);
  const numPages = Math.floor((memoryMegabytes * 1e6) / PAGE_SIZE_BYTES);
  const [budget, textBudget] = await budgetsOf(numPages - NUM_TEXT_PAGES, NUM_TEXT_PAGES);
  const texts = Array.from({ length: NUM_TEXT_PAGES }, () => textBudget!.take()!);
  const begin = processMs();
  const sorter = new Sorter({ budget: budget!, spill, layouts, order: new KeyOrder([{ path: "*" }]) });
  const pages = new LinePages(input, layout);
  while (pages.nextPage()) runSteps(sorter.appendPage(pages));
  const rows = runSteps(sorter.finish());
  const sorted = processMs();
  if (!(rows instanceof GatheredRows)) throw new Error("rows of lines lie in pages");
  writePages(output, rows.pages(), texts);
  const { numRuns } = sorter;
  sorter.close();
  console.log(`runs ${(sorted - begin).toFixed(0)} ms (${numRuns}), merge ${(processMs() - sorted).toFixed(0)} ms`);
}

/** Sorts as a user would. */
async function sortByJob(input: string, output: string, memoryMegabytes: number): Promise<void> {
  const env = ExecutionEnvironment.createEnvironment("local", { memory: `${memoryMegabytes}MB`, parallelism: 1 });
  const lines = env.readTextFile(input).sortPartition((line) => line, "ascending");
  lines.writeAsText(output, { writeMode: "overwrite" });
  await env.execute();
}

const [way, input, output, memoryMegabytes] = process.argv.slice(2);
await (way === "job" ? sortByJob : sortByParts)(input!, output!, Number(memoryMegabytes));
