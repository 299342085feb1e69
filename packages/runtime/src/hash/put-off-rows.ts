import type { Memory, MemorySegment } from "@millrace/core";
import type { PageBudget } from "../memory/page-budget.js";
import { PAGE_HEADER_SLOTS } from "../memory/page-slots.js";
import { takePage } from "../memory/take-page.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { SpillSpace } from "../spill/spill-space.js";
import { entriesEnd, entrySlots, HASH_WORD, IS_LARGE, LINK_WORD } from "./entry.js";
import { EntryReader, EntryWriter } from "./entry-writer.js";
import { EntryFile, EntryRow } from "./spilled-entries.js";

const PREFIX_SLOTS = 1;

/** The least pages for rows that are put off: one to write, one to read. @internal */
export const MIN_PUT_OFF_PAGES = 2;

/**
 * Keeps probing rows whose partitions cannot be looked into yet, in files: those of a partition can be read again, in the order in which they came. Several
 * partitions share a file where there are more of them than pages.
 * @internal
 */
export class PutOffRows {
  readonly #budget: PageBudget;
  readonly #layouts: LayoutTable;
  readonly #file: EntryFile;
  readonly #logs: (EntryWriter | undefined)[];

  /** @param budget - at least {@link MIN_PUT_OFF_PAGES} pages */
  constructor(budget: PageBudget, spill: SpillSpace, layouts: LayoutTable, numPartitions: number) {
    this.#budget = budget;
    this.#layouts = layouts;
    this.#file = new EntryFile(spill, budget.owner);
    this.#logs = new Array(Math.max(1, Math.min(numPartitions, budget.numPages - 1))).fill(undefined);
  }

  /** Keeps a row of a partition, with the hash of its key. */
  add(partition: number, memory: Memory, slot: number, layout: StreamLayout, hash: number): void {
    const number = partition % this.#logs.length;
    let log = this.#logs[number];
    if (log === undefined) {
      log = new EntryWriter(this.#budget, this.#file, PREFIX_SLOTS);
      log.isSpilled = true;
      this.#logs[number] = log;
    }
    log.appendSpilled(memory, slot, layout, hash, 0);
  }

  /** Ends the writing; to be called before the first `rowsOf`. */
  finish(): void {
    for (const log of this.#logs) log?.finishSpilling();
  }

  /** Tells whether rows of a partition may have been kept. */
  hasRowsOf(partition: number): boolean {
    return this.#logs[partition % this.#logs.length] !== undefined;
  }

  /** Returns a cursor over the rows of a partition, among which may be those of others. */
  rowsOf(partition: number): PutOffCursor {
    const blocks = this.#logs[partition % this.#logs.length]?.blocks ?? [];
    return new PutOffCursor(this.#budget, this.#layouts, this.#file, blocks);
  }

  /** Drops all rows and begins anew. */
  clear(): void {
    for (const log of this.#logs) log?.release();
    this.#logs.fill(undefined);
    this.#file.remove();
  }
}

/** Walks rows that were put off. It holds one page from the first row to the last, or to `close`. @internal */
export class PutOffCursor {
  /** The hash of the current row's key. */
  hash = 0;
  readonly #row: EntryRow;
  readonly #budget: PageBudget;
  readonly #file: EntryFile;
  readonly #blocks: readonly number[];
  readonly #reader: EntryReader;
  #page: MemorySegment | undefined;
  #pageLayout: StreamLayout | undefined;
  #numRead = 0;
  #pointer = 0;
  #end = 0;

  constructor(budget: PageBudget, layouts: LayoutTable, file: EntryFile, blocks: readonly number[]) {
    this.#budget = budget;
    this.#file = file;
    this.#blocks = blocks;
    const page = takePage(budget);
    this.#page = page;
    this.#reader = new EntryReader(layouts, file, page);
    this.#row = new EntryRow(budget.memory, layouts, undefined as never);
  }

  get memory(): Memory {
    return this.#row.memory;
  }

  get slot(): number {
    return this.#row.slot;
  }

  get layout(): StreamLayout {
    return this.#row.layout;
  }

  /** Moves to the next row; false at the end. */
  next(): boolean {
    while (this.#pointer === this.#end) {
      if (!this.#nextPage()) return false;
    }
    const { memory } = this.#budget;
    const pointer = this.#pointer;
    this.hash = memory.i32[pointer * 2 + HASH_WORD]! >>> 0;
    if ((memory.i32[pointer * 2 + LINK_WORD]! & IS_LARGE) !== 0) {
      this.#row.setLarge(memory, pointer + PREFIX_SLOTS, this.#file);
    } else {
      this.#row.setInPage(memory, pointer + PREFIX_SLOTS, this.#pageLayout!);
    }
    this.#pointer = pointer + entrySlots(memory, pointer, PREFIX_SLOTS);
    return true;
  }

  /** Gives its page back. */
  close(): void {
    if (this.#page !== undefined) this.#budget.give(this.#page);
    this.#page = undefined;
  }

  #nextPage(): boolean {
    if (this.#page === undefined || this.#numRead === this.#blocks.length) return false;
    this.#pageLayout = this.#reader.read(this.#blocks[this.#numRead++]!);
    this.#pointer = this.#page.firstSlot + PAGE_HEADER_SLOTS;
    this.#end = entriesEnd(this.#budget.memory, this.#page.firstSlot);
    return true;
  }
}
