import type { Memory, MemorySegment } from "@millrace/core";
import { ENTRIES_PER_PAGE, ENTRY_WORDS } from "../kernels/kernel-layouts.js";
import type { RowKernels } from "../kernels/kernels.js";
import type { PageCursor, RowCursor } from "../rows/row-cursor.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import { ENTRY_PAGE_MASK, type EntrySegment } from "./entry-pages.js";

/** The slot of an entry's pointer, counted from that of the entry. */
const POINTER_SLOT = 1;

/** Copies rows of one layout, in order, to wherever they are wanted in the memory of a sort. */
export interface RowGather {
  /** How many rows the last call of `copy` copied. */
  readonly numRows: number;
  /** Whether all rows were copied. */
  readonly isAtEnd: boolean;
  /** What the fields of all rows are. */
  readonly layout: StreamLayout;
  /** Copies rows to `slot`, as many as end before `limit`; returns where they end. */
  copy(slot: number, limit: number): number;
}

/**
 * Copies the rows of a sorted segment, in order, to wherever they are wanted. They lie anywhere in memory, and a kernel waits for many of them
 * at once, where a loop in JavaScript would wait for each.
 */
export class SegmentGather implements RowGather {
  readonly layout: StreamLayout;
  numRows = 0;
  readonly #segment: EntrySegment;
  readonly #kernels: RowKernels;
  /** The number of the next entry. */
  #entry = 0;

  constructor(segment: EntrySegment, layout: StreamLayout, kernels: RowKernels) {
    this.layout = layout;
    this.#segment = segment;
    this.#kernels = kernels;
  }

  get isAtEnd(): boolean {
    return this.#entry === this.#segment.numEntries;
  }

  copy(slot: number, limit: number): number {
    this.numRows = 0;
    while (this.#entry < this.#segment.numEntries) {
      const entry = this.#entry;
      const numInPage = ENTRIES_PER_PAGE - (entry & ENTRY_PAGE_MASK);
      const count = Math.min(numInPage, this.#segment.numEntries - entry);
      const pointers = this.#segment.wordOf(entry) / 2 + POINTER_SLOT;
      const copied = this.#kernels.copyRows(pointers, ENTRY_WORDS, count, slot, limit);
      if (copied > 0) slot = this.#kernels.endSlot;
      this.#entry += copied;
      this.numRows += copied;
      if (copied < count) break;
    }
    return slot;
  }
}

/** Reads rows in order, by copying a page of them at a time. */
export class GatheredRows implements RowCursor {
  readonly memory: Memory;
  slot = 0;
  readonly layout: StreamLayout;
  readonly #gather: RowGather;
  readonly #page: MemorySegment;
  /** Where the next row lies, and where those that were copied end. */
  #next = 0;
  #end = 0;

  constructor(gather: RowGather, page: MemorySegment) {
    this.memory = page.memory;
    this.layout = gather.layout;
    this.#gather = gather;
    this.#page = page;
  }

  /** Returns the rows as pages, before the first was read. */
  pages(): PageCursor {
    return new GatheredPages(this.#gather, this.#page);
  }

  next(): boolean {
    if (this.#next === this.#end) {
      this.#next = this.#page.firstSlot;
      this.#end = this.#gather.copy(this.#next, this.#page.endSlot);
      if (this.#next === this.#end) return false;
    }
    this.slot = this.#next;
    this.#next += this.memory.i32[this.#next * 2]! >> 3;
    return true;
  }
}

/** Gives rows in order, by copying a page of them at a time. */
class GatheredPages implements PageCursor {
  readonly memory: Memory;
  readonly slot: number;
  endSlot: number;
  readonly layout: StreamLayout;
  readonly #gather: RowGather;
  readonly #limit: number;

  constructor(gather: RowGather, page: MemorySegment) {
    this.memory = page.memory;
    this.slot = this.endSlot = page.firstSlot;
    this.layout = gather.layout;
    this.#gather = gather;
    this.#limit = page.endSlot;
  }

  get numRows(): number {
    return this.#gather.numRows;
  }

  get isAtEnd(): boolean {
    return this.endSlot === this.slot;
  }

  nextPage(): boolean {
    this.endSlot = this.#gather.copy(this.slot, this.#limit);
    return this.endSlot > this.slot;
  }
}
