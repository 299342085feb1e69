import type { Memory, MemorySegment } from "@millrace/core";
import type { PageBudget } from "../memory/page-budget.js";
import { PAGE_HEADER_SLOTS } from "../memory/page-slots.js";
import { takePage } from "../memory/take-page.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { SpillSpace } from "../spill/spill-space.js";
import type { Steps } from "../task/driver.js";
import { entriesEnd, entrySlots, HASH_WORD, IS_LARGE, LINK_WORD } from "./entry.js";
import { type EntryBlocks, EntryCuts } from "./entry-cuts.js";
import { EntryReader, EntryWriter } from "./entry-writer.js";
import { type HashRange, overlapRange, prefixOf } from "./hash-range.js";
import { EntryFile, EntryRow } from "./spilled-entries.js";

const PREFIX_SLOTS = 1;

/** The least pages for rows that are put off: one to write, one to read. @internal */
export const MIN_PUT_OFF_PAGES = 2;

const MAX_LOG_BITS = 6;

/**
 * Keeps probing rows whose partitions cannot be looked into yet, in a file, by the first bits of their hashes: those of a range can be read again, in the order in
 * which they came. There are as many logs as there are pages to write them; for smaller ranges they are cut.
 * @internal
 */
export class PutOffRows {
  readonly #budget: PageBudget;
  readonly #layouts: LayoutTable;
  readonly #file: EntryFile;
  readonly #cuts: EntryCuts;
  readonly #bits: number;
  #logs: (EntryWriter | undefined)[] = [];
  /** What the logs have, once all is written. */
  #parts: EntryBlocks[] = [];

  /** @param budget - at least {@link MIN_PUT_OFF_PAGES} pages */
  constructor(budget: PageBudget, spill: SpillSpace, layouts: LayoutTable) {
    this.#budget = budget;
    this.#layouts = layouts;
    this.#file = new EntryFile(spill, budget.owner);
    this.#cuts = new EntryCuts({ pages: budget, spill, layouts, prefixSlots: PREFIX_SLOTS });
    this.#bits = Math.min(MAX_LOG_BITS, 31 - Math.clz32(Math.max(1, budget.numPages - 1)));
  }

  /** Keeps a row with the hash of its key. */
  add(memory: Memory, slot: number, layout: StreamLayout, hash: number): void {
    const number = prefixOf(hash, this.#bits);
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
    for (const [prefix, log] of this.#logs.entries()) {
      if (log === undefined) continue;
      log.finishSpilling();
      this.#parts.push({ numBits: this.#bits, prefix, file: this.#file, blocks: log.blocks });
    }
  }

  /** Tells whether rows of a range may have been kept. */
  hasRowsOf(range: HashRange): boolean {
    return this.#parts.some((part) => overlapRange(part, range));
  }

  /** Returns a cursor over the rows of a range, among which may be others. Ranges are asked for from the first to the last, so that no cut is made twice. */
  *rowsOf(range: HashRange): Steps<PutOffCursor> {
    const page = takePage(this.#budget);
    const found: EntryBlocks[] = [];
    for (const part of this.#parts) {
      if (!overlapRange(part, range)) continue;
      found.push(part.numBits < range.numBits ? yield* this.#cuts.find(part, range, page) : part);
    }
    return new PutOffCursor(this.#budget, this.#layouts, this.#file, found, page);
  }

  /** Drops all rows and begins anew. */
  clear(): void {
    this.#cuts.remove();
    for (const log of this.#logs) log?.release();
    this.#logs = [];
    this.#parts = [];
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
  readonly #layouts: LayoutTable;
  readonly #parts: readonly EntryBlocks[];
  #part = 0;
  #numRead = 0;
  #page: MemorySegment | undefined;
  #pageLayout: StreamLayout | undefined;
  #pointer = 0;
  #end = 0;

  /**
   * @param file - has the large rows, wherever the others are
   * @param page - is its own from now on
   */
  constructor(
    budget: PageBudget,
    layouts: LayoutTable,
    file: EntryFile,
    parts: readonly EntryBlocks[],
    page: MemorySegment,
  ) {
    this.#budget = budget;
    this.#file = file;
    this.#layouts = layouts;
    this.#parts = parts;
    this.#page = page;
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
    if (this.#page === undefined) return false;
    while (this.#numRead === this.#parts[this.#part]?.blocks.length) {
      this.#part++;
      this.#numRead = 0;
    }
    const part = this.#parts[this.#part];
    if (part === undefined) return false;
    const reader = new EntryReader(this.#layouts, part.file, this.#page);
    this.#pageLayout = reader.read(part.blocks[this.#numRead++]!);
    this.#pointer = this.#page.firstSlot + PAGE_HEADER_SLOTS;
    this.#end = entriesEnd(this.#budget.memory, this.#page.firstSlot);
    return true;
  }
}
